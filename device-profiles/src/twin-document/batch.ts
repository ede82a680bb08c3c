import type { DeviceIdentity } from "../vocabulary/identity.ts";
import type { MetricName, OperatingState } from "../vocabulary/metrics.ts";
import type { Quality } from "../vocabulary/quality.ts";

/** Which queue a batch travels in: `live` goes first, `backlog` fills the rest, `history` is imported past. */
export const LANES = ["live", "backlog", "history"] as const;
export type Lane = (typeof LANES)[number];

/** A device as its gateway sees it: the place on a line, what speaks there, and what it says of itself. */
export interface Subject {
  /** The gateway's name of the line, stable across restarts and port numbers. */
  line: string;
  /** Which device on the line: a Modbus unit id, a rack slot, "1" on a serial port. */
  unit: string;
  profile: string;
  profileRevision: number;
  identity: DeviceIdentity;
  /**
   * Which unbroken presence on the place the rows belong to, where the device does not name itself; another one means that
   * another device may have come.
   */
  attachment?: string;
}

/** Values of one metric, one for each time of its group. Plain arrays: most columns have one row, and an array of one is small. */
export interface Column {
  metric: MetricName;
  /** NaN where the device left the field blank or did not answer. */
  values: readonly number[];
  /** Quality codes (vocabulary/quality.ts), one for each value. */
  qualities: readonly number[];
}

/** The rows that one poll brought: all its columns share their times. */
export interface Group {
  /** Gateway-monotonic times in whole ms, ascending. */
  timesMonoMs: readonly number[];
  columns: Column[];
}

export interface DeviceSection {
  subject: Subject;
  /** The last operating state that the batch before told, so that time in a state has no gap between batches; null after a break. */
  previousState: { state: OperatingState; atMonoMs: number } | null;
  groups: Group[];
}

/**
 * A column of a metric that this reader does not know (a newer gateway, an own profile): kept apart by name, so that one
 * unknown metric sets aside one column and nothing else.
 */
export interface UnknownColumn {
  line: string;
  unit: string;
  metric: string;
}

/** Everything that one gateway read in one stretch of time. */
export interface TelemetryBatch {
  /** Which boot of the gateway the monotonic times belong to. */
  bootId: string;
  /** The monotonic and the wall clock, read together when the batch was sealed. */
  anchor: { monoMs: number; wallMs: number };
  /** Cloud time less monotonic time, as last measured in this boot; null before the first answer of the cloud. */
  cloudOffsetMs: number | null;
  simulated: boolean;
  devices: DeviceSection[];
}

/** The bounds within which a batch is accepted; beyond them it is set aside with its reason. */
export const BATCH_LIMITS = {
  messageBytes: 128 * 1024,
  bodyBytes: 4 * 1024 * 1024,
  devices: 1_000,
  groupsPerDevice: 32,
  metrics: 4_096,
  shapes: 32_000,
  rowsPerGroup: 10_000,
  columnsPerGroup: 256,
  textBytes: 256,
} as const;

export const qualityAt = (column: Column, row: number, names: readonly Quality[]): Quality =>
  names[column.qualities[row] ?? 0] ?? "implausible";
