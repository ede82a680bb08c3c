import type { AsenaMapping, AsenaProfile } from "../profile/alaris-asena.ts";
import { ASENA_ALARM_FIELD_COUNT, ASENA_INF_FIELD, ASENA_INF_FIELD_COUNT } from "../profile/asena-layout.ts";
import type { MetricName, OperatingState } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type CodecFault, type Decoded, identityText, judged, scaled } from "./decoded.ts";

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

/**
 * What the replies to INF and ALARM say by their profile. The serial number is that of the INF frame itself, so that it
 * follows a pump from pole to pole.
 *
 * ALARM tells one alarm at a time. While it tells one, nothing is known of the others, so they are left out: what was last
 * read of them ages. A code that no mapping names (every clinical one) therefore brings no alarm reading at all.
 */
export function decodeAsena(profile: AsenaProfile, { inf, alarm }: AsenaAnswer): Result<Decoded, CodecFault> {
  if (inf.length !== ASENA_INF_FIELD_COUNT) return fail("codec.field-count");
  if (alarm.length !== ASENA_ALARM_FIELD_COUNT) return fail("codec.field-count");
  const serial = identityText(inf[ASENA_INF_FIELD.serial - 1] ?? "");
  if (serial === undefined) return fail("codec.layout");
  const code = alarm[0]?.trim() ?? "";
  const told = { inf, code, calmCode: profile.wire.calmCode };
  // The keys of a profile's metrics are metric names by its type.
  const mappings = Object.entries(profile.metrics) as [MetricName, AsenaMapping][];
  const readings = mappings.flatMap(([metric, mapping]) => readingsOf(metric, mapping, told));
  const clinical = mappings.flatMap(([metric, mapping]) =>
    mapping.as === "clinical" ? [{ metric, active: mapping.codes.filter((each) => each === code) }] : [],
  );
  return ok({ identity: { serial }, operatingState: stateOf(profile, inf), readings, clinical });
}

interface Told {
  inf: AsenaFields;
  code: string;
  calmCode: string;
}

function readingsOf(metric: MetricName, mapping: AsenaMapping, { inf, code, calmCode }: Told): Reading[] {
  if (mapping.as === "number") {
    const raw = numberAt(inf, mapping.field, mapping.unit);
    return [judged(metric, raw === null ? null : scaled(raw, mapping.scale), mapping)];
  }
  if (mapping.as === "clinical") return [];
  if (mapping.codes.includes(code)) return [judged(metric, 1, mapping)];
  return code === calmCode ? [judged(metric, 0, mapping)] : [];
}

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
