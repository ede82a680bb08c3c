import { BATCH_LIMITS } from "./batch.ts";
import { type ByteReader, type ByteWriter, LayoutError } from "./bytes.ts";

/**
 * Numbers as a device tells them have few decimals; as whole multiples of 10^-d their differences are small and compress
 * well. A column's form is one byte: `d` (0 … 6) for zigzag differences, when every value survives the round trip exactly,
 * else 7 for 64-bit floats; 8 more where a bitmap of the blanks (NaN) comes before the differences.
 */
export const FLOATS = 7;
export const BLANKS = 8;
const POWERS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;
const DECIMALS_MAX = POWERS.length - 1;
const SCALED_MAX = 2 ** 50;

/** Decimals, and whether there are blanks: how `writeValues` is to write these values. */
export function formOf(values: readonly number[]): number {
  let decimals = 0;
  let blanks = 0;
  for (const value of values) {
    if (Number.isNaN(value)) blanks = BLANKS;
    else while (!survives(value, decimals)) if (++decimals > DECIMALS_MAX) return FLOATS;
  }
  // What held with fewer decimals may overflow or round with the decimals that a later value asked for.
  const all = decimals === 0 || values.length === 1 || values.every((v) => Number.isNaN(v) || survives(v, decimals));
  return all ? decimals + blanks : FLOATS;
}

const powerOf = (decimals: number): number => POWERS[decimals] ?? Number.NaN;

function survives(value: number, decimals: number): boolean {
  const scaled = Math.round(value * powerOf(decimals));
  // Minus zero has no whole multiple of its own; it travels as a float.
  const isMinusZero = scaled === 0 && 1 / scaled < 0;
  return Math.abs(scaled) <= SCALED_MAX && scaled / powerOf(decimals) === value && !isMinusZero;
}

export function writeValues(out: ByteWriter, form: number, values: readonly number[]): void {
  if (form === FLOATS) {
    for (const value of values) out.f64(value);
    return;
  }
  if (form >= BLANKS) out.bytes(bitmapOf(values));
  const power = powerOf(form % BLANKS);
  let before = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const scaled = Math.round(value * power);
    out.zigzag(scaled - before);
    before = scaled;
  }
}

/** @throws LayoutError where the form is none */
export function readValues(input: ByteReader, form: number, rows: number): number[] {
  const values: number[] = [];
  if (form === FLOATS) {
    for (let row = 0; row < rows; row++) values.push(input.f64());
    return values;
  }
  const power = POWERS[form % BLANKS];
  if (power === undefined || form >= 2 * BLANKS) throw new LayoutError(`a column of the form ${form}`);
  const blanks = form < BLANKS ? null : input.bytes(Math.ceil(rows / 8));
  let scaled = 0;
  for (let row = 0; row < rows; row++) {
    if (blanks !== null && (blanks[row >> 3] as number) & (1 << (row & 7))) values.push(Number.NaN);
    else {
      scaled += input.zigzag();
      values.push(scaled / power);
    }
  }
  return values;
}

function bitmapOf(values: readonly number[]): Uint8Array {
  const map = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (Number.isNaN(value)) map[row >> 3] = (map[row >> 3] as number) | (1 << (row & 7));
  });
  return map;
}

/** In the place of the quality of all: each has its own. */
const OF_EACH = 255;

/** The qualities of all columns of a group: one byte 0 … 3 where they share it, as they nearly always do; else 255 and each column's. */
export function writeQualities(out: ByteWriter, columns: readonly { qualities: readonly number[] }[]): void {
  const first = columns[0]?.qualities[0] ?? 0;
  if (columns.every(({ qualities }) => isAll(qualities, first))) out.u8(first);
  else {
    out.u8(OF_EACH);
    for (const { qualities } of columns) writeQualitiesOf(out, qualities);
  }
}

/** @returns the qualities of each column. @throws LayoutError */
export function readQualities(input: ByteReader, columns: number, rows: number): number[][] {
  const shared = input.u8();
  return Array.from({ length: columns }, () =>
    shared === OF_EACH ? readQualitiesOf(input, rows) : filled(shared, rows),
  );
}

/** The qualities of one column: one byte where all rows share it, else 255 and a byte for each row. */
function writeQualitiesOf(out: ByteWriter, qualities: readonly number[]): void {
  const first = qualities[0] ?? 0;
  if (isAll(qualities, first)) out.u8(first);
  else {
    out.u8(OF_EACH);
    out.bytes(qualities);
  }
}

/** @throws LayoutError */
export function readQualitiesOf(input: ByteReader, rows: number): number[] {
  const first = input.u8();
  if (first !== OF_EACH) return filled(first, rows);
  return Array.from(input.bytes(rows), knownQuality);
}

const filled = (quality: number, rows: number): number[] => new Array<number>(rows).fill(knownQuality(quality));

function knownQuality(quality: number): number {
  if (quality > 3) throw new LayoutError(`quality ${quality}`);
  return quality;
}

function isAll(qualities: readonly number[], quality: number): boolean {
  for (const each of qualities) if (each !== quality) return false;
  return true;
}

/** Ascending whole milliseconds, as a first value and differences. */
export function writeTimes(out: ByteWriter, times: readonly number[]): void {
  out.varint(times.length);
  let before = 0;
  for (const time of times) {
    out.varint(time - before);
    before = time;
  }
}

export function readTimes(input: ByteReader): number[] {
  const rows = input.count(BATCH_LIMITS.rowsPerGroup, "rows");
  const times: number[] = [];
  let time = 0;
  for (let row = 0; row < rows; row++) {
    time += input.varint();
    times.push(time);
  }
  return times;
}
