import { type MetricName, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";

/** What a counter read, and when; epoch ms. */
export interface Counted {
  value: number;
  atMs: number;
}
export type Counters = ReadonlyMap<MetricName, Counted>;

const HOUR_MS = 3_600_000;
/** Counts of events grow by no more than this an hour, generously; hours by one. */
const EVENTS_PER_H = 6;
/** Readings are rounded, and clocks differ a little. */
const ALONG = 1;

/**
 * Whether counters that only grow can be those of the same device later on: every one of them is told, none ran backwards,
 * and none grew faster than time allows.
 */
export function couldBeSame(before: Counters, now: Counters, wanted: readonly MetricName[]): boolean {
  if (wanted.length === 0) return false;
  return wanted.every((metric) => {
    const [was, is] = [before.get(metric), now.get(metric)];
    if (was === undefined || is === undefined) return false;
    const hours = Math.max(0, is.atMs - was.atMs) / HOUR_MS;
    const most = hours * (metricTerm(metric).ucum === "h" ? 1 : EVENTS_PER_H) + ALONG;
    return is.value >= was.value && is.value - was.value <= most;
  });
}

/**
 * The one device whose counters those of a new presence can be; null where none or several could be it, for a number that
 * fits two devices says nothing.
 */
export function knownByCounters(
  candidates: ReadonlyMap<string, Counters>,
  now: Counters,
  wanted: readonly MetricName[],
): string | null {
  const fitting = [...candidates].filter(([, before]) => couldBeSame(before, now, wanted));
  const [only] = fitting;
  return fitting.length === 1 && only !== undefined ? only[0] : null;
}
