import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import profile from "../../catalog/ventilator/puritan-bennett-840.profile.ts";
import profileSnda from "../../catalog/ventilator/puritan-bennett-840-snda.profile.ts";
import profile980 from "../../catalog/ventilator/puritan-bennett-980.profile.ts";
import type { ReportProfile } from "../profile/puritan-bennett.ts";
import { MISCA, MISCF, REPORT_FIELD_FIRST, REPORT_LAYOUTS } from "../profile/puritan-bennett-layout.ts";
import type { MetricName } from "../vocabulary/metrics.ts";
import { decodeReport, splitReport } from "./puritan-bennett.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8");
/** What stands between STX and ETX in a golden frame, and what it means. */
function goldenOf(name: string) {
  const frame = Buffer.from(fixture(`${name}.hex`).replaceAll("\n", ""), "hex").toString("latin1");
  const body = frame.slice(frame.indexOf("\x02") + 1, frame.indexOf("\x03"));
  return { body, meaning: JSON.parse(fixture(`${name}.json`)) };
}
const golden = goldenOf("puritan-bennett-840.in-use").body;
const golden980 = goldenOf("puritan-bennett-980.in-use").body;
const goldenSnda = goldenOf("puritan-bennett-840-snda.in-use").body;

/** A golden report with some of its fields replaced, by the report's own numbers. */
const reportWith = (changes: Record<number, string>, body = golden): string =>
  body
    .slice(0, -1)
    .split(",")
    .map((text, index) => (changes[REPORT_FIELD_FIRST + index] ?? text).padEnd(text.length))
    .map((text) => `${text},`)
    .join("");

function decoded(body: string, by: ReportProfile = profile, gatewayLocalMs = 0) {
  const fields = splitReport(REPORT_LAYOUTS[by.protocol], body);
  return fields.ok ? decodeReport(by, fields.value, gatewayLocalMs) : fields;
}

function told(body: string, by: ReportProfile = profile) {
  const report = decoded(body, by);
  if (!report.ok) throw new Error(report.fault);
  return report.value;
}
const readings = (body: string, by: ReportProfile = profile) =>
  new Map(told(body, by).readings.map((reading) => [reading.metric, reading]));
/** Which fields each count names as active. */
const clinical = (body: string, by: ReportProfile = profile) =>
  Object.fromEntries((told(body, by).clinical ?? []).map(({ metric, active }) => [metric, active]));

test.each([
  ["puritan-bennett-840.in-use", profile],
  ["puritan-bennett-840.bench", profile],
  ["puritan-bennett-980.in-use", profile980],
  ["puritan-bennett-840-snda.in-use", profileSnda],
] as const)("the golden report %s means what its fixture says", (name, by) => {
  const { body, meaning } = goldenOf(name);
  const report = decoded(body, by, Date.parse(meaning.gatewayLocal));
  if (!report.ok) throw new Error(report.fault);
  expect(report.value.identity).toEqual(meaning.identity);
  expect(report.value.operatingState).toBe(meaning.operatingState);
  expect(Object.fromEntries(report.value.readings.map(({ metric, value }) => [metric, value]))).toEqual(
    meaning.readings,
  );
  expect(new Set(report.value.readings.map(({ quality }) => quality))).toEqual(new Set(["good"]));
  expect(clinical(body, by)).toEqual(meaning.clinical);
});

test("the body weight, and what it could be computed from, are gone as soon as a report is taken apart", () => {
  for (const field of [60, 84]) {
    const body = reportWith({ [field]: "61.7" });
    expect(body).toContain("61.7");
    expect(JSON.stringify(splitReport(MISCF, body))).not.toContain("61.7");
    expect(JSON.stringify(decoded(body))).not.toContain("61.7");
  }
});

test("blank monitored values mean standby, and a blank is a good null", () => {
  const report = decoded(reportWith({ 70: "", 71: "", 72: "", 73: "", 74: "", 87: "" }));
  expect(report).toMatchObject({ ok: true, value: { operatingState: "standby" } });
  const found = readings(reportWith({ 71: "", 96: "----" }));
  expect(found.get("tidalVolumeExpiredMl")).toEqual({ metric: "tidalVolumeExpiredMl", value: null, quality: "good" });
  expect(found.get("complianceDynamicMlPerCmH2O")?.value).toBeNull();
});

test("a value outside its range is kept and implausible; a text where a number belongs has no value", () => {
  const found = readings(reportWith({ 73: "999.0", 74: "12..3", 87: "-3.5" }));
  expect(found.get("airwayPressurePeakCmH2O")).toMatchObject({ value: 999, quality: "implausible" });
  expect(found.get("airwayPressureMeanCmH2O")).toMatchObject({ value: null, quality: "implausible" });
  expect(found.get("peepCmH2O")).toMatchObject({ value: -3.5, quality: "good" });
});

test("litres become millilitres without a rounding tail", () => {
  expect(readings(reportWith({ 14: "1.005", 71: "1.314" })).get("tidalVolumeSetMl")?.value).toBe(1005);
});

test("every word but NORMAL and RESET is an active alarm, in any of a metric's fields", () => {
  const alarm = (changes: Record<number, string>) =>
    readings(reportWith(changes)).get("technicalMalfunctionAlarm")?.value;
  expect(alarm({ 145: "ALARM" })).toBe(1);
  expect(alarm({ 153: "HIGH" })).toBe(1);
  expect(alarm({ 145: "RESET" })).toBe(0);
  const blank = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [137 + index, ""]));
  expect(alarm(blank)).toBeNull();
  expect(readings(reportWith({ 122: "LOW" })).get("oxygenSupplyLowAlarm")?.value).toBe(1);
});

test("another model's report is a fault, never this model's readings", () => {
  expect(decoded(golden980)).toEqual({ ok: false, fault: "codec.model" });
  expect(decoded(golden, profile980)).toEqual({ ok: false, fault: "codec.model" });
  expect(decoded(reportWith({ 6: "980 35B1234567" }, goldenSnda), profileSnda).ok).toBe(false);
});

test("a clock that cannot be read is a blank", () => {
  expect(readings(reportWith({ 5: "25h61" })).get("deviceClockOffsetS")?.value).toBeNull();
  expect(readings(reportWith({ 7: "OCX 04 2026" })).get("deviceClockOffsetS")?.value).toBeNull();
});

test("an alarm about the person is counted by its field and told by no reading", () => {
  const calm = told(golden);
  for (const field of MISCF.clinicalFields) {
    const body = reportWith({ [field]: field === 95 ? "ALERT" : "ALARM" });
    expect(told(body).readings).toEqual(calm.readings);
    expect(clinical(body)["clinicalAlarmsPerH"]).toEqual([String(field)]);
  }
  const counts = (changes: Record<number, string>) =>
    Object.entries(clinical(reportWith(changes)))
      .flatMap(([metric, active]) => (active.length > 0 ? [metric] : []))
      .toSorted();
  expect(counts({ 125: "HIGH" })).toEqual(["clinicalAlarmsPerH", "occlusionAlarmsPerH"]);
  expect(counts({ 124: "ALARM" })).toEqual(["clinicalAlarmsPerH", "disconnectionAlarmsPerH"]);
  expect(counts({ 109: "ALARM" })).toEqual(["clinicalAlarmsPerH", "oxygenConcentrationAlarmsPerH"]);
  expect(counts({ 120: "ALARM" })).toEqual(["clinicalAlarmsPerH", "oxygenConcentrationAlarmsPerH"]);
  expect(counts({ 125: "RESET", 124: "NORMAL", 109: "", 120: "12.5" })).toEqual([]);
});

test("field 153 is a malfunction on the 840 and an alarm about the person on the 980", () => {
  const alarmed = { 153: "ALARM" };
  const malfunction = (body: string, by: ReportProfile) => readings(body, by).get("technicalMalfunctionAlarm")?.value;
  expect(malfunction(reportWith(alarmed), profile)).toBe(1);
  expect(clinical(reportWith(alarmed))["clinicalAlarmsPerH"]).toEqual([]);
  expect(malfunction(reportWith(alarmed, golden980), profile980)).toBe(0);
  expect(clinical(reportWith({ ...alarmed, 160: "HIGH", 161: "38.2" }, golden980), profile980)).toMatchObject({
    clinicalAlarmsPerH: ["153", "160"],
  });
  // Blank in the one report captured, and never calm should it speak.
  expect(malfunction(reportWith({ 146: "ALARM" }, golden980), profile980)).toBe(1);
});

test("a limit that is off has no value, and a word that nobody listed is unknown or implausible", () => {
  const found = readings(reportWith({ 34: "OFF", 42: "35", 9: "NEW", 11: "NEW", 33: "MAYBE" }));
  const of = (metric: MetricName) => [found.get(metric)?.value, found.get(metric)?.quality];
  expect(of("airwayPressureHighLimitCmH2O")).toEqual([null, "good"]);
  expect(of("respiratoryRateHighLimitPerMin")).toEqual([35, "good"]);
  expect(of("ventilationMode")).toEqual([1, "good"]);
  expect(of("spontaneousType")).toEqual([0, "good"]);
  expect(of("oxygenSuction")).toEqual([null, "implausible"]);
  expect(readings(reportWith({ 12: "toSt" })).get("triggerType")?.value).toBe(0);
});

test("a field of two meanings speaks of the one that the mode gives it, and of neither while the mode is blank", () => {
  const value = (changes: Record<number, string>, ...metrics: MetricName[]) => {
    const found = readings(reportWith(changes));
    return metrics.map((metric) => found.get(metric)?.value);
  };
  const ratios = ["ieInspiratorySetRatio", "bilevelHighSetRatio"] as const;
  expect(value({ 9: "A/C", 48: "1.0" }, ...ratios)).toEqual([1, null]);
  expect(value({ 9: "BILEVL", 48: "1.0" }, ...ratios)).toEqual([null, 1]);
  expect(value({ 9: "", 48: "1.0" }, ...ratios)).toEqual([null, null]);
  const sensitivity = ["expiratorySensitivitySetPct", "expiratorySensitivitySetLPerMin"] as const;
  expect(value({ 11: "PS", 59: "25.0" }, ...sensitivity)).toEqual([25, null]);
  expect(value({ 11: "PA", 59: "3.0" }, ...sensitivity)).toEqual([null, 3]);
});

test("any text of the right length is a report or a fault", () => {
  for (const [body, by] of [
    [golden, profile],
    [goldenSnda, profileSnda],
  ] as const) {
    const any = fc.string({ unit: "grapheme-ascii", minLength: body.length, maxLength: body.length });
    fc.assert(fc.property(any, (text) => typeof decoded(text, by).ok === "boolean"));
    fc.assert(
      fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const broken = body.slice(0, at) + String.fromCharCode(byte) + body.slice(at + 1);
        return typeof decoded(broken, by).ok === "boolean";
      }),
    );
  }
});

test("a comma lost or moved is a fault", () => {
  const comma = golden.indexOf(",");
  expect(splitReport(MISCF, `${golden.slice(0, comma)} ${golden.slice(comma + 1)}`)).toEqual({
    ok: false,
    fault: "codec.field-width",
  });
  expect(splitReport(MISCF, golden.slice(1))).toEqual({ ok: false, fault: "codec.field-count" });
  expect(splitReport(MISCF, `\x07${golden.slice(1)}`)).toEqual({ ok: false, fault: "codec.character" });
});

test("where no width is known the commas part the fields, and one too few or too many is a fault", () => {
  const comma = goldenSnda.indexOf(",");
  const fewer = `${goldenSnda.slice(0, comma)} ${goldenSnda.slice(comma + 1)}`;
  const more = goldenSnda.replace(" ", ",");
  const open = `${goldenSnda.slice(0, -1)} `;
  for (const body of [fewer, more, open, goldenSnda.slice(1)]) {
    expect(splitReport(MISCA, body)).toEqual({ ok: false, fault: "codec.field-count" });
  }
  expect(splitReport(MISCA, goldenSnda.replace(" ", "\t"))).toEqual({ ok: false, fault: "codec.character" });
});
