import { metricTerm } from "../vocabulary/metrics.ts";
import { ASENA_INF_FIELD_COUNT, ASENA_TECHNICAL_CODES } from "./asena-layout.ts";
import type { Profile } from "./define-profile.ts";
import type { ReadinessEvidence } from "./profile.ts";
import { PATIENT_FIELDS, SNDF_FIELD_FIRST, SNDF_FIELD_LAST } from "./sndf-layout.ts";

/** No poll of any profile may be due more often than this, ms: a ward's line is shared. */
export const POLL_FLOOR_MS = 1_000;

/** The laws that types cannot hold. Each broken one is a sentence; an empty list means that the profile is sound. */
export function brokenLaws(profile: Profile): string[] {
  return [
    ...namingFaults(profile),
    ...pollFaults(profile),
    ...metricFaults(profile),
    ...profile.readiness.flatMap((evidence) => readinessFaults(profile, evidence)),
    ...(profile.protocol === "puritan-bennett-sndf" ? sndfFaults(profile) : []),
    ...(profile.protocol === "alaris-asena" ? asenaFaults(profile) : []),
    ...(profile.protocol === "modbus" ? modbusFaults(profile) : []),
  ];
}

const when = (broken: boolean, sentence: string): string[] => (broken ? [sentence] : []);

function namingFaults(profile: Profile): string[] {
  const texts = [profile.evidence.note, ...profile.readiness.map((evidence) => evidence.source)];
  return [
    ...when(!/^[a-z0-9-]+\/[a-z0-9-]+$/.test(profile.id), `id ${profile.id} is not <maker>/<model>`),
    ...when(!Number.isInteger(profile.revision) || profile.revision < 1, "revision is not a whole number from 1"),
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

function metricFaults(profile: Profile): string[] {
  return Object.entries(profile.metrics).flatMap(([name, mapping]) => [
    ...when(!Object.hasOwn(profile.polls, mapping.poll), `${name} names the unknown poll ${mapping.poll}`),
    ...when(mapping.valid !== undefined && mapping.valid[0] >= mapping.valid[1], `${name} has an empty valid range`),
    ...when(mapping.deadBand !== undefined && mapping.deadBand < 0, `${name} has a dead band below 0`),
  ]);
}

function readinessFaults(profile: Profile, evidence: ReadinessEvidence): string[] {
  const { metric, expect, freshForS } = evidence;
  const mapping = profile.metrics[metric];
  if (mapping === undefined) return [`readiness asks for ${metric}, which no poll brings`];
  const poll = profile.polls[mapping.poll as keyof typeof profile.polls];
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

function sndfFaults(profile: Extract<Profile, { protocol: "puritan-bennett-sndf" }>): string[] {
  const used = Object.values(profile.metrics).flatMap((mapping) => {
    if (mapping.as === "number") return [mapping.field];
    return mapping.as === "alarm" ? mapping.fields : [mapping.timeField, mapping.dateField];
  });
  const fields = [...used, ...profile.operatingState.inUseWhileAnyOf];
  return [
    ...fields.flatMap((field) => when(field < SNDF_FIELD_FIRST || field > SNDF_FIELD_LAST, `no field ${field}`)),
    ...fields.flatMap((field) => when(PATIENT_FIELDS.includes(field), `field ${field} tells of a person`)),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(profile.wire.replyMs >= poll.everyMs, `poll ${name} is due again before its reply may end`),
    ),
  ];
}

function asenaFaults(profile: Extract<Profile, { protocol: "alaris-asena" }>): string[] {
  const { replyMs, replyMsMax, attempts, pollMs } = profile.wire;
  return [
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) =>
      mapping.as === "number"
        ? // The unit follows in the next field, so that the last one can hold no number.
          when(mapping.field < 1 || mapping.field >= ASENA_INF_FIELD_COUNT, `${name} has no field ${mapping.field}`)
        : mapping.codes.flatMap((code) =>
            when(!ASENA_TECHNICAL_CODES.includes(code), `${name} names ${code}, which is no technical alarm`),
          ),
    ),
    ...when(replyMs > replyMsMax, "a reply may take longer than the longest that is waited for"),
    ...when(attempts * replyMsMax > pollMs, "a request may take longer than its poll"),
    ...Object.entries(profile.polls).flatMap(([name, poll]) =>
      when(pollMs >= poll.everyMs, `poll ${name} is due again before its replies may end`),
    ),
  ];
}

/** Modbus Application Protocol V1.1b3, sections 6.2 and 6.4. */
const REGISTERS_PER_READ_MAX = 125;
const INPUTS_PER_READ_MAX = 2_000;

function modbusFaults(profile: Extract<Profile, { protocol: "modbus" }>): string[] {
  const within = (address: number, range: { address: number; count: number }) =>
    address >= range.address && address < range.address + range.count;
  return [
    ...Object.entries(profile.polls).flatMap(([name, poll]) => [
      ...when(poll.inputRegisters.count > REGISTERS_PER_READ_MAX, `poll ${name} reads too many registers`),
      ...when(poll.discreteInputs.count > INPUTS_PER_READ_MAX, `poll ${name} reads too many inputs`),
      ...when(2 * poll.replyMs >= poll.everyMs, `poll ${name} is due again before its replies may end`),
    ]),
    ...Object.entries(profile.metrics).flatMap(([name, mapping]) => {
      const poll = profile.polls[mapping.poll as keyof typeof profile.polls];
      if (poll === undefined) return [];
      const range = mapping.from === "discrete-input" ? poll.discreteInputs : poll.inputRegisters;
      return when(!within(mapping.address, range), `${name} lies outside what poll ${mapping.poll} reads`);
    }),
  ];
}
