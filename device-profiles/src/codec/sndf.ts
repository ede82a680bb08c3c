import type { SndfMapping, SndfProfile } from "../profile/puritan-bennett-sndf.ts";
import {
  PATIENT_FIELDS,
  SNDF_BODY_CHARS,
  SNDF_FIELD_COUNT,
  SNDF_FIELD_FIRST,
  sndfWidth,
} from "../profile/sndf-layout.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import { type MetricName, metricTerm } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, identityText, judged, scaled } from "./decoded.ts";

/** The data fields of a report, trimmed, the first being field 5. Fields about a person are blank. */
export type SndfFields = readonly string[];

const IDENTITY_FIELD = 6;
const PRINTABLE = /^[\x20-\x7e]*$/;

/**
 * Takes a report apart by the widths of its layout; there is no checksum, so every width and comma must be in its place.
 *
 * @param body the characters strictly between STX and ETX
 */
export function splitSndf(body: string): Result<SndfFields, CodecFault> {
  if (body.length !== SNDF_BODY_CHARS) return fail("codec.field-count");
  if (!PRINTABLE.test(body)) return fail("codec.character");
  const fields: string[] = [];
  let at = 0;
  for (let field = SNDF_FIELD_FIRST; field < SNDF_FIELD_FIRST + SNDF_FIELD_COUNT; field++) {
    const end = at + sndfWidth(field);
    const text = body.slice(at, end);
    if (text.includes(",") || body[end] !== ",") return fail("codec.field-width");
    fields.push(PATIENT_FIELDS.includes(field) ? "" : text.trim());
    at = end + 1;
  }
  return ok(fields);
}

/**
 * What a report says by its profile.
 *
 * @param gatewayLocalMs the gateway's local time when the report arrived, in ms as if the zone were UTC
 */
export function decodeSndf(
  profile: SndfProfile,
  fields: SndfFields,
  gatewayLocalMs: number,
): Result<Decoded, CodecFault> {
  const text = (field: number) => fields[field - SNDF_FIELD_FIRST] ?? "";
  const identity = identityOf(text(IDENTITY_FIELD), profile);
  if (identity === null) return fail("codec.model");
  const report = { text, gatewayLocalMs, calm: profile.wire.calmWords };
  // The keys of a profile's metrics are metric names by its type.
  const mappings = Object.entries(profile.metrics) as [MetricName, SndfMapping][];
  const readings = mappings.flatMap(([metric, mapping]) =>
    mapping.as === "clinical" ? [] : [readField(metric, mapping, report)],
  );
  const clinical = mappings.flatMap(([metric, mapping]) =>
    mapping.as === "clinical" ? [{ metric, active: activeOf(mapping.fields, report) }] : [],
  );
  const inUse = profile.operatingState.inUseWhileAnyOf.some((field) => !isBlank(text(field)));
  return ok({ identity, operatingState: inUse ? "in-use" : "standby", readings, clinical });
}

/** "840 3512345678" is model and serial number. null when another model speaks. */
function identityOf(field: string, profile: SndfProfile): DeviceIdentity | null {
  const [model = "", ...rest] = field.split(/ +/);
  if (!profile.wire.models.includes(model)) return null;
  const serial = identityText(rest.join(" "));
  return { manufacturer: profile.manufacturer, model, ...(serial === undefined ? {} : { serial }) };
}

/** A report leaves blank what it does not know; the family's other members write dashes. */
const isBlank = (text: string) => text === "" || /^-+$/.test(text);

interface Report {
  text(field: number): string;
  gatewayLocalMs: number;
  calm: readonly string[];
}

function readField(metric: MetricName, mapping: Exclude<SndfMapping, { as: "clinical" }>, report: Report): Reading {
  switch (mapping.as) {
    case "number":
      return readNumber(metric, mapping, report.text(mapping.field));
    case "word":
      return readWord(metric, mapping, report.text(mapping.field));
    case "alarm":
      return judged(metric, alarmOf(mapping.fields.map(report.text), report.calm), mapping);
    case "clock-offset":
      return judged(metric, clockOffsetS(report, mapping), mapping);
  }
}

function readNumber(metric: MetricName, mapping: SndfMapping & { as: "number" }, text: string): Reading {
  if (isBlank(text) || text === "OFF") return judged(metric, null, mapping);
  const raw = /^[+-]?\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  return judged(metric, scaled(raw, mapping.scale), mapping);
}

/** A word that the profile does not list is `otherwise`, or implausible where it names none. */
function readWord(metric: MetricName, mapping: SndfMapping & { as: "word" }, text: string): Reading {
  if (isBlank(text)) return judged(metric, null, mapping);
  const word = mapping.words[text] ?? mapping.otherwise;
  const index = word === undefined ? -1 : (metricTerm(metric).codes?.indexOf(word) ?? -1);
  return judged(metric, index < 0 ? Number.NaN : index, mapping);
}

/** The numbers of the fields whose alarm is active. */
const activeOf = (fields: readonly number[], { text, calm }: Report): string[] =>
  fields.filter((field) => !isBlank(text(field)) && !calm.includes(text(field))).map(String);

/** 1 while any word is an active one, 0 when at least one is calm, null when all are blank. */
function alarmOf(words: readonly string[], calm: readonly string[]): number | null {
  const told = words.filter((word) => !isBlank(word));
  if (told.length === 0) return null;
  return told.some((word) => !calm.includes(word)) ? 1 : 0;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/** The wire tells whole minutes, so the middle of the minute is the best guess. */
const HALF_MINUTE_MS = 30_000;

function clockOffsetS(report: Report, mapping: SndfMapping & { as: "clock-offset" }): number | null {
  const time = /^(\d\d):(\d\d)$/.exec(report.text(mapping.timeField));
  const date = /^([A-Z]{3}) (\d\d) (\d{4})$/.exec(report.text(mapping.dateField));
  const month = MONTHS.indexOf(date?.[1] ?? "");
  if (time === null || date === null || month < 0) return null;
  const deviceMs = Date.UTC(Number(date[3]), month, Number(date[2]), Number(time[1]), Number(time[2])) + HALF_MINUTE_MS;
  return Math.round((deviceMs - report.gatewayLocalMs) / 1_000);
}
