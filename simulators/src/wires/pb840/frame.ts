/**
 * The reports of a Puritan Bennett 840 and 980 as frames: MISCF in answer to SNDF, MISCA in answer to SNDA.
 * Source: fact sheet puritan-bennett-snda-sndf.md, sections 2, 3, 7 and 8 (widths of MISCF verified there against captured
 * reports).
 */
export const FIRST_FIELD = 5;
const USUAL_WIDTH = 6;

/** The shape of a report. */
export interface ReportLayout {
  name: "MISCF" | "MISCA";
  lastField: number;
  /** Characters of the fields that are not six wide, their commas not counted. */
  widths: ReadonlyMap<number, number>;
}

export const MISCF: ReportLayout = {
  name: "MISCF",
  lastField: 173,
  widths: new Map([
    [6, 18],
    [7, 12],
    [8, 9],
    [50, 9],
    [53, 18],
    [55, 9],
    [66, 9],
  ]),
};

/**
 * The sheet gives the fields of MISCA and their number of characters, 706, and no widths. These are the widths that fields of
 * the same meaning have in MISCF (the ventilator's id, both dates, what stays constant when the rate is changed), and they
 * make 706.
 */
export const MISCA: ReportLayout = {
  name: "MISCA",
  lastField: 101,
  widths: new Map([
    [6, 18],
    [8, 12],
    [62, 12],
    [100, 9],
  ]),
};

/** Characters of a field, its comma not counted. */
export const fieldWidth = ({ widths }: ReportLayout, field: number): number => widths.get(field) ?? USUAL_WIDTH;

const STX = "\x02";
const ETX = "\x03";
const CR = "\r";
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Texts of fields by number; a field that is not named is blank. */
export type ReportFields = ReadonlyMap<number, string>;

function renderField(layout: ReportLayout, field: number, text: string): string {
  const width = fieldWidth(layout, field);
  if (text.length > width || !PRINTABLE.test(text) || text.includes(",")) {
    throw new Error(`field ${field} cannot carry ${JSON.stringify(text)} in ${width} characters`);
  }
  return `${text.padEnd(width, " ")},`;
}

/**
 * The whole report: name, number of characters and of fields, STX, the fields left-justified and each closed by a comma,
 * ETX CR; 1244 bytes of MISCF, 723 of MISCA. Throws when a text does not fit its field or a number is not a field: a mistake
 * of the caller.
 */
export function encodeReport(layout: ReportLayout, fields: ReportFields): Buffer {
  for (const field of fields.keys()) {
    if (field < FIRST_FIELD || field > layout.lastField) throw new Error(`${layout.name} has no field ${field}`);
  }
  let body = "";
  for (let field = FIRST_FIELD; field <= layout.lastField; field += 1) {
    body += renderField(layout, field, fields.get(field) ?? "");
  }
  const count = layout.lastField - FIRST_FIELD + 1;
  return Buffer.from(`${layout.name},${body.length},${count} ,${STX}${body}${ETX}${CR}`, "latin1");
}
