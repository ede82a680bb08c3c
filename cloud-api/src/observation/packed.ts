import type { DeviceSection, Group, Subject } from "@wardtwin/device-profiles/twin-document/batch";
import { ByteReader, ByteWriter, LayoutError } from "@wardtwin/device-profiles/twin-document/bytes";
import {
  formOf,
  readQualities,
  readValues,
  writeQualities,
  writeValues,
} from "@wardtwin/device-profiles/twin-document/columns";
import { isMetricName, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";

/**
 * A device's hour, packed: rows of one epoch of one gateway, with one offset and the same metrics, make a strand, whose columns
 * are as long as the hour. Before compression, texts and counts as in a batch's body:
 *
 *     strands: gateway · epoch · offset f64 · bootId · line · unit · profile · revision · metrics
 *       rows · sequences (zigzag differences) · times (zigzag differences, ms) · qualities · of each metric: form · values
 */
export interface Strand {
  gatewayId: string;
  epoch: number;
  /** Cloud time less monotonic time. */
  offsetMs: number;
  bootId: string;
  subject: Pick<Subject, "line" | "unit" | "profile" | "profileRevision">;
  metrics: readonly MetricName[];
  /** Which batch each row came in. */
  sequences: number[];
  timesMonoMs: number[];
  /** One for each metric. */
  columns: { values: number[]; qualities: number[] }[];
}

/** What a section comes from. */
export interface Origin {
  gatewayId: string;
  epoch: number;
  sequence: number;
  offsetMs: number;
  bootId: string;
}

/** Gathers the sections of one device, in the order in which they are given. */
export class Gathering {
  readonly #strands = new Map<string, Strand>();
  readings = 0;
  fromMs = Number.POSITIVE_INFINITY;
  toMs = Number.NEGATIVE_INFINITY;

  add(origin: Origin, { subject, groups }: DeviceSection): void {
    for (const group of groups)
      if (group.timesMonoMs.length > 0 && group.columns.length > 0) this.#addGroup(origin, subject, group);
  }

  #addGroup(origin: Origin, subject: Subject, { timesMonoMs, columns }: Group): void {
    const strand = this.#strandOf(
      origin,
      subject,
      columns.map(({ metric }) => metric),
    );
    for (const timeMonoMs of timesMonoMs) {
      strand.sequences.push(origin.sequence);
      strand.timesMonoMs.push(timeMonoMs);
    }
    for (const [place, { values, qualities }] of columns.entries()) {
      const column = strand.columns[place];
      for (const value of values) column?.values.push(value);
      for (const quality of qualities) column?.qualities.push(quality);
    }
    this.readings += timesMonoMs.length * columns.length;
    this.fromMs = Math.min(this.fromMs, (timesMonoMs[0] ?? 0) + origin.offsetMs);
    this.toMs = Math.max(this.toMs, (timesMonoMs.at(-1) ?? 0) + origin.offsetMs);
  }

  #strandOf({ gatewayId, epoch, offsetMs, bootId }: Origin, subject: Subject, metrics: MetricName[]): Strand {
    const { line, unit, profile, profileRevision } = subject;
    const key = [gatewayId, epoch, offsetMs, bootId, line, unit, profile, profileRevision, ...metrics].join("\u0000");
    const known = this.#strands.get(key);
    if (known !== undefined) return known;
    const strand: Strand = {
      gatewayId,
      epoch,
      offsetMs,
      bootId,
      subject: { line, unit, profile, profileRevision },
      metrics,
      sequences: [],
      timesMonoMs: [],
      columns: metrics.map(() => ({ values: [], qualities: [] })),
    };
    this.#strands.set(key, strand);
    return strand;
  }

  pack(): Uint8Array {
    const out = new ByteWriter();
    out.varint(this.#strands.size);
    for (const strand of this.#strands.values()) writeStrand(out, strand);
    return out.finish();
  }
}

function writeStrand(out: ByteWriter, strand: Strand): void {
  out.text(strand.gatewayId);
  out.varint(strand.epoch);
  out.f64(strand.offsetMs);
  out.text(strand.bootId);
  out.text(strand.subject.line);
  out.text(strand.subject.unit);
  out.text(strand.subject.profile);
  out.varint(strand.subject.profileRevision);
  out.varint(strand.metrics.length);
  for (const metric of strand.metrics) out.text(metric);
  out.varint(strand.timesMonoMs.length);
  writeDifferences(out, strand.sequences);
  writeDifferences(out, strand.timesMonoMs);
  writeQualities(out, strand.columns);
  for (const { values } of strand.columns) {
    const form = formOf(values);
    out.u8(form);
    writeValues(out, form, values);
  }
}

function writeDifferences(out: ByteWriter, numbers: readonly number[]): void {
  let before = 0;
  for (const number of numbers) {
    out.zigzag(number - before);
    before = number;
  }
}

const TEXT_BYTES_MAX = 256;
const STRANDS_MAX = 1_000_000;
const METRICS_MAX = 1_000;
const ROWS_MAX = 10_000_000;

/** @returns the strands, or one sentence that says what is wrong with the bytes */
export function unpack(bytes: Uint8Array): Result<Strand[], string> {
  const input = new ByteReader(bytes);
  try {
    const strands: Strand[] = [];
    for (let left = input.count(STRANDS_MAX, "strands"); left > 0; left--) strands.push(readStrand(input));
    input.end();
    return ok(strands);
  } catch (error) {
    if (error instanceof LayoutError) return fail(error.message);
    throw error;
  }
}

function readStrand(input: ByteReader): Strand {
  const gatewayId = input.text(TEXT_BYTES_MAX);
  const epoch = input.varint();
  const offsetMs = input.f64();
  const bootId = input.text(TEXT_BYTES_MAX);
  const [line, unit, profile] = [input.text(TEXT_BYTES_MAX), input.text(TEXT_BYTES_MAX), input.text(TEXT_BYTES_MAX)];
  const subject = { line, unit, profile, profileRevision: input.varint() };
  const metrics: MetricName[] = [];
  for (let left = input.count(METRICS_MAX, "metrics"); left > 0; left--) {
    const metric = input.text(TEXT_BYTES_MAX);
    if (!isMetricName(metric)) throw new LayoutError(`an unknown metric ${metric}`);
    metrics.push(metric);
  }
  const rows = input.count(ROWS_MAX, "rows");
  const sequences = readDifferences(input, rows);
  const timesMonoMs = readDifferences(input, rows);
  const columns = readQualities(input, metrics.length, rows).map((qualities) => ({
    qualities,
    values: readValues(input, input.u8(), rows),
  }));
  return { gatewayId, epoch, offsetMs, bootId, subject, metrics, sequences, timesMonoMs, columns };
}

function readDifferences(input: ByteReader, rows: number): number[] {
  const numbers: number[] = [];
  let number = 0;
  for (let row = 0; row < rows; row++) {
    number += input.zigzag();
    numbers.push(number);
  }
  return numbers;
}
