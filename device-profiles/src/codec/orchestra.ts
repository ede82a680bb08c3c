import type { OrchestraMapping, OrchestraProfile } from "../profile/fresenius-orchestra.ts";
import {
  ORCHESTRA_SLOTS,
  type OrchestraPlace,
  type OrchestraSlot,
  orchestraPlace,
} from "../profile/orchestra-layout.ts";
import { type MetricName, metricTerm, type OperatingState } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type ClinicalAlarms, type CodecFault, type Decoded, judged, scaled } from "./decoded.ts";

/** What a base or a module answers: a reply with its fields, or that it will not, with the two characters of its error. */
export type OrchestraReply =
  | { status: "correct"; place: OrchestraPlace; fields: readonly string[] }
  | { status: "incorrect"; place: OrchestraPlace; error: string };

/** An answer, or what is told unasked. */
export type OrchestraMessage =
  | OrchestraReply
  | { status: "event" | "adjustment"; place: OrchestraPlace; fields: readonly string[] };

type Said = Exclude<OrchestraMessage["status"], "incorrect">;
const STATUS: ReadonlyMap<string, Said> = new Map([
  ["C", "correct"],
  ["E", "event"],
  ["M", "adjustment"],
]);

/**
 * Takes a message apart. The error of an `I` is read with and without a `;` before it: sources differ. What a host says is no
 * message of a base's.
 *
 * @param text the place, the status and the payload, without the checksum
 */
export function splitOrchestra(text: string): Result<OrchestraMessage, CodecFault> {
  const [, error] = /^\dI;?([0-9A-F]{2})$/.exec(text) ?? [];
  const [, letter = "", payload = ""] = /^\d([CEM])((?:;.*)?)$/.exec(text) ?? [];
  const place = orchestraPlace(text.charAt(0));
  const status = STATUS.get(letter);
  if (place === undefined) return fail("codec.command");
  if (error !== undefined) return ok({ status: "incorrect", place, error });
  return status === undefined ? fail("codec.command") : ok({ status, place, fields: payload.split(";").slice(1) });
}

/** The occupied slots in a base's reply to LE;b: bit n of the bitmap is slot n + 1. */
export function orchestraModules(fields: readonly string[]): Result<ReadonlySet<OrchestraSlot>, CodecFault> {
  const bits = variablesOf(fields).get("b");
  if (typeof bits !== "number" || Number.isNaN(bits)) return fail("codec.layout");
  return ok(new Set(ORCHESTRA_SLOTS.filter((_, bit) => ((bits >> bit) & 1) === 1)));
}

/**
 * What a module's variables say by the profile; a variable that they do not hold brings no reading. The frame names nobody:
 * who hangs in a slot is a person's word.
 *
 * Alarm bits are told as an alarm only while the same frame says that the pump is out of use. Otherwise they are counted as
 * clinical, for they may be, and nothing is said of the alarm: what was last read of it ages.
 */
export function decodeOrchestra(profile: OrchestraProfile, fields: readonly string[]): Decoded {
  const variables = variablesOf(fields);
  const operatingState = stateOf(profile, variables);
  const outOfUse = operatingState === "standby";
  // The keys of a profile's metrics are metric names by its type.
  const mappings = Object.entries(profile.metrics) as [MetricName, OrchestraMapping][];
  const told = mappings.flatMap(([metric, mapping]) => {
    const raw = variables.get(mapping.variable);
    return raw === undefined ? [] : [{ metric, mapping, raw }];
  });
  return {
    identity: {},
    operatingState,
    readings: told.flatMap(({ metric, mapping, raw }) => readingsOf(metric, mapping, raw, outOfUse)),
    clinical: told.flatMap(({ metric, mapping, raw }): ClinicalAlarms[] =>
      mapping.as === "clinical" ? [{ metric, active: outOfUse || raw === null ? [] : bitsOf(raw) }] : [],
    ),
  };
}

function readingsOf(metric: MetricName, mapping: OrchestraMapping, raw: number | null, outOfUse: boolean): Reading[] {
  switch (mapping.as) {
    case "number":
      return [judged(metric, raw === null ? null : scaled(raw, mapping.scale), mapping)];
    case "word":
      return [judged(metric, raw === null ? null : wordIndex(metric, mapping, raw), mapping)];
    case "alarm":
      return outOfUse ? [judged(metric, raw === null ? null : Math.min(raw, 1), mapping)] : [];
    case "clinical":
      return [];
  }
}

function wordIndex(metric: MetricName, mapping: OrchestraMapping & { as: "word" }, raw: number): number {
  const word = mapping.words[String(raw)] ?? mapping.otherwise;
  return Number.isNaN(raw) ? raw : (metricTerm(metric).codes?.indexOf(word) ?? Number.NaN);
}

/** The numbers of the bits that are set. */
const bitsOf = (word: number): string[] =>
  Array.from({ length: 32 }, (_, bit) => bit)
    .filter((bit) => Math.floor(word / 2 ** bit) % 2 === 1)
    .map(String);

/** A number behind each letter; null where nothing follows the letter, NaN where what follows is no hexadecimal number. */
function variablesOf(fields: readonly string[]): ReadonlyMap<string, number | null> {
  return new Map(
    fields.filter((field) => /^[a-z]/.test(field)).map((field) => [field.charAt(0), hexNumber(field.slice(1))]),
  );
}

function hexNumber(digits: string): number | null {
  if (digits.trim() === "") return null;
  return /^[0-9A-Fa-f]{1,8}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
}

/** null where the frame does not tell the rate. A pump that gives a bolus at rate 0 is no free one. */
function stateOf(
  { operatingState }: OrchestraProfile,
  variables: ReadonlyMap<string, number | null>,
): OperatingState | null {
  const rate = variables.get(operatingState.rate);
  if (rate === undefined) return null;
  if (rate === null || Number.isNaN(rate)) return "unknown";
  if (rate > 0) return "in-use";
  return (variables.get(operatingState.bolusRate) ?? 0) === 0 ? "standby" : "unknown";
}
