import type { OpcUaMapping, OpcUaProfile } from "../profile/opc-ua.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import type { MetricName } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, identityText, judged, scaled } from "./decoded.ts";

/** One variable as read: the two leading bits of its status code, and its value. */
export interface OpcUaValue {
  status: "good" | "uncertain" | "bad";
  value: unknown;
}

/** Values by the string part of their NodeIds, `{unit}` filled in. */
export type OpcUaAnswer = ReadonlyMap<string, OpcUaValue>;

const nodeOf = (template: string, unit: string): string => template.replace("{unit}", unit);

/** Every node that one poll of one unit reads; each once. */
export function nodesOf(profile: OpcUaProfile, pollName: string, unit: string): string[] {
  const { occupied, identity } = profile.wire;
  const metrics = Object.values(profile.metrics).filter((mapping) => mapping.poll === pollName);
  const templates = [
    ...(occupied === undefined ? [] : [occupied]),
    ...Object.values(identity),
    profile.operatingState.node,
    ...metrics.map((mapping) => mapping.node),
  ];
  return [...new Set(templates)].map((template) => nodeOf(template, unit));
}

/** What the variables of one unit say by their profile. A vacant place is a fault of its own: nobody is silent there. */
export function decodeOpcUa(
  profile: OpcUaProfile,
  pollName: string,
  unit: string,
  answer: OpcUaAnswer,
): Result<Decoded, CodecFault> {
  const at = (template: string): OpcUaValue => answer.get(nodeOf(template, unit)) ?? { status: "bad", value: null };
  if (profile.wire.occupied !== undefined) {
    const occupied = at(profile.wire.occupied);
    if (occupied.status !== "good" || typeof occupied.value !== "boolean") return fail("codec.layout");
    if (!occupied.value) return fail("codec.vacant");
  }

  const state = at(profile.operatingState.node);
  const known = state.status === "good" && typeof state.value === "number";
  const readings = Object.entries(profile.metrics)
    .filter(([, mapping]) => mapping.poll === pollName)
    // The keys of a profile's metrics are metric names by its type.
    .map(([metric, mapping]) => readingOf(metric as MetricName, mapping, at(mapping.node)));
  return ok({
    identity: identityOf(profile, at),
    operatingState: (known ? profile.operatingState.states[Number(state.value)] : undefined) ?? "unknown",
    readings,
  });
}

function identityOf({ wire }: OpcUaProfile, at: (template: string) => OpcUaValue): DeviceIdentity {
  const identity: DeviceIdentity = {};
  for (const field of ["manufacturer", "model", "serial", "firmware"] as const) {
    const { status, value } = at(wire.identity[field]);
    const text = status === "good" && typeof value === "string" ? identityText(value) : undefined;
    if (text !== undefined) identity[field] = text;
  }
  return identity;
}

/** A bad status is a blank; an uncertain one is the last usable value, which is what `stale` means. */
function readingOf(metric: MetricName, mapping: OpcUaMapping, { status, value }: OpcUaValue): Reading {
  if (status === "bad") return judged(metric, null, mapping);
  const reading = judged(metric, numberOf(mapping, value), mapping);
  return status === "uncertain" && reading.quality === "good" ? { ...reading, quality: "stale" } : reading;
}

/** NaN when the variable's type is not the one that the layout promises. */
function numberOf(mapping: OpcUaMapping, value: unknown): number {
  if (mapping.type === "boolean") return typeof value === "boolean" ? Number(value) : Number.NaN;
  if (typeof value !== "number") return Number.NaN;
  return mapping.type === "code" ? value : scaled(value, mapping.scale ?? 1);
}
