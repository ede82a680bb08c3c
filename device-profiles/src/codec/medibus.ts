import { type MedibusMapping, type MedibusPlace, type MedibusProfile, repliesFor } from "../profile/draeger-medibus.ts";
import {
  MEDIBUS_CLINICAL,
  MEDIBUS_NOTICES,
  MEDIBUS_NUMBER_READS,
  MEDIBUS_PAGE_TWO,
  MEDIBUS_TECHNICAL,
  type MedibusAlarmCodes,
  type MedibusNumberRead,
  type MedibusRead,
} from "../profile/medibus-layout.ts";
import type { DeviceIdentity } from "../vocabulary/identity.ts";
import { type MetricName, metricTerm, type OperatingState } from "../vocabulary/metrics.ts";
import type { Reading } from "../vocabulary/reading.ts";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { type ClinicalAlarms, type CodecFault, type Decoded, judged, scaled } from "./decoded.ts";
import { medibusAlarms, medibusIdentification, medibusNumbers, medibusTexts } from "./medibus-record.ts";
import { medibusTimeMs } from "./medibus-time.ts";

/** The data of replies, by the command that they answer. */
export type MedibusAnswers = ReadonlyMap<MedibusRead, string>;

export interface MedibusContext {
  identity: DeviceIdentity;
  /** The gateway's local time, in ms as if the zone were UTC. */
  gatewayLocalMs: number;
  /** The device has shown that it knows codepage 2; until then an empty reply of that page says nothing. */
  knowsPageTwo: boolean;
  /** Of all answers only this one is new: nothing is said that it has no part in. */
  news?: MedibusRead;
}

/** The replies of a poll, taken apart. Absent is what was not asked. */
interface Report extends MedibusContext {
  numbers: ReadonlyMap<MedibusRead, ReadonlyMap<string, string>>;
  alarms: { cp1?: ReadonlySet<string>; cp2?: ReadonlySet<string> };
  texts: ReadonlyMap<string, string> | undefined;
  clockMs: number | null | undefined;
}

/**
 * What replies say by their profile. Of a metric that needs a reply which is not there, nothing is said: it ages. An alarm
 * is clear only when every page that could tell it was told.
 */
export function decodeMedibus(
  profile: MedibusProfile,
  answers: MedibusAnswers,
  context: MedibusContext,
): Result<Decoded, CodecFault> {
  const split = reportOf(answers, context);
  if (!split.ok) return split;
  const report = split.value;
  const { news } = context;
  const concerns = (reads: readonly MedibusRead[]) => news === undefined || reads.includes(news);
  const state = stateOf(profile, report);
  // The keys of a profile's metrics are metric names by its type.
  const mappings = (Object.entries(profile.metrics) as [MetricName, MedibusMapping][]).filter(([, mapping]) =>
    concerns(repliesFor(mapping)),
  );
  const readings = mappings.flatMap(([metric, mapping]) => readingOf(metric, mapping, report, state));
  const clinical = mappings.flatMap(([metric, mapping]) => clinicalOf(metric, mapping, report));
  return ok({
    identity: context.identity,
    operatingState: concerns(["2A", "2E"]) ? state : null,
    readings,
    ...(clinical.length === 0 ? {} : { clinical }),
  });
}

/** Whether replies show that their device knows codepage 2: one that does not would leave them empty. */
export const showsPageTwo = (answers: MedibusAnswers): boolean =>
  MEDIBUS_PAGE_TWO.some((read) => (answers.get(read) ?? "") !== "");

/** Who answers, by its profile: a name that the profile does not know is another model. */
export function medibusIdentity(profile: MedibusProfile, data: string): Result<DeviceIdentity, CodecFault> {
  const told = medibusIdentification(data);
  if (!told.ok) return told;
  const { name, software } = told.value;
  if (!profile.wire.models.some((model) => bare(model) === bare(name))) return fail("codec.model");
  return ok({
    manufacturer: profile.manufacturer,
    model: name,
    ...(software === undefined ? {} : { firmware: software }),
  });
}

const bare = (name: string): string => name.replaceAll(" ", "").toUpperCase();

const isNumberRead = (read: MedibusRead): read is MedibusNumberRead =>
  MEDIBUS_NUMBER_READS.some((name) => name === read);

function reportOf(answers: MedibusAnswers, context: MedibusContext): Result<Report, CodecFault> {
  const numbers = new Map<MedibusRead, ReadonlyMap<string, string>>();
  for (const [read, data] of answers) {
    if (!isNumberRead(read)) continue;
    const values = medibusNumbers(read, data);
    if (!values.ok) return values;
    numbers.set(read, values.value);
  }
  const [one, two] = [optional(answers.get("27"), medibusAlarms), optional(answers.get("2E"), medibusAlarms)];
  const texts = optional(answers.get("2A"), medibusTexts);
  if (!one.ok) return one;
  if (!two.ok) return two;
  if (!texts.ok) return texts;
  const clock = answers.get("28");
  return ok({
    ...context,
    numbers,
    alarms: {
      ...(one.value === undefined ? {} : { cp1: one.value }),
      ...(two.value === undefined ? {} : { cp2: two.value }),
    },
    texts: texts.value,
    clockMs: clock === undefined ? undefined : medibusTimeMs(clock),
  });
}

const optional = <Value>(
  data: string | undefined,
  take: (data: string) => Result<Value, CodecFault>,
): Result<Value | undefined, CodecFault> => (data === undefined ? ok(undefined) : take(data));

function readingOf(
  metric: MetricName,
  mapping: MedibusMapping,
  report: Report,
  state: OperatingState | null,
): Reading[] {
  const value = toldOf(metric, mapping, report, state);
  return value === undefined ? [] : [judged(metric, value, mapping)];
}

/** undefined is "not told", null a blank, NaN what cannot be read. */
function toldOf(
  metric: MetricName,
  mapping: MedibusMapping,
  report: Report,
  state: OperatingState | null,
): number | null | undefined {
  switch (mapping.as) {
    case "number":
      return numberOf(mapping, report);
    case "text":
      return wordOf(metric, mapping, report);
    case "alarm":
      return alarmOf(mapping, report);
    case "clinical":
      return undefined;
    case "unclassified":
      // In use it may be about the person; and where nobody knows the state, too.
      return state === "standby" || state === "self-test" ? unclassifiedOf(report) : undefined;
    case "test-age":
      return ageH(mapping.code, report);
    case "clock-offset":
      return offsetS(report);
  }
}

/** The first place that holds a value; a place that was not told leaves open whether it would. */
function numberOf(mapping: MedibusMapping & { as: "number" }, { numbers, texts }: Report): number | null | undefined {
  const { onlyWhileTexts } = mapping;
  if (onlyWhileTexts !== undefined && texts === undefined) return undefined;
  if (onlyWhileTexts?.some((code) => texts?.has(code) === true) === false) return null;
  const places: readonly MedibusPlace[] = [mapping, ...(mapping.also ?? [])];
  for (const { from, code, scale } of places) {
    const values = numbers.get(from);
    if (values === undefined) return undefined;
    const text = values.get(code)?.trim() ?? "";
    if (text === "") continue;
    // A sign stands at the left end of its field, so that spaces may follow it.
    const isNumber = /^[+-]? *(\d+\.?\d*|\.\d+)$/.test(text);
    return isNumber ? scaled(Number(text.replaceAll(" ", "")), scale) : Number.NaN;
  }
  return null;
}

function wordOf(
  metric: MetricName,
  { words }: MedibusMapping & { as: "text" },
  { texts }: Report,
): number | null | undefined {
  if (texts === undefined) return undefined;
  const [word] = Object.entries(words).find(([, codes]) => codes.some((code) => texts.has(code))) ?? [];
  return word === undefined ? null : (metricTerm(metric).codes?.indexOf(word) ?? Number.NaN);
}

/** The codes among these that are active, each with its page. */
const activeOf = (codes: MedibusAlarmCodes, { alarms }: Report): string[] =>
  (["cp1", "cp2"] as const).flatMap((page) =>
    (codes[page] ?? []).filter((code) => alarms[page]?.has(code) === true).map((code) => `${page} ${code}`),
  );

/** Whether all was told that these codes could stand in. */
const areTold = ({ cp1, cp2 }: MedibusAlarmCodes, { alarms, knowsPageTwo }: Report): boolean =>
  (cp1 === undefined || alarms.cp1 !== undefined) && (cp2 === undefined || (alarms.cp2 !== undefined && knowsPageTwo));

function alarmOf(codes: MedibusAlarmCodes, report: Report): number | undefined {
  if (activeOf(codes, report).length > 0) return 1;
  return areTold(codes, report) ? 0 : undefined;
}

function clinicalOf(metric: MetricName, mapping: MedibusMapping, report: Report): ClinicalAlarms[] {
  if (mapping.as !== "clinical" || !areTold(mapping, report)) return [];
  return [{ metric, active: activeOf(mapping, report) }];
}

function unclassifiedOf(report: Report): number | undefined {
  const known = (page: "cp1" | "cp2", code: string) =>
    [MEDIBUS_TECHNICAL, MEDIBUS_CLINICAL, MEDIBUS_NOTICES].some((list) => list[page].includes(code));
  const { alarms } = report;
  if ((["cp1", "cp2"] as const).some((page) => [...(alarms[page] ?? [])].some((code) => !known(page, code)))) return 1;
  return areTold(MEDIBUS_NOTICES, report) ? 0 : undefined;
}

const MS_PER_H = 3_600_000;

/** Both by the device's own clock, so that a clock that goes wrong does not age a test. */
function ageH(code: string, { texts, clockMs }: Report): number | null | undefined {
  if (texts === undefined || clockMs === undefined) return undefined;
  const text = texts.get(code)?.trim() ?? "";
  if (text === "" || clockMs === null) return null;
  const testMs = medibusTimeMs(text);
  return testMs === null ? Number.NaN : scaled(Math.round((clockMs - testMs) / (MS_PER_H / 100)), 0.01);
}

function offsetS({ clockMs, gatewayLocalMs }: Report): number | null | undefined {
  if (clockMs === undefined) return undefined;
  return clockMs === null ? null : Math.round((clockMs - gatewayLocalMs) / 1_000);
}

/** null where nothing is said of it. What speaks for a state counts alone; that nothing speaks against it takes all. */
function stateOf({ operatingState }: MedibusProfile, { texts, alarms }: Report): OperatingState | null {
  const { selfTestTexts, standbyTexts, standbyAlarms, ventilatingTexts } = operatingState;
  const any = (codes: readonly string[]) => codes.some((code) => texts?.has(code) === true);
  if (any(selfTestTexts)) return "self-test";
  if (any(standbyTexts) || standbyAlarms.some((code) => alarms.cp2?.has(code) === true)) return "standby";
  if (texts === undefined || alarms.cp2 === undefined) return null;
  return any(ventilatingTexts) ? "in-use" : "unknown";
}
