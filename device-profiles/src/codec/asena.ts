import type { AsenaMapping, AsenaProfile } from "../profile/alaris-asena.ts";
import { ASENA_ALARM_FIELD_COUNT, ASENA_INF_FIELD, ASENA_INF_FIELD_COUNT } from "../profile/asena-layout.ts";
import type { MetricName, OperatingState } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type ClinicalAlarms, type CodecFault, type Decoded, identityText, judged, merged, scaled } from "./decoded.ts";

/** The fields of a reply after the command's name. */
export type AsenaFields = readonly string[];

/** The replies that make up one poll. */
export interface AsenaAnswer {
  inf: AsenaFields;
  alarm: AsenaFields;
}

/**
 * Takes a reply apart. One that names another command, and one without a field (the request itself, come back from an
 * echoing line), is no reply to this command.
 *
 * @param message what stands between `!` and `|`
 */
export function splitAsena(message: string, command: string): Result<AsenaFields, CodecFault> {
  const [name, ...fields] = message.split("^");
  return name === command && fields.length > 0 ? ok(fields) : fail("codec.command");
}

/** The serial number in the reply to INST_SERIALNO. */
export function asenaSerial(fields: AsenaFields): Result<string, CodecFault> {
  const serial = identityText(fields[0] ?? "");
  return fields.length === 1 && serial !== undefined ? ok(serial) : fail("codec.layout");
}

/** The milliseconds in the reply to COMMS_RESPONSE_MAX, or null when it holds none. */
export function asenaResponseMaxMs([count = "", unit]: AsenaFields): number | null {
  return unit === "ms" && /^\d{1,6}$/.test(count) ? Number(count) : null;
}

/** What the replies to INF and ALARM say together by their profile. */
export function decodeAsena(profile: AsenaProfile, { inf, alarm }: AsenaAnswer): Result<Decoded, CodecFault> {
  const told = decodeAsenaInf(profile, inf);
  if (!told.ok) return told;
  const alarms = decodeAsenaAlarm(profile, alarm);
  return alarms.ok ? ok(merged([told.value, alarms.value])) : alarms;
}

/**
 * What a reply to INF says alone: identity, state and values. The serial number is that of the frame itself, so that it
 * follows a pump from pole to pole.
 */
export function decodeAsenaInf(profile: AsenaProfile, inf: AsenaFields): Result<Decoded, CodecFault> {
  if (inf.length !== ASENA_INF_FIELD_COUNT) return fail("codec.field-count");
  const serial = identityText(inf[ASENA_INF_FIELD.serial - 1] ?? "");
  if (serial === undefined) return fail("codec.layout");
  const readings = mappingsOf(profile).flatMap(([metric, mapping]) => {
    if (mapping.as !== "number") return [];
    const raw = numberAt(inf, mapping.field, mapping.unit);
    return [judged(metric, raw === null ? null : scaled(raw, mapping.scale), mapping)];
  });
  return ok({ identity: { serial }, operatingState: stateOf(profile, inf), readings });
}

/**
 * What a reply to ALARM says alone: alarms, and not whose.
 *
 * It tells one alarm at a time. While it tells one, nothing is known of the others, so they are left out: what was last read
 * of a technical one ages, and a clinical one is taken neither for begun nor for ended.
 */
export function decodeAsenaAlarm(profile: AsenaProfile, alarm: AsenaFields): Result<Decoded, CodecFault> {
  if (alarm.length !== ASENA_ALARM_FIELD_COUNT) return fail("codec.field-count");
  const code = alarm[0]?.trim() ?? "";
  const isCalm = code === profile.wire.calmCode;
  const readings: Reading[] = [];
  const clinical: ClinicalAlarms[] = [];
  for (const [metric, mapping] of mappingsOf(profile)) {
    if (mapping.as === "number") continue;
    const isTold = mapping.codes.includes(code);
    if (!isCalm && !isTold) continue;
    if (mapping.as === "alarm") readings.push(judged(metric, isTold ? 1 : 0, mapping));
    else clinical.push({ metric, active: isTold ? [code] : [] });
  }
  return ok({ identity: {}, operatingState: null, readings, ...(clinical.length === 0 ? {} : { clinical }) });
}

/** The keys of a profile's metrics are metric names by its type. */
const mappingsOf = (profile: AsenaProfile) => Object.entries(profile.metrics) as [MetricName, AsenaMapping][];

/** null for a blank, NaN for what is no decimal number or stands in another unit. */
function numberAt(fields: AsenaFields, field: number, unit: string): number | null {
  const text = fields[field - 1]?.trim() ?? "";
  if (text === "" || text === "-") return null;
  return /^[+-]?\d*\.?\d+$/.test(text) && fields[field] === unit ? Number(text) : Number.NaN;
}

/** A mode that was never captured says nothing at rate 0, so that no held infusion passes for a free pump. */
function stateOf({ operatingState }: AsenaProfile, inf: AsenaFields): OperatingState {
  const rate = numberAt(inf, ASENA_INF_FIELD.rate, "ml/h");
  if (rate === null || !(rate >= 0)) return "unknown";
  if (rate > 0) return "in-use";
  return operatingState.idleModes.includes(inf[ASENA_INF_FIELD.mode - 1] ?? "") ? "standby" : "unknown";
}
