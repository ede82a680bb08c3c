import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import { qualityCode } from "@wardtwin/device-profiles/vocabulary/quality";

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

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
export const RETENTION_DAYS = { chunk: 30, minute: 396 } as const;

/**
 * The partitions whose whole day lies beyond its series' retention. Names are `chunk_YYYYMMDD` and `minute_YYYYMMDD`;
 * anything else is left alone.
 */
export function expiredPartitions(names: readonly string[], nowMs: number): string[] {
  return names.filter((name) => {
    const [, series, year, month, day] = /^(chunk|minute)_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
    if (series !== "chunk" && series !== "minute") return false;
    const endMs = Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS;
    return nowMs - endMs > RETENTION_DAYS[series] * DAY_MS;
  });
}

export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** What one minute of one metric adds up to. Sums, extremes and counts: the order of adding does not matter. */
export interface MinuteSum {
  device: number;
  metric: string;
  minuteMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** Only what was read counts: a stale value is one that counted already. */
const READ_QUALITIES: readonly number[] = [qualityCode("good"), qualityCode("implausible")];

/** The minutes of every numeric value in a section that was read as good or implausible; blanks and silence add nothing. */
export function minutesOf(device: number, section: DeviceSection, offsetMs: number): MinuteSum[] {
  const minutes = new Map<string, MinuteSum>();
  for (const { timesMonoMs, columns } of section.groups) {
    for (const { metric, values, qualities } of columns) {
      values.forEach((value, row) => {
        if (!Number.isFinite(value) || !READ_QUALITIES.includes(qualities[row] ?? 0)) return;
        const minuteMs = Math.floor(((timesMonoMs[row] ?? 0) + offsetMs) / MINUTE_MS) * MINUTE_MS;
        addTo(minutes, { device, metric, minuteMs, count: 1, sum: value, min: value, max: value });
      });
    }
  }
  return [...minutes.values()];
}

/** Adds one sum to the others of its device, metric and minute. */
export function addTo(minutes: Map<string, MinuteSum>, added: MinuteSum): void {
  const key = `${added.device}/${added.metric}/${added.minuteMs}`;
  const sum = minutes.get(key);
  if (sum === undefined) {
    minutes.set(key, { ...added });
    return;
  }
  sum.count += added.count;
  sum.sum += added.sum;
  sum.min = Math.min(sum.min, added.min);
  sum.max = Math.max(sum.max, added.max);
}
