/**
 * The MISCF report of a Puritan Bennett 840 in answer to SNDF.
 * Source: fact sheet puritan-bennett-snda-sndf.md, sections 3 and 7 (widths verified there against captured reports).
 */
export const FIRST_FIELD = 5;
export const LAST_FIELD = 173;
export const FIELD_COUNT = LAST_FIELD - FIRST_FIELD + 1;

const USUAL_WIDTH = 6;
const WIDTHS: ReadonlyMap<number, number> = new Map([
  [6, 18],
  [7, 12],
  [8, 9],
  [50, 9],
  [53, 18],
  [55, 9],
  [66, 9],
]);

/** Characters of a field, its comma not counted. */
export const fieldWidth = (field: number): number => WIDTHS.get(field) ?? USUAL_WIDTH;

const STX = "\x02";
const ETX = "\x03";
const CR = "\r";
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Texts of fields by number; a field that is not named is blank. */
export type ReportFields = ReadonlyMap<number, string>;

function renderField(field: number, text: string): string {
  const width = fieldWidth(field);
  if (text.length > width || !PRINTABLE.test(text) || text.includes(",")) {
    throw new Error(`field ${field} cannot carry ${JSON.stringify(text)} in ${width} characters`);
  }
  return `${text.padEnd(width, " ")},`;
}

/**
 * The whole report: `MISCF,1225,169 ,` STX, 169 fields left-justified and each closed by a comma, ETX CR; 1244 bytes.
 * Throws when a text does not fit its field or a number is not a field: a mistake of the caller.
 */
export function encodeMiscf(fields: ReportFields): Buffer {
  for (const field of fields.keys()) {
    if (field < FIRST_FIELD || field > LAST_FIELD) throw new Error(`MISCF has no field ${field}`);
  }
  let body = "";
  for (let field = FIRST_FIELD; field <= LAST_FIELD; field += 1) body += renderField(field, fields.get(field) ?? "");
  const counts = `${String(body.length).padStart(4, "0")},${String(FIELD_COUNT).padEnd(4, " ")}`;
  return Buffer.from(`MISCF,${counts},${STX}${body}${ETX}${CR}`, "latin1");
}
