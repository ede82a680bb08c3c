import type { DeviceIdentity } from "../vocabulary/identity.ts";
import { isMetricName, OPERATING_STATES } from "../vocabulary/metrics.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import {
  BATCH_LIMITS,
  type Column,
  type DeviceSection,
  type Group,
  type Subject,
  type TelemetryBatch,
  type UnknownColumn,
} from "./batch.ts";
import { ByteReader, ByteWriter, LayoutError } from "./bytes.ts";
import { formOf, readQualities, readTimes, readValues, writeQualities, writeTimes, writeValues } from "./columns.ts";
import { readColumnsOfFirstLayout } from "./first-layout.ts";
import { readShapes, Shapes } from "./shapes.ts";

/**
 * The body of a batch, before compression. Texts are length-prefixed UTF-8, counts are varints, in this order:
 *
 *     0 · layout u8 · bootId · anchor monoMs f64 · anchor wallMs f64 · has offset u8 [offset f64] · simulated u8
 *     shapes (shapes.ts)
 *     devices: line · unit · profile · revision · identity and attachment (flags u8, texts) · has previous u8 [state u8, monoMs varint]
 *       groups: times · shape · qualities of all columns · a form of each column · values of each column
 *
 * The first layout began with the bootId, which is never empty; outboxes and stores may still hold it (first-layout.ts).
 */
const LAYOUT = 2;
const IDENTITY_FIELDS = ["manufacturer", "model", "serial", "firmware"] as const;
const ATTACHMENT_FLAG = 1 << IDENTITY_FIELDS.length;

export function encodeBody(batch: TelemetryBatch): Uint8Array {
  const out = new ByteWriter();
  out.u8(0);
  out.u8(LAYOUT);
  out.text(batch.bootId);
  out.f64(batch.anchor.monoMs);
  out.f64(batch.anchor.wallMs);
  out.u8(batch.cloudOffsetMs === null ? 0 : 1);
  if (batch.cloudOffsetMs !== null) out.f64(batch.cloudOffsetMs);
  out.u8(batch.simulated ? 1 : 0);
  const shapes = new Shapes();
  const devices = new ByteWriter();
  devices.varint(batch.devices.length);
  for (const device of batch.devices) writeDevice(devices, device, shapes);
  shapes.write(out);
  out.append(devices);
  return out.finish();
}

function writeDevice(out: ByteWriter, { subject, previousState, groups }: DeviceSection, shapes: Shapes): void {
  out.text(subject.line);
  out.text(subject.unit);
  out.text(subject.profile);
  out.varint(subject.profileRevision);
  const present = [...IDENTITY_FIELDS.map((field) => subject.identity[field]), subject.attachment];
  out.u8(present.reduce((flags, text, bit) => (text === undefined ? flags : flags | (1 << bit)), 0));
  for (const text of present) if (text !== undefined) out.text(text);
  out.u8(previousState === null ? 0 : 1);
  if (previousState !== null) {
    out.u8(OPERATING_STATES.indexOf(previousState.state));
    out.varint(previousState.atMonoMs);
  }
  out.varint(groups.length);
  for (const { timesMonoMs, columns } of groups) {
    writeTimes(out, timesMonoMs);
    out.varint(shapes.of(columns));
    writeQualities(out, columns);
    const forms = columns.map(({ values }) => formOf(values));
    out.bytes(forms);
    for (const [column, { values }] of columns.entries()) writeValues(out, forms[column] ?? 0, values);
  }
}

export interface DecodedBody {
  batch: TelemetryBatch;
  /** Columns whose metric this version does not know; everything else of the batch stands. */
  unknown: UnknownColumn[];
}

/** Reads a body. Any byte string ends in a batch or in one sentence that says what is wrong with it. */
export function decodeBody(bytes: Uint8Array): Result<DecodedBody, string> {
  if (bytes.length > BATCH_LIMITS.bodyBytes) return fail(`a body of ${bytes.length} bytes`);
  const input = new ByteReader(bytes);
  const unknown: UnknownColumn[] = [];
  try {
    const layout = bytes[0] === 0 ? layoutOf(input) : 1;
    if (layout > LAYOUT) return fail(`a body of layout ${layout}, which a later version wrote`);
    const bootId = input.text(BATCH_LIMITS.textBytes);
    const anchor = { monoMs: finite(input.f64()), wallMs: finite(input.f64()) };
    const cloudOffsetMs = input.u8() === 0 ? null : finite(input.f64());
    const simulated = input.u8() !== 0;
    const shapes = layout === 1 ? null : readShapes(input);
    const readColumns = (rows: number) =>
      shapes === null ? readColumnsOfFirstLayout(input, rows) : readColumnsOf(shapes, input, rows);
    const devices = Array.from({ length: input.count(BATCH_LIMITS.devices, "devices") }, () =>
      readDevice(input, readColumns, unknown),
    );
    input.end();
    return ok({ batch: { bootId, anchor, cloudOffsetMs, simulated, devices }, unknown });
  } catch (error) {
    if (error instanceof LayoutError) return fail(error.message);
    throw error;
  }
}

function layoutOf(input: ByteReader): number {
  input.u8();
  return input.u8();
}

/** Reads the columns of so many rows, whatever their metrics are called. */
type ReadColumns = (rows: number) => readonly NamedColumn[];

export interface NamedColumn extends Omit<Column, "metric"> {
  metric: string;
}

function readColumnsOf(shapes: readonly (readonly string[])[], input: ByteReader, rows: number): NamedColumn[] {
  const metrics = shapes[input.varint()];
  if (metrics === undefined) throw new LayoutError("a shape that is not among the shapes");
  const qualities = readQualities(input, metrics.length, rows);
  const forms = input.bytes(metrics.length);
  return metrics.map((metric, column) => ({
    metric,
    values: readValues(input, forms[column] ?? 0, rows),
    qualities: qualities[column] ?? [],
  }));
}

function readDevice(input: ByteReader, readColumns: ReadColumns, unknown: UnknownColumn[]): DeviceSection {
  const subject = readSubject(input);
  const previousState = input.u8() === 0 ? null : readPreviousState(input);
  const groups = Array.from({ length: input.count(BATCH_LIMITS.groupsPerDevice, "groups") }, (): Group => {
    const timesMonoMs = readTimes(input);
    const columns: Column[] = [];
    for (const { metric, values, qualities } of readColumns(timesMonoMs.length)) {
      if (isMetricName(metric)) columns.push({ metric, values, qualities });
      else unknown.push({ line: subject.line, unit: subject.unit, metric });
    }
    return { timesMonoMs, columns };
  });
  return { subject, previousState, groups };
}

function readSubject(input: ByteReader): Subject {
  const line = input.text(BATCH_LIMITS.textBytes);
  const unit = input.text(BATCH_LIMITS.textBytes);
  const profile = input.text(BATCH_LIMITS.textBytes);
  const profileRevision = input.varint();
  const flags = input.u8();
  const identity: DeviceIdentity = {};
  IDENTITY_FIELDS.forEach((field, bit) => {
    if (flags & (1 << bit)) identity[field] = input.text(BATCH_LIMITS.textBytes);
  });
  const attachment = flags & ATTACHMENT_FLAG ? input.text(BATCH_LIMITS.textBytes) : undefined;
  const subject = { line, unit, profile, profileRevision, identity };
  return attachment === undefined ? subject : { ...subject, attachment };
}

function readPreviousState(input: ByteReader): DeviceSection["previousState"] {
  const state = OPERATING_STATES[input.u8()];
  if (state === undefined) throw new LayoutError("an unknown operating state");
  return { state, atMonoMs: input.varint() };
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new LayoutError("a time that is not a number");
  return value;
}
