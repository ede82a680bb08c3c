import { isMetricName, isTechnicalAlarm, metricTerm } from "../vocabulary/metrics.ts";
import type { Profile } from "./define-profile.ts";
import { asenaFaults } from "./law/alaris-asena.ts";
import { defibReadyFaults } from "./law/defib-ready-serial.ts";
import { medibusFaults } from "./law/draeger-medibus.ts";
import { orchestraFaults } from "./law/fresenius-orchestra.ts";
import { modbusFaults } from "./law/modbus.ts";
import { opcUaFaults } from "./law/opc-ua.ts";
import { reportFaults } from "./law/puritan-bennett.ts";
import { when } from "./law/when.ts";
import type { ReadinessEvidence } from "./profile.ts";

/** No poll of any profile may be due more often than this, ms: a ward's line is shared. */
export const POLL_FLOOR_MS = 1_000;

/** The laws that the grammar cannot hold. Each broken one is a sentence; an empty list means that the profile is sound. */
export function brokenLaws(profile: Profile): string[] {
  return [
    ...namingFaults(profile),
    ...pollFaults(profile),
    ...metricFaults(profile),
    ...profile.readiness.flatMap((evidence) => readinessFaults(profile, evidence)),
    ...maintenanceFaults(profile),
    ...protocolFaults(profile),
  ];
}

function protocolFaults(profile: Profile): string[] {
  switch (profile.protocol) {
    case "puritan-bennett-sndf":
    case "puritan-bennett-snda":
      return reportFaults(profile);
    case "alaris-asena":
      return asenaFaults(profile);
    case "fresenius-orchestra":
      return orchestraFaults(profile);
    case "draeger-medibus":
      return medibusFaults(profile);
    case "defib-ready-serial":
      return defibReadyFaults(profile);
    case "modbus":
      return modbusFaults(profile);
    case "opc-ua":
      return opcUaFaults(profile);
  }
}

function namingFaults(profile: Profile): string[] {
  const texts = [
    profile.evidence.note,
    ...profile.notKnown,
    ...profile.readiness.map((evidence) => evidence.source),
    ...profile.parts.flatMap(({ life }) => (life === null ? [] : [life.source])),
    ...profile.calibrated.flatMap(({ tolerance, interval }) => [
      tolerance.source,
      interval?.source ?? tolerance.source,
    ]),
    ...profile.maintenance.flatMap(({ every }) => every.map(({ source }) => source)),
  ];
  return [
    ...texts.flatMap((text) => when(text.trim() === "", "an empty note or source")),
    // Working marks of our fact sheets are for engineers and never for a customer's eyes.
    ...texts.flatMap((text) => when(/\[[A-Z-]+\]/.test(text), `a working mark in "${text}"`)),
  ];
}

function pollFaults(profile: Profile): string[] {
  return Object.entries(profile.polls).flatMap(([name, poll]) => [
    ...when(poll.everyMs < POLL_FLOOR_MS, `poll ${name} is faster than ${POLL_FLOOR_MS} ms`),
    ...when(poll.staleAfterMs < 2 * poll.everyMs, `poll ${name} is stale before two intervals`),
  ]);
}

/** What the gateway itself says of a device; no wire brings it. */
const OWN_METRICS: readonly string[] = ["operatingState", "deviceLink"];

function metricFaults(profile: Profile): string[] {
  return Object.entries(profile.metrics).flatMap(([name, mapping]) => {
    if (!isMetricName(name)) return [`${name} is no metric of the vocabulary`];
    const { as } = mapping as { as?: string };
    return [
      ...when(OWN_METRICS.includes(name), `${name} is the gateway's to say`),
      ...when(!Object.hasOwn(profile.polls, mapping.poll), `${name} names the unknown poll ${mapping.poll}`),
      ...when(mapping.valid !== undefined && mapping.valid[0] >= mapping.valid[1], `${name} has an empty valid range`),
      ...when(mapping.scale === 0, `${name} has the scale 0`),
      ...when(as === "alarm" && !isTechnicalAlarm(name), `${name} is no technical alarm`),
      ...when(as === "clinical" && metricTerm(name).ucum !== "/h", `${name} would tell a clinical alarm live`),
    ];
  });
}

function readinessFaults(profile: Profile, evidence: ReadinessEvidence): string[] {
  const { metric, expect, freshForS } = evidence;
  const mapping = profile.metrics[metric];
  if (evidence.untold === true) return when(mapping !== undefined, `${metric} is told, and readiness says it is not`);
  if (mapping === undefined) return [`readiness asks for ${metric}, which no poll brings`];
  const poll = profile.polls[mapping.poll];
  const codes = metricTerm(metric).codes;
  return [
    ...when(poll !== undefined && freshForS * 1_000 < poll.staleAfterMs, `${metric} must be fresher than its poll`),
    ...("words" in expect
      ? expect.words.flatMap((word) => when(codes?.includes(word) !== true, `${metric} has no word ${word}`))
      : when(
          expect.min === undefined && expect.max === undefined,
          `${metric} is expected to be nothing in particular`,
        )),
  ];
}

function maintenanceFaults(profile: Profile): string[] {
  const brings = (metric: string) => Object.hasOwn(profile.metrics, metric) || isResidual(metric);
  const isResidual = (metric: string) => profile.residuals.some((residual) => residual.metric === metric);
  const twice = (ids: readonly string[]) => ids.filter((id, at) => ids.indexOf(id) !== at);
  const asked = [
    ...profile.fingerprint.map((metric) => ["fingerprint", metric] as const),
    ...profile.parts.flatMap(({ id, usage, shownBy }) =>
      [...("metric" in usage ? [usage.metric] : []), ...shownBy].map((metric) => [`part ${id}`, metric] as const),
    ),
    ...profile.calibrated.flatMap(({ id, set, delivered }) =>
      [set, delivered].flatMap((metric) => (metric === null ? [] : [[`calibrated ${id}`, metric] as const])),
    ),
    ...profile.residuals.flatMap(({ metric, set, delivered }) =>
      [set, delivered].map((each) => [`residual ${metric}`, each] as const),
    ),
  ];
  return [
    ...asked.flatMap(([who, metric]) => when(!brings(metric), `${who} asks for ${metric}, which no poll brings`)),
    ...profile.fingerprint.flatMap((metric) =>
      when(metricTerm(metric).category !== "counter", `fingerprint ${metric} is no counter`),
    ),
    ...[profile.parts, profile.calibrated, profile.maintenance]
      .flatMap((list) => twice(list.map(({ id }) => id)))
      .map((id) => `${id} is listed twice`),
    ...profile.calibrated.flatMap(({ id, tolerance }) =>
      when(tolerance.relative === 0 && tolerance.absolute === 0, `calibrated ${id} tolerates nothing`),
    ),
  ];
}
