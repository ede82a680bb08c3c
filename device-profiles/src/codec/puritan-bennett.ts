import type { ReportMapping, ReportProfile } from "../profile/puritan-bennett.ts";
import { REPORT_FIELD_FIRST, type ReportLayout } from "../profile/puritan-bennett-layout.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import { type MetricName, metricTerm } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, identityText, judged, scaled } from "./decoded.ts";

/** The data fields of a report, trimmed, the first being field 5. Fields about a person are blank. */
export type ReportFields = readonly string[];

const IDENTITY_FIELD = 6;
const PRINTABLE = /^[\x20-\x7e]*$/;

/**
 * Takes a report apart. There is no checksum, so the length and every comma must be as the layout has them: each field in
 * its width, or, where no width is known, as many fields as there have to be.
 *
 * @param body the characters strictly between STX and ETX
 */
export function splitReport(layout: ReportLayout, body: string): Result<ReportFields, CodecFault> {
  if (body.length !== layout.chars) return fail("codec.field-count");
  if (!PRINTABLE.test(body)) return fail("codec.character");
  const split = layout.width === null ? splitByCommas(body, layout.fields) : splitByWidths(body, layout.width, layout);
  if (!split.ok) return split;
  return ok(
    split.value.map((text, index) => (layout.patientFields.includes(REPORT_FIELD_FIRST + index) ? "" : text.trim())),
  );
}

function splitByCommas(body: string, count: number): Result<string[], CodecFault> {
  const fields = body.split(",");
  // The last field is followed by a comma too, and that by nothing.
  return fields.pop() === "" && fields.length === count ? ok(fields) : fail("codec.field-count");
}

function splitByWidths(
  body: string,
  width: (field: number) => number,
  layout: ReportLayout,
): Result<string[], CodecFault> {
  const fields: string[] = [];
  let at = 0;
  for (let field = REPORT_FIELD_FIRST; field < REPORT_FIELD_FIRST + layout.fields; field++) {
    const end = at + width(field);
    const text = body.slice(at, end);
    if (text.includes(",") || body[end] !== ",") return fail("codec.field-width");
    fields.push(text);
    at = end + 1;
  }
  return ok(fields);
}

/**
 * What a report says by its profile.
 *
 * @param gatewayLocalMs the gateway's local time when the report arrived, in ms as if the zone were UTC
 */
export function decodeReport(
  profile: ReportProfile,
  fields: ReportFields,
  gatewayLocalMs: number,
): Result<Decoded, CodecFault> {
  const text = (field: number) => fields[field - REPORT_FIELD_FIRST] ?? "";
  const identity = identityOf(text(IDENTITY_FIELD), profile);
  if (identity === null) return fail("codec.model");
  const report = { text, gatewayLocalMs, calm: profile.wire.calmWords };
  // The keys of a profile's metrics are metric names by its type.
  const mappings = Object.entries(profile.metrics) as [MetricName, ReportMapping][];
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
function identityOf(field: string, profile: ReportProfile): DeviceIdentity | null {
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

function readField(metric: MetricName, mapping: Exclude<ReportMapping, { as: "clinical" }>, report: Report): Reading {
  switch (mapping.as) {
    case "number":
      return readNumber(metric, mapping, report);
    case "word":
      return readWord(metric, mapping, report);
    case "alarm":
      return judged(metric, alarmOf(mapping.fields.map(report.text), report.calm), mapping);
    case "clock-offset":
      return judged(metric, clockOffsetS(report, mapping), mapping);
  }
}

type FieldMapping = ReportMapping & { as: "number" | "word" };

/** What a field says of a metric; blank while the field speaks of another one. */
function textOf({ field, onlyWhile }: FieldMapping, { text }: Report): string {
  if (onlyWhile === undefined) return text(field);
  const told = text(onlyWhile.field);
  const speaks = "is" in onlyWhile ? onlyWhile.is.includes(told) : !isBlank(told) && !onlyWhile.isNot.includes(told);
  return speaks ? text(field) : "";
}

function readNumber(metric: MetricName, mapping: ReportMapping & { as: "number" }, report: Report): Reading {
  const text = textOf(mapping, report);
  if (isBlank(text) || text === "OFF") return judged(metric, null, mapping);
  const raw = /^[+-]?\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  return judged(metric, scaled(raw, mapping.scale), mapping);
}

/** A word that the profile does not list is `otherwise`, or implausible where it names none. */
function readWord(metric: MetricName, mapping: ReportMapping & { as: "word" }, report: Report): Reading {
  const text = textOf(mapping, report);
  if (isBlank(text)) return judged(metric, null, mapping);
  const word = Object.hasOwn(mapping.words, text) ? mapping.words[text] : mapping.otherwise;
  const index = word === undefined ? -1 : (metricTerm(metric).codes?.indexOf(word) ?? -1);
  return judged(metric, index < 0 ? Number.NaN : index, mapping);
}

/** The numbers of the fields whose alarm is active; a number in such a field is no alarm word. */
const activeOf = (fields: readonly number[], { text, calm }: Report): string[] =>
  fields.filter((field) => /[A-Z]/i.test(text(field)) && !calm.includes(text(field))).map(String);

/** 1 while any word is an active one, 0 when at least one is calm, null when all are blank. */
function alarmOf(words: readonly string[], calm: readonly string[]): number | null {
  const told = words.filter((word) => !isBlank(word));
  if (told.length === 0) return null;
  return told.some((word) => !calm.includes(word)) ? 1 : 0;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/** The wire tells whole minutes, so the middle of the minute is the best guess. */
const HALF_MINUTE_MS = 30_000;

function clockOffsetS(report: Report, mapping: ReportMapping & { as: "clock-offset" }): number | null {
  const time = /^(\d\d):(\d\d)$/.exec(report.text(mapping.timeField));
  const date = /^([A-Z]{3}) (\d\d) (\d{4})$/.exec(report.text(mapping.dateField));
  const month = MONTHS.indexOf(date?.[1] ?? "");
  if (time === null || date === null || month < 0) return null;
  const deviceMs = Date.UTC(Number(date[3]), month, Number(date[2]), Number(time[1]), Number(time[2])) + HALF_MINUTE_MS;
  return Math.round((deviceMs - report.gatewayLocalMs) / 1_000);
}
