import { BATCH_LIMITS } from "./batch.ts";
import { type ByteReader, type ByteWriter, LayoutError } from "./bytes.ts";

/**
 * Numbers as a device tells them have few decimals; as whole multiples of 10^-d their differences are small and compress
 * well. A column is written as `d` (0 … 6) and zigzag differences when every value survives the round trip exactly,
 * else as 64-bit floats (mode 255). Blanks (NaN) are carried by a bitmap before the differences.
 */
const FLOATS = 255;
const DECIMALS_MAX = 6;
const SCALED_MAX = 2 ** 50;

/** The fewest decimals that hold every value exactly, or null. */
function decimalsOf(values: Float64Array): number | null {
  let decimals = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    while (!survives(value, decimals)) {
      decimals++;
      if (decimals > DECIMALS_MAX) return null;
    }
  }
  // What held with fewer decimals may overflow or round with the decimals that a later value asked for.
  return values.every((value) => Number.isNaN(value) || survives(value, decimals)) ? decimals : null;
}

function survives(value: number, decimals: number): boolean {
  const scaled = Math.round(value * 10 ** decimals);
  // Minus zero has no whole multiple of its own; it travels as a float.
  return Math.abs(scaled) <= SCALED_MAX && !Object.is(scaled, -0) && Object.is(scaled / 10 ** decimals, value);
}

export function writeValues(out: ByteWriter, values: Float64Array): void {
  const decimals = decimalsOf(values);
  if (decimals === null) {
    out.u8(FLOATS);
    for (const value of values) out.f64(value);
    return;
  }
  out.u8(decimals);
  const blanks = bitmapOf(values);
  out.u8(blanks === null ? 0 : 1);
  if (blanks !== null) out.bytes(blanks);
  let before = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const scaled = Math.round(value * 10 ** decimals);
    out.zigzag(scaled - before);
    before = scaled;
  }
}

export function readValues(input: ByteReader, rows: number): Float64Array {
  const values = new Float64Array(rows);
  const decimals = input.u8();
  if (decimals === FLOATS) {
    for (let row = 0; row < rows; row++) values[row] = input.f64();
    return values;
  }
  if (decimals > DECIMALS_MAX) throw new LayoutError(`${decimals} decimals`);
  const blanks = input.u8() === 0 ? null : input.bytes(Math.ceil(rows / 8));
  const scale = 10 ** decimals;
  let scaled = 0;
  for (let row = 0; row < rows; row++) {
    if (blanks !== null && (blanks[row >> 3] as number) & (1 << (row & 7))) {
      values[row] = Number.NaN;
      continue;
    }
    scaled += input.zigzag();
    values[row] = scaled / scale;
  }
  return values;
}

function bitmapOf(values: Float64Array): Uint8Array | null {
  let map: Uint8Array | null = null;
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) return;
    map ??= new Uint8Array(Math.ceil(values.length / 8));
    map[row >> 3] = (map[row >> 3] as number) | (1 << (row & 7));
  });
  return map;
}

/** Qualities: one byte 0 … 3 when all rows share it, else 255 and a byte for each row. */
export function writeQualities(out: ByteWriter, qualities: Uint8Array): void {
  const first = qualities[0] ?? 0;
  if (qualities.every((quality) => quality === first)) {
    out.u8(first);
    return;
  }
  out.u8(FLOATS);
  out.bytes(qualities);
}

export function readQualities(input: ByteReader, rows: number): Uint8Array {
  const first = input.u8();
  if (first !== FLOATS) {
    if (first > QUALITY_MAX) throw new LayoutError(`quality ${first}`);
    return uniform(first, rows);
  }
  const qualities = input.bytes(rows);
  for (const quality of qualities) if (quality > QUALITY_MAX) throw new LayoutError(`quality ${quality}`);
  return qualities;
}

const QUALITY_MAX = 3;
const UNIFORM_ROWS_MAX = 256;
const uniforms: Uint8Array[][] = [[], [], [], []];

/** Short columns of one quality, as nearly all are, share their array: who reads a batch never writes into it. */
function uniform(quality: number, rows: number): Uint8Array {
  const made = () => new Uint8Array(rows).fill(quality);
  if (rows > UNIFORM_ROWS_MAX) return made();
  const ofQuality = uniforms[quality] ?? [];
  const shared = ofQuality[rows] ?? made();
  ofQuality[rows] = shared;
  return shared;
}

/** Ascending whole milliseconds, as a first value and differences. */
export function writeTimes(out: ByteWriter, times: Float64Array): void {
  out.varint(times.length);
  let before = 0;
  for (const time of times) {
    out.varint(time - before);
    before = time;
  }
}

export function readTimes(input: ByteReader): Float64Array {
  const times = new Float64Array(input.count(BATCH_LIMITS.rowsPerGroup, "rows"));
  let time = 0;
  for (let row = 0; row < times.length; row++) {
    time += input.varint();
    times[row] = time;
  }
  return times;
}
