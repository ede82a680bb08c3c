import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { isTechnicalAlarm, type MetricName, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import type { DeviceLink, Sighting } from "../reading/device-watch.ts";

/** A value that has not changed is told again after so long, ms, so that the cloud can tell slow from dead. */
const HEARTBEAT_MS = 30_000;

/** What was last told of one device. */
export interface Told {
  link: DeviceLink;
  operatingState: OperatingState;
  readings: ReadonlyMap<MetricName, Reading & { atMonoMs: number }>;
}

/** What of a sighting is worth telling, and whether it is worth telling at once. */
export interface Telling {
  told: Told;
  readings: readonly Reading[];
  urgent: boolean;
}

/**
 * Picks what changed beyond its dead band, changed in quality, or was not told for a heartbeat. Operating state and link
 * are not among the readings: they are told with every sighting. A change of either, or of a technical alarm, is urgent.
 */
export function tellingOf(before: Told | null, sighting: Sighting): Telling {
  const readings = sighting.readings.filter((reading) => isWorthTelling(before, reading, sighting));
  const now = new Map(before?.readings);
  for (const reading of readings) now.set(reading.metric, { ...reading, atMonoMs: sighting.atMonoMs });
  const told: Told = { link: sighting.link, operatingState: sighting.operatingState, readings: now };
  return { told, readings, urgent: isUrgent(before, sighting, readings) };
}

function isWorthTelling(before: Told | null, reading: Reading, { atMonoMs, device }: Sighting): boolean {
  const last = before?.readings.get(reading.metric);
  if (last === undefined || last.quality !== reading.quality) return true;
  if (atMonoMs - last.atMonoMs >= HEARTBEAT_MS) return true;
  if (last.value === null || reading.value === null) return last.value !== reading.value;
  return Math.abs(reading.value - last.value) > deadBandOf(device.profile, reading.metric);
}

function deadBandOf({ metrics, residuals }: Profile, metric: MetricName): number {
  return metrics[metric]?.deadBand ?? residuals.find((residual) => residual.metric === metric)?.deadBand ?? 0;
}

function isUrgent(before: Told | null, sighting: Sighting, readings: readonly Reading[]): boolean {
  if (before === null) return true;
  if (before.link !== sighting.link || before.operatingState !== sighting.operatingState) return true;
  return readings.some(({ metric, value }) => isTechnicalAlarm(metric) && before.readings.get(metric)?.value !== value);
}
