import type { ClinicalAlarms } from "@wardtwin/device-profiles/codec/decoded";
import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import type { Outcome } from "./device.ts";

const HOUR_MS = 3_600_000;
/** No device of any profile has so many alarms at once; what lies beyond is a broken frame and not kept. */
const ACTIVE_MAX = 256;

/** What is counted by one metric. */
interface Count {
  active: ReadonlySet<string>;
  /** How many alarms began in the hour that runs. */
  began: number;
  /** Whether anything was told of it in the hour that runs. */
  told: boolean;
  /** The first hour of which nothing was missed. */
  fromHour: number;
}

/** What has been counted of one device on one place. Hours are those of the device, from when it was first heard. */
export interface ClinicalTally {
  who: string;
  firstHeardMonoMs: number;
  /** The hour that runs, from 0. */
  hour: number;
  /** Whether the device answered at all in the hour that runs. */
  answered: boolean;
  counts: ReadonlyMap<MetricName, Count>;
  /** What the last full hour came to, until it is told. */
  due: readonly Reading[];
}

/**
 * Counts the alarms about the person or the therapy that began, by metric and full hour of the gateway's monotonic time.
 * What is active when a device is first heard began before, and is not counted. A silence ends no alarm: what is active
 * before and after it is the same one, and the count of an hour is of what was heard in it.
 *
 * @param before null where nothing has been counted on the place
 * @param who whose alarms they are, "" where nobody says; another device begins anew
 * @returns null where there is nobody to count for
 */
export function tallied(before: ClinicalTally | null, outcome: Outcome, who: string): ClinicalTally | null {
  const { atMonoMs, result } = outcome;
  if (!result.ok) {
    const isVacant = result.fault === "codec.vacant";
    return before === null || isVacant ? null : onThrough(before, atMonoMs);
  }
  const clinical = result.value.clinical ?? [];
  // Where devices name themselves, one that has not done so yet may be this one or another.
  if (who === "" && before !== null && before.who !== "") return onThrough(before, atMonoMs);
  if (before?.who !== who) return clinical.length === 0 ? null : begun(who, atMonoMs, clinical);
  const now = onThrough(before, atMonoMs);
  const counts = new Map(now.counts);
  for (const alarms of clinical) counts.set(alarms.metric, counted(counts.get(alarms.metric), alarms, now.hour));
  return { ...now, answered: true, counts };
}

/** The tally once what was due of it has been told. */
export const settled = (tally: ClinicalTally): ClinicalTally => ({ ...tally, due: [] });

function begun(who: string, firstHeardMonoMs: number, clinical: readonly ClinicalAlarms[]): ClinicalTally {
  const counts = new Map(
    clinical.map((alarms) => [alarms.metric, { ...counted(undefined, alarms, 0), fromHour: 0 }] as const),
  );
  return { who, firstHeardMonoMs, hour: 0, answered: true, counts, due: [] };
}

function counted(before: Count | undefined, { active }: ClinicalAlarms, hour: number): Count {
  const now = new Set(active.slice(0, ACTIVE_MAX));
  // What is told for the first time in the middle of an hour was missed before, so that this hour is no full one.
  if (before === undefined) return { active: now, began: 0, told: true, fromHour: hour + 1 };
  const began = [...now].filter((alarm) => !before.active.has(alarm)).length;
  return { ...before, active: now, began: before.began + began, told: true };
}

/** Ends the hour that ran if it is over. Of several that passed at once the last one was silent. */
function onThrough(tally: ClinicalTally, atMonoMs: number): ClinicalTally {
  const hour = Math.floor((atMonoMs - tally.firstHeardMonoMs) / HOUR_MS);
  if (hour <= tally.hour) return tally;
  const wasSilent = hour > tally.hour + 1;
  const due = [...tally.counts].flatMap(([metric, { began, told, fromHour }]): Reading[] => {
    if (fromHour > hour - 1) return [];
    if (told && !wasSilent) return [{ metric, value: began, quality: "good" }];
    return [{ metric, value: null, quality: tally.answered && !wasSilent ? "good" : "unreachable" }];
  });
  const counts = new Map(
    [...tally.counts].map(([metric, count]) => [metric, { ...count, began: 0, told: false }] as const),
  );
  return { ...tally, hour, answered: false, counts, due };
}
