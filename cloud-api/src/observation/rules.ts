import type { Column, DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { type MetricName, OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import { QUALITIES } from "@wardtwin/device-profiles/vocabulary/quality";

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** So long after its end an hour is packed: what is on its way has come, and a backlog of some minutes too. */
const PACK_AFTER_MS = 10 * 60_000;

/** Batches that begin before this lie in hours that are over; epoch ms. */
export const packableBefore = (nowMs: number): number => Math.floor((nowMs - PACK_AFTER_MS) / HOUR_MS) * HOUR_MS;

/** When readings were taken, epoch ms, and how many there are. */
export interface Extent {
  fromMs: number;
  toMs: number;
  readings: number;
}

/** The time of the readings in some sections of a batch, or null where they have none. */
export function extentOf(sections: readonly DeviceSection[], offsetMs: number): Extent | null {
  let [fromMs, toMs, readings] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const { groups } of sections) {
    for (const { timesMonoMs, columns } of groups) {
      const [first, last] = [timesMonoMs[0], timesMonoMs.at(-1)];
      if (first === undefined || last === undefined || columns.length === 0) continue;
      fromMs = Math.min(fromMs, first + offsetMs);
      toMs = Math.max(toMs, last + offsetMs);
      readings += timesMonoMs.length * columns.length;
    }
  }
  return readings === 0 ? null : { fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs), readings };
}

/** A stretch of time in a known state, in epoch ms, the end excluded. */
export interface Span {
  state: OperatingState;
  fromMs: number;
  toMs: number;
}

/** Two looks further apart than this say nothing of the time between them. The agent looks every few seconds. */
export const LOOK_GAP_MAX_MS = 60_000;

/**
 * The time in each state that one batch proves: between two looks that follow each other, the state is the one that the
 * earlier look saw. The look before the batch comes with it, so that batches join without a gap; unions of such spans are
 * the same whatever the order in which batches come, and however often.
 *
 * @returns spans cut at UTC midnights; nothing for unknown states and for gaps longer than a minute.
 */
export function spansOf(section: DeviceSection, offsetMs: number): Span[] {
  const looks: { state: OperatingState; atMs: number }[] = [];
  const { previousState } = section;
  if (previousState !== null) looks.push({ state: previousState.state, atMs: previousState.atMonoMs + offsetMs });
  for (const { timesMonoMs, columns } of section.groups) {
    const column = columns.find(({ metric }) => metric === "operatingState");
    column?.values.forEach((value, row) => {
      const state = OPERATING_STATES[value];
      if (state !== undefined) looks.push({ state, atMs: (timesMonoMs[row] ?? 0) + offsetMs });
    });
  }
  looks.sort((a, b) => a.atMs - b.atMs);
  const spans: Span[] = [];
  for (let i = 1; i < looks.length; i++) {
    const [from, to] = [looks[i - 1], looks[i]];
    if (from === undefined || to === undefined || from.state === "unknown" || to.atMs - from.atMs > LOOK_GAP_MAX_MS)
      continue;
    spans.push(...cutAtMidnight({ state: from.state, fromMs: Math.round(from.atMs), toMs: Math.round(to.atMs) }));
  }
  return spans;
}

function cutAtMidnight(span: Span): Span[] {
  const pieces: Span[] = [];
  let { fromMs } = span;
  while (fromMs < span.toMs) {
    const toMs = Math.min(span.toMs, (Math.floor(fromMs / DAY_MS) + 1) * DAY_MS);
    pieces.push({ state: span.state, fromMs, toMs });
    fromMs = toMs;
  }
  return pieces;
}

/** How long telemetry is kept. Raw readings explain the last month; minutes carry the year's comparison. */
export const RETENTION_DAYS = { chunk: 30, batch: 30, device_minute: 396 } as const;

/**
 * The partitions whose whole day lies beyond its series' retention. Names are `chunk_YYYYMMDD`, `batch_YYYYMMDD` and `device_minute_YYYYMMDD`;
 * anything else is left alone.
 */
export function expiredPartitions(names: readonly string[], nowMs: number): string[] {
  return names.filter((name) => {
    const [, series, year, month, day] = /^(chunk|batch|device_minute)_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
    if (series !== "chunk" && series !== "batch" && series !== "device_minute") return false;
    const endMs = Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS;
    return nowMs - endMs > RETENTION_DAYS[series] * DAY_MS;
  });
}

export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/**
 * What the metrics of one device add up to in one minute; each metric has the same place in all lists. Sums, extremes and counts:
 * the order of adding does not matter.
 */
export interface DeviceMinute {
  metrics: MetricName[];
  counts: number[];
  sums: number[];
  mins: number[];
  maxs: number[];
}

/** By device, then by the epoch ms at which the minute begins. */
export type Minutes = Map<number, Map<number, DeviceMinute>>;

/** Only what was read counts: a stale value is one that counted already. */
const COUNTS: readonly boolean[] = QUALITIES.map((quality) => quality === "good" || quality === "implausible");

/** Adds every numeric value in a section that was read as good or implausible; blanks and silence add nothing. */
export function addMinutes(minutes: Minutes, device: number, section: DeviceSection, offsetMs: number): void {
  for (const { timesMonoMs, columns } of section.groups) {
    const minuteAt = (row: number) => Math.floor(((timesMonoMs[row] ?? 0) + offsetMs) / MINUTE_MS) * MINUTE_MS;
    for (let row = 0; row < timesMonoMs.length; ) {
      const minuteMs = minuteAt(row);
      let end = row + 1;
      while (end < timesMonoMs.length && minuteAt(end) === minuteMs) end++;
      for (const [place, column] of columns.entries())
        addColumn(minutes, { device, minuteMs, place }, column, row, end);
      row = end;
    }
  }
}

/** @param at `place` is where the metric probably stands: the columns of a device come in the same order again and again */
function addColumn(
  minutes: Minutes,
  at: { device: number; minuteMs: number; place: number },
  { metric, values, qualities }: Column,
  from: number,
  to: number,
): void {
  let [count, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = from; row < to; row++) {
    const value = values[row] ?? Number.NaN;
    if (!Number.isFinite(value) || COUNTS[qualities[row] ?? 0] !== true) continue;
    count++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return;
  const minute = minuteOf(minutes, at.device, at.minuteMs);
  let { place } = at;
  if (minute.metrics[place] !== metric) place = minute.metrics.indexOf(metric);
  if (place < 0) {
    minute.metrics.push(metric);
    minute.counts.push(count);
    minute.sums.push(sum);
    minute.mins.push(min);
    minute.maxs.push(max);
    return;
  }
  minute.counts[place] = (minute.counts[place] ?? 0) + count;
  minute.sums[place] = (minute.sums[place] ?? 0) + sum;
  minute.mins[place] = Math.min(minute.mins[place] ?? min, min);
  minute.maxs[place] = Math.max(minute.maxs[place] ?? max, max);
}

function minuteOf(minutes: Minutes, device: number, minuteMs: number): DeviceMinute {
  let ofDevice = minutes.get(device);
  if (ofDevice === undefined) {
    ofDevice = new Map();
    minutes.set(device, ofDevice);
  }
  let minute = ofDevice.get(minuteMs);
  if (minute === undefined) {
    minute = { metrics: [], counts: [], sums: [], mins: [], maxs: [] };
    ofDevice.set(minuteMs, minute);
  }
  return minute;
}
