import { isTechnicalAlarm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { TwinMetric } from "../../api/types.ts";
import { strings } from "../../strings/strings.ts";

/** The order in which somebody who looks after devices reads them; what derives from a patient stands apart, at the end. */
export const GROUPS = ["state", "alarm", "counter", "setting", "measurement", "patient"] as const;
export type MetricGroup = (typeof GROUPS)[number];

/** What a page can open: a group, or the alarms that are clear. */
export const OPENABLE = [...GROUPS, "clear"] as const;
export type Openable = (typeof OPENABLE)[number];
/** A ventilator has some seventy settings, and they rarely change: more than this many are opened by whoever wants them. */
const SETTINGS_OPEN_MAX = 12;

const openAtFirst = (metrics: readonly TwinMetric[]): readonly Openable[] => {
  const many = metrics.filter((metric) => groupOf(metric) === "setting").length > SETTINGS_OPEN_MAX;
  return GROUPS.filter((name) => name !== "setting" || !many);
};

/** An address in which nothing is opened. */
const NONE = "none";

/** "state,setting" as it stands in an address; words that name nothing to open are left out. */
export const openIn = (text: string | undefined, metrics: readonly TwinMetric[]): readonly Openable[] =>
  text === undefined ? openAtFirst(metrics) : OPENABLE.filter((name) => text.split(",").includes(name));

/** The same with one of them opened or closed. */
export const toggled = (open: readonly Openable[], name: Openable): string =>
  OPENABLE.filter((one) => open.includes(one) !== (one === name)).join(",") || NONE;

export function groupOf({ metric, category, origin }: TwinMetric): MetricGroup {
  if (origin === "patient-derived") return "patient";
  if (isTechnicalAlarm(metric)) return "alarm";
  return category === "status" ? "state" : category;
}

export interface Group {
  name: MetricGroup;
  metrics: TwinMetric[];
}

/** The metrics by group, empty groups left out. */
export function groupsOf(metrics: readonly TwinMetric[]): Group[] {
  const byGroup = Map.groupBy(metrics, groupOf);
  return GROUPS.flatMap((name) => {
    const found = byGroup.get(name);
    return found === undefined ? [] : [{ name, metrics: found }];
  });
}

/** Those whose label has every word that was typed, in any order and case. */
export function foundIn(metrics: readonly TwinMetric[], find: string): TwinMetric[] {
  const words = find.toLowerCase().split(/\s+/);
  return metrics.filter(({ metric }) => {
    const label = strings.words.metric[metric].toLowerCase();
    return words.every((word) => label.includes(word));
  });
}

/**
 * Alarms that need no row of their own: they are clear, and that is as sure as anything else on the page. On a page that is
 * `aged` as a whole nothing is sure, and its one line says so.
 */
export function alarmsOf(alarms: readonly TwinMetric[], aged: boolean): { rows: TwinMetric[]; clear: TwinMetric[] } {
  const isCalm = ({ word, quality }: TwinMetric) =>
    word === "clear" && (quality === "good" || (aged && quality !== "implausible"));
  return { rows: alarms.filter((alarm) => !isCalm(alarm)), clear: alarms.filter(isCalm) };
}

/** The time of the value that has not been told for longest: no other of them is older. Null where one has no time. */
export function oldestAt(metrics: readonly TwinMetric[]): string | null {
  const times = metrics.map(({ at }) => at);
  if (times.includes(null)) return null;
  return times.filter((at) => at !== null).sort()[0] ?? null;
}
