import type { OpcUaMapping, OpcUaProfile } from "../profile/opc-ua.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import type { MetricName } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, identityText, judged, scaled } from "./decoded.ts";

/** One variable as told: the two leading bits of its status code, and its value. */
export interface OpcUaValue {
  status: "good" | "uncertain" | "bad";
  value: unknown;
}

/** Values by the name of their nodes in the profile, `{unit}` filled in. */
export type OpcUaAnswer = ReadonlyMap<string, OpcUaValue>;

const nodeOf = (template: string, unit: string): string => template.replace("{unit}", unit);

/** Every node that one poll of one unit asks for, as the profile names it; each once. */
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

/**
 * What the variables of one unit say by their profile. A vacant place is a fault of its own: nobody is silent there.
 *
 * @param gatewayMs the gateway's time when the answer arrived, in ms of the epoch
 */
export function decodeOpcUa(
  profile: OpcUaProfile,
  pollName: string,
  unit: string,
  answer: OpcUaAnswer,
  gatewayMs: number,
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
    .map(([metric, mapping]) => readingOf(metric as MetricName, mapping, at(mapping.node), gatewayMs));
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
function readingOf(
  metric: MetricName,
  mapping: OpcUaMapping,
  { status, value }: OpcUaValue,
  gatewayMs: number,
): Reading {
  if (status === "bad") return judged(metric, null, mapping);
  const reading = judged(metric, numberOf(mapping, value, gatewayMs), mapping);
  return status === "uncertain" && reading.quality === "good" ? { ...reading, quality: "stale" } : reading;
}

/** NaN when the variable's type is not the one that the layout promises. */
function numberOf(mapping: OpcUaMapping, value: unknown, gatewayMs: number): number {
  switch (mapping.type) {
    case "boolean":
      return typeof value === "boolean" ? Number(value) : Number.NaN;
    case "clock":
      return value instanceof Date ? scaled(value.getTime() - gatewayMs, 0.001) : Number.NaN;
    case "code":
      return typeof value === "number" ? value : Number.NaN;
    case "number":
      return typeof value === "number" ? scaled(value, mapping.scale) : Number.NaN;
  }
}
