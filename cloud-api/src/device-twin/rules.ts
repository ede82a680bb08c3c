import { firmwareVerdict } from "@wardtwin/device-profiles/profile/firmware";
import type { ProfileCore, ReadinessEvidence } from "@wardtwin/device-profiles/profile/profile";
import type { DeviceKind } from "@wardtwin/device-profiles/vocabulary/device-kind";
import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { codeWord, type MetricName, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Quality } from "@wardtwin/device-profiles/vocabulary/quality";
import type { Present } from "./present.ts";
import type { Availability, ClassCount, Hold, TwinView } from "./schema.ts";

/** The newest value of a metric; `atMs` is when the value was read, `heardMs` when anything was last said of the metric. */
export interface MetricNow {
  value: number | null;
  quality: Quality;
  atMs: number | null;
}

export interface SitePolicy {
  /** Minutes in standby or off after which a device counts as free. */
  standbyFreeAfterMin: number;
}

export const DEFAULT_POLICY: SitePolicy = { standbyFreeAfterMin: 60 };

export interface Judged {
  present: Present;
  /** The serial number in the registry. */
  serial: string;
  /** The version of its software in the registry; the wire's word goes before it. */
  firmware: string | null;
  /** Since when what answers on its place may be another device; null while it is known who does. */
  unconfirmedSinceMs: number | null;
  /** Since when two gateways hear it at the same time; null while none or one does. */
  conflictSinceMs: number | null;
  profile: ProfileCore | null;
  metrics: ReadonlyMap<MetricName, MetricNow>;
  gatewayOnline: boolean | null;
  policy: SitePolicy;
  nowMs: number;
}

export interface Judgement {
  availability: Availability;
  because: TwinView["readiness"]["because"];
  freeAtMs: number | null;
  holds: Hold[];
  /** Gateway and device both answer, and the values are as young as the profile asks. */
  isLive: boolean;
  /** The operating state as far as it is known now: unknown where its own time is too old, whatever else is told. */
  operating: OperatingState;
}

/** Without a profile nobody says how often a device is polled; after this long its values are stale. */
const STALE_AFTER_MS = 30_000;

/** Clocks differ a little. A value from further ahead has a wrong time, and its age is not known. */
const AHEAD_MAX_MS = 60_000;

const isYoung = (atMs: number | null, nowMs: number, forMs: number): boolean =>
  atMs !== null && nowMs - atMs <= forMs && atMs - nowMs <= AHEAD_MAX_MS;

/** After what silence a device counts as no longer heard: whatever else is asked of it rarely, its fastest poll is missed. */
export function staleAfterMs(profile: ProfileCore | null): number {
  const limits = Object.values(profile?.polls ?? {}).map((poll) => poll.staleAfterMs);
  return limits.length === 0 ? STALE_AFTER_MS : Math.min(...limits);
}

/**
 * May this device be used? Fail-closed: ready needs a live wire, a known state out of use for the site's time, a confirmed
 * identity, and every piece of evidence that the profile asks for, fresh and as expected. Anything missing is no reason to
 * believe.
 */
export function judge(judged: Judged): Judgement {
  const { present, profile, policy, nowMs } = judged;
  const isLive =
    judged.gatewayOnline === true &&
    present.deviceLink === "connected" &&
    isYoung(present.heardAtMs, nowMs, staleAfterMs(profile));
  const operating =
    isLive && isYoung(present.operatingAtMs, nowMs, staleAfterMs(profile)) ? present.operatingState : "unknown";
  const holds = [
    ...identityHolds(judged),
    ...firmwareHolds(judged),
    ...(profile?.readiness ?? []).flatMap((evidence) => evidenceHold(evidence, judged)),
  ];
  const verdict = (
    availability: Availability,
    because: Judgement["because"],
    freeAtMs: number | null = null,
  ): Judgement => ({
    availability,
    because,
    freeAtMs,
    holds,
    isLive,
    operating,
  });
  const known = holds.some(({ reason }) => reason === "not-as-expected");

  if (present.heardAtMs === null) return verdict("unknown", "never-heard");
  // What is read on its place now may be another's, and nobody knows where this one is; or two say that they are it.
  if (judged.unconfirmedSinceMs !== null || judged.conflictSinceMs !== null)
    return known ? verdict("blocked", "hold") : verdict("unknown", "hold");
  const freeAtMs = present.idleSinceMs === null ? null : present.idleSinceMs + policy.standbyFreeAfterMin * 60_000;
  if (!isLive) {
    if (known) return verdict("blocked", "hold");
    const seenFree = freeAtMs !== null && present.lastKnownAtMs !== null && freeAtMs <= present.lastKnownAtMs;
    return seenFree ? verdict("to-verify", "silent-last-seen-free") : verdict("unknown", "silent");
  }
  if (operating === "in-use") return verdict("in-use", "in-use");
  if (known) return verdict("blocked", "hold");
  if (operating === "self-test") return verdict("unknown", "self-test");
  if (profile === null || holds.length > 0) return verdict("unknown", "hold");
  if (operating === "unknown" || freeAtMs === null) return verdict("unknown", "silent");
  return freeAtMs <= nowMs
    ? verdict("ready", "no-known-reason-against-use")
    : verdict("in-use", "standby-not-yet-free", freeAtMs);
}

const nameless = { metric: null, value: null, liftedBy: "biomedical-engineer" } as const;

/** A device that names itself has to say the serial number that the registry has; one that cannot is bound by a person. */
function identityHolds({ present, profile, serial, unconfirmedSinceMs, conflictSinceMs }: Judged): Hold[] {
  if (conflictSinceMs !== null) {
    const at = new Date(conflictSinceMs).toISOString();
    return [{ ...nameless, kind: "identity", reason: "conflict", word: serial, at, liftedBy: "any" }];
  }
  if (unconfirmedSinceMs !== null) {
    const at = new Date(unconfirmedSinceMs).toISOString();
    return [{ ...nameless, kind: "identity", reason: "unconfirmed", word: null, at, liftedBy: "any" }];
  }
  if (profile?.identity !== "self" || present.heardAtMs === null) return [];
  const told = present.identity.serial;
  if (told !== undefined && normalisedSerial(told) === normalisedSerial(serial)) return [];
  const reason = told === undefined ? "missing" : "not-as-expected";
  return [{ ...nameless, kind: "identity", reason, word: told ?? null, at: null }];
}

/** What a profile means by a reading holds for the versions that it was written for, and for no others. */
function firmwareHolds({ present, profile, firmware }: Judged): Hold[] {
  if (profile === null || present.heardAtMs === null) return [];
  const told = present.identity.firmware ?? firmware ?? undefined;
  if (firmwareVerdict(profile.firmware, told) !== "unverified") return [];
  return [{ ...nameless, kind: "identity", reason: "unverified", word: told ?? null, at: null }];
}

function evidenceHold(evidence: ReadinessEvidence, { metrics, nowMs, present }: Judged): Hold[] {
  if (present.heardAtMs === null) return [];
  const { metric, freshForS, hold: kind } = evidence;
  const now = metrics.get(metric);
  const base = { kind, metric, liftedBy: "biomedical-engineer" } as const;
  if (now === undefined || now.value === null || now.atMs === null || now.quality === "implausible") {
    return [{ ...base, reason: "missing", value: null, word: null, at: null }];
  }
  const word = codeWord(metric, now.value);
  const told = { value: now.value, word, at: new Date(now.atMs).toISOString() };
  if (!meets(evidence, now.value, word)) return [{ ...base, reason: "not-as-expected", ...told }];
  return isYoung(now.atMs, nowMs, freshForS * 1_000) ? [] : [{ ...base, reason: "expired", ...told }];
}

function meets({ expect }: ReadinessEvidence, value: number, word: string | null): boolean {
  if ("words" in expect) return word !== null && expect.words.includes(word);
  return value >= (expect.min ?? Number.NEGATIVE_INFINITY) && value <= (expect.max ?? Number.POSITIVE_INFINITY);
}

const COLUMN = {
  "in-use": "inUse",
  ready: "ready",
  "to-verify": "toVerify",
  blocked: "blocked",
  unknown: "unknown",
} as const satisfies Record<Availability, keyof ClassCount>;

/** Counts devices by class. In each class the five columns sum to `have`, always. */
export function countByClass(devices: readonly { kind: DeviceKind; availability: Availability }[]): ClassCount[] {
  const counts = new Map<DeviceKind, ClassCount>();
  for (const { kind, availability } of devices) {
    const count = counts.get(kind) ?? { kind, have: 0, inUse: 0, ready: 0, toVerify: 0, blocked: 0, unknown: 0 };
    count.have += 1;
    count[COLUMN[availability]] += 1;
    counts.set(kind, count);
  }
  return [...counts.values()].sort((a, b) => a.kind.localeCompare(b.kind));
}
