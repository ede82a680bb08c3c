import type { DeviceIdentity } from "@wardtwin/device-profiles/vocabulary/identity";
import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { isMetricName, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import type { Device, Outcome } from "./device.ts";

/** So many failed polls in a row make a device unreachable: one may be a collision on the line, two are a silence. */
const FAILURES_MAX = 2;

export type DeviceLink = "connected" | "unreachable";

/** What is known of a device at one instant. */
export interface Sighting {
  device: Device;
  identity: DeviceIdentity;
  atMonoMs: number;
  link: DeviceLink;
  /** Which presence on its place this is; null where the device names itself. */
  attachment: string | null;
  operatingState: OperatingState;
  readings: readonly Reading[];
}

/** What the watch remembers of one device between polls. */
export interface Watch {
  failures: number;
  /** `vacant`: the place itself said that nobody is there, so that its silence later says nothing about a device. */
  link: DeviceLink | "unknown" | "vacant";
  /** What the device last said of itself. */
  identity: DeviceIdentity;
  /** The state that it last told; a poll that says nothing of it leaves it. */
  operatingState: OperatingState;
}

export const UNWATCHED: Watch = { failures: 0, link: "unknown", identity: {}, operatingState: "unknown" };

/**
 * Judges one attempt to read a device. A first failure says nothing yet; a second one makes the device unreachable, and
 * each later one says so again. A vacant place is no silent device: who left it is told as unreachable once, and then nothing.
 */
export function watched(
  watch: Watch,
  outcome: Outcome,
  attachment: string | null,
): { watch: Watch; sightings: Sighting[] } {
  const { device, atMonoMs, result } = outcome;
  const lost = (readings: readonly Reading[]): Sighting => ({
    device,
    identity: watch.identity,
    atMonoMs,
    link: "unreachable",
    attachment,
    operatingState: "unknown",
    readings,
  });
  if (result.ok) {
    const { readings } = result.value;
    // One of several polls need not name the device; what it says then is still said by whoever answered the others.
    const before = watch.link === "connected" ? watch : UNWATCHED;
    const identity = {
      ...(isAnother(before.identity, result.value.identity) ? {} : before.identity),
      ...result.value.identity,
    };
    const operatingState = result.value.operatingState ?? before.operatingState;
    const seen: Sighting = { device, identity, atMonoMs, link: "connected", attachment, operatingState, readings };
    const changed = watch.link === "connected" && isAnother(watch.identity, identity);
    const sightings = changed ? [lost(blanksOf(device)), seen] : [seen];
    return { watch: { failures: 0, link: "connected", identity, operatingState }, sightings };
  }
  if (result.fault === "codec.vacant") {
    const vacated: Watch = { ...UNWATCHED, link: "vacant" };
    return { watch: vacated, sightings: watch.link === "connected" ? [lost(blanksOf(device))] : [] };
  }
  if (watch.link === "vacant") return { watch, sightings: [] };
  const failures = watch.failures + 1;
  if (failures < FAILURES_MAX) return { watch: { ...watch, failures }, sightings: [] };
  const sighting = lost(watch.link === "unreachable" ? [] : blanksOf(device));
  return { watch: { ...watch, failures, link: "unreachable" }, sightings: [sighting] };
}

/** Whether two answers on one place come from two devices, as far as they name themselves. */
function isAnother(before: DeviceIdentity, now: DeviceIdentity): boolean {
  if (before.serial === undefined || now.serial === undefined) return false;
  return normalisedSerial(before.serial) !== normalisedSerial(now.serial);
}

/** What a device tells, and what is drawn from it at once; counts of full hours stay true while it is silent. */
function blanksOf({ profile }: Device): Reading[] {
  const told = Object.entries(profile.metrics).flatMap(([metric, mapping]) =>
    "as" in mapping && mapping.as === "clinical" ? [] : [metric],
  );
  return [...told, ...profile.residuals.map(({ metric }) => metric)]
    .filter(isMetricName)
    .map((metric) => ({ metric, value: null, quality: "unreachable" }));
}
