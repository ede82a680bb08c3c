import type { DeviceIdentity } from "@wardtwin/device-profiles/vocabulary/identity";
import { isMetricName, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Device, Outcome } from "./device.ts";

/**
 * One unbroken presence of whatever hangs on a place. A device that does not name itself is known by the place alone, and
 * the place says nothing of who came back after a break: what came back has another attachment, until somebody says who it is.
 */
export interface Attachment {
  id: string;
  /** When it last answered, on the clock that outlives a restart of the agent. */
  answeredWallMs: number;
  /** What it said of itself: make, model, firmware. */
  identity: DeviceIdentity;
  /** The newest values of the counters that only grow. */
  counters: Readonly<Partial<Record<MetricName, number>>>;
}

/** Whether the wire itself names each device, so that no place has to. */
export const isSelfNaming = ({ profile }: Device): boolean => profile.identity === "self";

/**
 * The attachment after a poll. It goes on while the device answers without a break longer than its values stay fresh, says
 * the same of itself, and counts forward; anything else begins a new one. Silence leaves it: nobody new has spoken. A place that is said to be vacant ends it.
 */
export function attached(
  before: Attachment | null,
  { device, result }: Outcome,
  { wallMs, newId }: { wallMs: number; newId: () => string },
): Attachment | null {
  if (!result.ok) return result.fault === "codec.vacant" ? vacated(before) : before;
  const { identity, readings } = result.value;
  const told = countersOf(device, readings);
  const goesOn =
    before !== null &&
    isUnbroken(before, device, wallMs) &&
    saysTheSame(before.identity, identity) &&
    countsForward(before.counters, told);
  return {
    id: goesOn ? before.id : newId(),
    answeredWallMs: wallMs,
    identity: goesOn ? { ...before.identity, ...identity } : identity,
    counters: goesOn ? { ...before.counters, ...told } : told,
  };
}

/** A place that says itself that nobody is there has parted with whoever was: the next to answer is somebody new. */
const vacated = (before: Attachment | null): Attachment | null =>
  before === null ? null : { ...before, answeredWallMs: Number.MIN_SAFE_INTEGER };

/** A clock that was set back says nothing of how long the silence was; that is a break, too. */
function isUnbroken({ answeredWallMs }: Attachment, { profile }: Device, wallMs: number): boolean {
  const silentMs = wallMs - answeredWallMs;
  return silentMs >= 0 && silentMs <= Math.min(...Object.values(profile.polls).map((poll) => poll.staleAfterMs));
}

function saysTheSame(before: DeviceIdentity, now: DeviceIdentity): boolean {
  return (["manufacturer", "model", "firmware", "serial"] as const).every(
    (field) => before[field] === undefined || now[field] === undefined || before[field] === now[field],
  );
}

function countsForward(before: Attachment["counters"], now: Attachment["counters"]): boolean {
  return Object.entries(now).every(([name, value]) => !isMetricName(name) || value >= (before[name] ?? value));
}

function countersOf(
  { profile }: Device,
  readings: readonly { metric: MetricName; value: number | null; quality: string }[],
) {
  const counters: Partial<Record<MetricName, number>> = {};
  for (const { metric, value, quality } of readings) {
    if (value !== null && quality === "good" && profile.fingerprint.includes(metric)) counters[metric] = value;
  }
  return counters;
}
