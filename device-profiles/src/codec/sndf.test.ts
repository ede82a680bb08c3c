import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import profile from "../../catalog/ventilator/puritan-bennett-840.profile.ts";
import { SNDF_FIELD_COUNT, SNDF_FIELD_FIRST, sndfWidth } from "../profile/sndf-layout.ts";
import { decodeSndf, splitSndf } from "./sndf.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8");
const frame = Buffer.from(fixture("puritan-bennett-840.in-use.hex").replaceAll("\n", ""), "hex").toString("latin1");
const golden = frame.slice(frame.indexOf("\x02") + 1, frame.indexOf("\x03"));
const meaning = JSON.parse(fixture("puritan-bennett-840.in-use.json"));

/** The golden report with some of its fields replaced, by the report's own numbers. */
function reportWith(changes: Record<number, string>): string {
  let at = 0;
  return Array.from({ length: SNDF_FIELD_COUNT }, (_, index) => {
    const field = SNDF_FIELD_FIRST + index;
    const width = sndfWidth(field);
    const old = golden.slice(at, at + width);
    at += width + 1;
    return `${(changes[field] ?? old).padEnd(width)},`;
  }).join("");
}

function decoded(body: string, gatewayLocalMs = 0) {
  const fields = splitSndf(body);
  if (!fields.ok) return fields;
  return decodeSndf(profile, fields.value, gatewayLocalMs);
}

function readings(body: string) {
  const report = decoded(body);
  if (!report.ok) throw new Error(report.fault);
  return new Map(report.value.readings.map((reading) => [reading.metric, reading]));
}

test("the golden report means what its fixture says", () => {
  const report = decoded(golden, Date.parse(meaning.gatewayLocal));
  if (!report.ok) throw new Error(report.fault);
  expect(report.value.identity).toEqual(meaning.identity);
  expect(report.value.operatingState).toBe(meaning.operatingState);
  expect(Object.fromEntries(report.value.readings.map(({ metric, value }) => [metric, value]))).toEqual(
    meaning.readings,
  );
  expect(new Set(report.value.readings.map(({ quality }) => quality))).toEqual(new Set(["good"]));
});

test("the ideal body weight is gone as soon as a report is taken apart", () => {
  const fields = splitSndf(reportWith({ 60: "61.7" }));
  expect(JSON.stringify(fields)).not.toContain("61.7");
  expect(JSON.stringify(decoded(reportWith({ 60: "61.7" })))).not.toContain("61.7");
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
  expect(decoded(reportWith({ 6: "980 35B1234567" }))).toEqual({ ok: false, fault: "codec.model" });
});

test("a clock that cannot be read is a blank", () => {
  expect(readings(reportWith({ 5: "25h61" })).get("deviceClockOffsetS")?.value).toBeNull();
  expect(readings(reportWith({ 7: "OCX 04 2026" })).get("deviceClockOffsetS")?.value).toBeNull();
});

test("any text of the right length is a report or a fault", () => {
  const body = fc.string({ unit: "grapheme-ascii", minLength: golden.length, maxLength: golden.length });
  fc.assert(fc.property(body, (text) => typeof decoded(text).ok === "boolean"));
  fc.assert(
    fc.property(fc.nat({ max: golden.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const broken = golden.slice(0, at) + String.fromCharCode(byte) + golden.slice(at + 1);
      return typeof decoded(broken).ok === "boolean";
    }),
  );
});

test("a comma lost or moved is a fault", () => {
  const comma = golden.indexOf(",");
  expect(splitSndf(`${golden.slice(0, comma)} ${golden.slice(comma + 1)}`)).toEqual({
    ok: false,
    fault: "codec.field-width",
  });
  expect(splitSndf(golden.slice(1))).toEqual({ ok: false, fault: "codec.field-count" });
  expect(splitSndf(`\x07${golden.slice(1)}`)).toEqual({ ok: false, fault: "codec.character" });
});
