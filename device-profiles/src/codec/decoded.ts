import type { MetricMapping } from "../profile/profile.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import { type MetricName, metricTerm, type OperatingState } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";

/** The alarms about the person or the therapy that are active now, by the metric that counts them. They never leave a gateway. */
export interface ClinicalAlarms {
  metric: MetricName;
  /** The device's own codes or words for them. */
  active: readonly string[];
}

/**
 * What one poll's raw answer means by its profile, or what one frame says that was only heard. `operatingState` is null and
 * `clinical` absent where it says nothing of them.
 */
export interface Decoded {
  identity: DeviceIdentity;
  operatingState: OperatingState | null;
  readings: Reading[];
  clinical?: readonly ClinicalAlarms[];
}

/** What several frames of one device say together, a later one before an earlier one. */
export function merged(parts: readonly Decoded[]): Decoded {
  const readings = new Map(parts.flatMap((part) => part.readings.map((reading) => [reading.metric, reading] as const)));
  const clinical = new Map(
    parts.flatMap((part) => (part.clinical ?? []).map((alarms) => [alarms.metric, alarms] as const)),
  );
  return {
    identity: Object.assign({}, ...parts.map(({ identity }) => identity)),
    operatingState: parts.findLast(({ operatingState }) => operatingState !== null)?.operatingState ?? null,
    readings: [...readings.values()],
    ...(clinical.size === 0 ? {} : { clinical: [...clinical.values()] }),
  };
}

/**
 * Why an answer that arrived whole still says nothing:
 * `field-count`, `field-width`, `character` the report is not laid out as its protocol says; `model`, `layout` it comes from
 * another kind of device than the profile's; `command` it answers something else; `serial` two devices answered one poll;
 * `word-count` fewer words than asked for; `line-count`, `verdict` a report that has lost a line, or contradicts itself;
 * `vacant` there is no device there.
 */
export type CodecFault =
  | "codec.field-count"
  | "codec.field-width"
  | "codec.character"
  | "codec.model"
  | "codec.layout"
  | "codec.command"
  | "codec.serial"
  | "codec.word-count"
  | "codec.line-count"
  | "codec.verdict"
  | "codec.vacant";

/** Longest identity text that is kept, in characters; a device that says more is cut off. */
const IDENTITY_CHARS_MAX = 60;

/** Trims what a device says of itself; blank means that it does not say. */
export function identityText(text: string): string | undefined {
  // Control characters have no business in a name and much mischief in a log.
  const clean = text
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, IDENTITY_CHARS_MAX);
  return clean === "" ? undefined : clean;
}

/**
 * A value in its metric's canonical unit, judged: outside its valid range, or no word of a coded metric, it is kept and
 * marked `implausible`. null is a blank that the device left, and good.
 */
export function judged(metric: MetricName, value: number | null, { valid }: Pick<MetricMapping, "valid">): Reading {
  if (value === null) return { metric, value, quality: "good" };
  if (!Number.isFinite(value)) return { metric, value: null, quality: "implausible" };
  const { codes } = metricTerm(metric);
  const plausible =
    (codes === undefined || (Number.isInteger(value) && value >= 0 && value < codes.length)) &&
    (valid === undefined || (value >= valid[0] && value <= valid[1]));
  return { metric, value, quality: plausible ? "good" : "implausible" };
}

/**
 * A raw number in the canonical unit. A whole number of tenths is divided by ten rather than multiplied by 0.1, so that 62
 * of them are 6.2; anything else keeps twelve significant digits, which is enough for every device.
 */
export function scaled(raw: number, scale = 1): number {
  if (Number.isInteger(raw)) {
    if (Number.isInteger(scale)) return raw * scale;
    const divisor = Math.round(1 / scale);
    if (Math.abs(divisor * scale - 1) < 1e-12) return raw / divisor;
  }
  return Number((raw * scale).toPrecision(12));
}
