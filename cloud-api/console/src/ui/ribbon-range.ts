import type { OperatingState, StateRibbon } from "../api/types.ts";

const HOUR_MS = 3_600_000;

/** How far back the ribbon of states reaches; the API keeps thirty days. */
export const RANGES = ["hour", "day", "week", "month"] as const;
export type Range = (typeof RANGES)[number];
const RANGE_MS = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 168 * HOUR_MS,
  month: 720 * HOUR_MS,
} as const satisfies Record<Range, number>;
export const RANGE_DAYS_MAX = 30;

export const isRange = (value: unknown): value is Range => RANGES.some((range) => range === value);

/** The shortest range that holds everything seen: a device known for an hour is not shown as a hair's breadth of a month. */
export function fittingRange(ribbon: StateRibbon): Range {
  const seenMs = Math.max(0, ...ribbon.stretches.map(({ from }) => Date.parse(ribbon.to) - Date.parse(from)));
  return RANGES.find((range) => seenMs <= RANGE_MS[range]) ?? "month";
}

export interface RibbonPart {
  state: OperatingState;
  /** Shares of the whole ribbon, 0 to 1. */
  start: number;
  width: number;
}

export interface RibbonView {
  fromMs: number;
  toMs: number;
  parts: RibbonPart[];
  /** Hours in each state within the range. */
  hours: Partial<Record<OperatingState, number>>;
  /** Hours in which nobody saw the state. */
  unseenH: number;
}

/** The stretches cut to a range that ends where the ribbon ends. */
export function ribbonView(ribbon: StateRibbon, range: Range): RibbonView {
  const toMs = Date.parse(ribbon.to);
  const fromMs = toMs - RANGE_MS[range];
  const hours: Partial<Record<OperatingState, number>> = {};
  const parts: RibbonPart[] = [];
  let seenMs = 0;
  for (const { state, from, to } of ribbon.stretches) {
    const startMs = Math.max(fromMs, Date.parse(from));
    const lengthMs = Math.min(toMs, Date.parse(to)) - startMs;
    if (lengthMs <= 0 || state === "unknown") continue;
    seenMs += lengthMs;
    hours[state] = (hours[state] ?? 0) + lengthMs / HOUR_MS;
    parts.push({ state, start: (startMs - fromMs) / RANGE_MS[range], width: lengthMs / RANGE_MS[range] });
  }
  return { fromMs, toMs, parts, hours, unseenH: (RANGE_MS[range] - seenMs) / HOUR_MS };
}
