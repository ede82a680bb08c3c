import type { StateRibbon } from "../api/types.ts";

const HOUR_MS = 3_600_000;

/** How far back the ribbon of states reaches; the API keeps thirty days. */
export const RANGES = ["day", "week", "month"] as const;
export type Range = (typeof RANGES)[number];
export const RANGE_MS = { day: 24 * HOUR_MS, week: 168 * HOUR_MS, month: 720 * HOUR_MS } as const satisfies Record<
  Range,
  number
>;
export const RANGE_DAYS_MAX = 30;

export const isRange = (value: unknown): value is Range => RANGES.some((range) => range === value);

/** The shortest range that holds everything seen: a device known for an hour is not shown as a hair's breadth of a month. */
export function fittingRange(ribbon: StateRibbon): Range {
  const first = ribbon.stretches[0];
  if (first === undefined) return "day";
  const seenMs = Date.parse(ribbon.to) - Math.min(...ribbon.stretches.map(({ from }) => Date.parse(from)));
  return RANGES.find((range) => seenMs <= RANGE_MS[range]) ?? "month";
}
