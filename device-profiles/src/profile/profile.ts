import type { DeviceKind } from "../vocabulary/device-kind.ts";
import type { IdentityStrength } from "../vocabulary/identity.ts";
import type { MetricName } from "../vocabulary/metrics.ts";

/**
 * What a profile rests on: `vendor-document` the maker's own paper; `field-capture` frames seen on real devices;
 * `inferred` from related devices; `synthetic` invented by us and spoken by our simulator alone.
 */
export type EvidenceLevel = "vendor-document" | "field-capture" | "inferred" | "synthetic";

/** What must be freshly known before a device of this profile may be called ready; anything missing counts against it. */
export interface ReadinessEvidence {
  metric: MetricName;
  /** Seconds after which the value no longer counts as known. Above 0. */
  freshForS: number;
  /** The words, or the range, that speak for readiness. */
  expect: { words: readonly string[] } | { min?: number; max?: number };
  /** The hold that stands while it is not as expected. */
  hold: "fault" | "self-test" | "battery";
  source: string;
}

/** What every protocol says of a metric: which poll brings it, and what to believe of it. */
export interface MetricMapping<Poll extends string = string> {
  poll: Poll;
  /** In the metric's canonical unit, both ends included; a value outside is kept and marked implausible. */
  valid?: readonly [number, number];
  /** In the metric's canonical unit: a change of no more than this is not worth a message of its own. Default 0. */
  deadBand?: number;
}

/** How often a poll is due, and after what time its values are stale, in ms. */
export interface PollTiming {
  everyMs: number;
  staleAfterMs: number;
}

/** The part of a profile that does not depend on its protocol; all that the cloud needs to know of it. */
export interface ProfileCore {
  id: string;
  revision: number;
  kind: DeviceKind;
  manufacturer: string;
  model: string;
  evidence: { level: EvidenceLevel; note: string };
  identity: IdentityStrength;
  /** Each poll: how often it is due and after what time its values are stale, in ms. */
  polls: Readonly<Record<string, PollTiming>>;
  metrics: Readonly<Partial<Record<MetricName, MetricMapping>>>;
  readiness: readonly ReadinessEvidence[];
}
