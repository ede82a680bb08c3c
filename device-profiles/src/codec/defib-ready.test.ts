import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import profile from "../../catalog/defibrillator/defib-ready-1-serial.profile.ts";
import {
  type DefibReadyReport,
  type DefibReadyTest,
  decodeDefibReady,
  newerReport,
  reportOf,
  splitDefibReady,
} from "./defib-ready.ts";

const meaning = JSON.parse(
  readFileSync(new URL("../../fixtures/defib-ready-1-serial.report.json", import.meta.url), "utf8"),
);
const messages: string[] = meaning.messages;
const wallMs = Date.parse(meaning.gatewayUtc);
const now = { wallMs, localMs: wallMs };

/** A report from its lines, as they stand between STX and `|`. */
function reportFrom(lines: readonly string[]) {
  const split = lines.map((line) => splitDefibReady(line)).flatMap((line) => (line.ok ? [line.value] : []));
  const header = split.flatMap((line) => (line.is === "header" ? [line.header] : []))[0];
  const tests = split.flatMap((line) => (line.is === "test" ? [line.test] : []));
  const end = split.flatMap((line) => (line.is === "end" ? [line] : []))[0];
  if (header === undefined || end === undefined) throw new Error("no report");
  return reportOf(header, tests, end);
}
function whole(lines: readonly string[]): DefibReadyReport {
  const report = reportFrom(lines);
  if (!report.ok) throw new Error(report.fault);
  return report.value;
}
/** The sheet's report with something in its lines replaced. */
const changed = (from: string, to: string) => whole(messages.map((line) => line.replace(from, to)));
const golden = whole(messages);
const readingsOf = (report: DefibReadyReport, at = now) =>
  new Map(decodeDefibReady(profile, report, at).readings.map((reading) => [reading.metric, reading]));
const implausible = { value: null, quality: "implausible" };

test("the golden report means what its fixture says", () => {
  const { identity, operatingState, readings } = decodeDefibReady(profile, golden, now);
  expect({ identity, operatingState }).toEqual({ identity: meaning.identity, operatingState: meaning.operatingState });
  expect(Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))).toEqual(meaning.readings);
  expect(new Set(readings.map(({ quality }) => quality))).toEqual(new Set(["good"]));
});

test("a report told again is no younger: its age grows and its days run out", () => {
  const later = (hours: number) => ({ wallMs: wallMs + hours * 3_600_000, localMs: wallMs + hours * 3_600_000 });
  expect(readingsOf(golden, later(21)).get("selfTestAgeH")).toMatchObject({ value: 27, quality: "good" });
  expect(readingsOf(golden, later(24 * 129)).get("padsExpiryD")).toMatchObject({ value: 0, quality: "good" });
  expect(readingsOf(golden, later(24 * 130)).get("padsExpiryD")).toMatchObject({ value: -1, quality: "good" });
});

test("a test that is dated ahead of the gateway's clock has an implausible age, and so has one without a date", () => {
  const ahead = readingsOf(golden, { wallMs: wallMs - 6 * 3_600_000 - 1_000, localMs: wallMs });
  expect(ahead.get("selfTestAgeH")).toMatchObject({ value: -0.01, quality: "implausible" });
  for (const time of ["2026-02-30T02:00:00Z", "2026-11-22T25:00:00Z", "2026-11-22T02:00:00", "yesterday", ""]) {
    expect(readingsOf(changed("2026-11-22T02:00:00Z", time)).get("selfTestAgeH")).toMatchObject(implausible);
  }
  expect(readingsOf(changed("2026-11-22T02:00:00Z", "2026-11-22T04:00:00+02:00")).get("selfTestAgeH")?.value).toBe(6);
});

test("the days to an expiry are those of the gateway's own calendar", () => {
  const lateInAuckland = { wallMs, localMs: wallMs + 17 * 3_600_000 };
  expect(readingsOf(golden, lateInAuckland).get("padsExpiryD")?.value).toBe(128);
  expect(readingsOf(changed("2027-03-31", "2027-02-29")).get("padsExpiryD")).toMatchObject(implausible);
  expect(readingsOf(changed(",exp,", ",mo,")).get("padsExpiryD")).toMatchObject(implausible);
});

test("a report is whole when END counts its lines, and contradicts itself when it passed with a test that did not", () => {
  const lineCount = { ok: false, fault: "codec.line-count" };
  for (let lost = 2; lost < messages.length - 1; lost++)
    expect(reportFrom(messages.toSpliced(lost, 1))).toEqual(lineCount);
  expect(reportFrom(messages.toSpliced(2, 0, "TST,SPEAKER,1,1,,PASS"))).toEqual(lineCount);
  expect(reportFrom(messages.map((line) => line.replace("END,PASS,5", "END,PASS,five")))).toEqual(lineCount);
  const failed = messages.map((line) => line.replace("%,PASS", "%,FAIL"));
  expect(reportFrom(failed)).toEqual({ ok: false, fault: "codec.verdict" });
  const readings = readingsOf(whole(failed.map((line) => line.replace("END,PASS", "END,FAIL"))));
  expect([readings.get("readinessIndicator")?.value, readings.get("selfTestBattery")?.value]).toEqual([3, 1]);
  expect(readingsOf(changed("END,PASS", "END,FAIL")).get("readinessIndicator")?.value).toBe(3);
});

test("a verdict that nobody knows is unknown, and no test that is left out is taken for passed", () => {
  const odd = readingsOf(
    whole(messages.map((line) => line.replace("%,PASS", "%,WARN").replace("END,PASS", "END,WARN"))),
  );
  expect(odd.get("readinessIndicator")).toMatchObject({ value: 0, quality: "good" });
  expect(odd.get("selfTestBattery")).toMatchObject(implausible);
  const without = readingsOf(
    whole(messages.filter((line) => !line.includes("BATT")).map((line) => line.replace("5", "4"))),
  );
  for (const metric of ["selfTestBattery", "batteryChargePct"] as const) {
    expect(without.get(metric)).toMatchObject({ value: null, quality: "good" });
  }
});

test("of several tests of one name the first is measured, and any that failed has failed", () => {
  const second = "TST,BATT,2,12,%,FAIL";
  const lines = messages.toSpliced(5, 0, second).map((line) => line.replace("END,PASS,5", "END,FAIL,6"));
  const readings = readingsOf(whole(lines));
  expect([readings.get("batteryChargePct")?.value, readings.get("selfTestBattery")?.value]).toEqual([87, 1]);
});

test("a number in another unit, at another setting, or that is none is implausible", () => {
  expect(readingsOf(changed(",J,", ",mJ,")).get("testEnergyDeliveredJ")).toMatchObject(implausible);
  expect(readingsOf(changed("CHARGE,200", "CHARGE,150")).get("chargeTimeS")).toMatchObject(implausible);
  expect(readingsOf(changed("29.8", "29,8".replace(",", "'"))).get("testEnergyDeliveredJ")).toMatchObject(implausible);
  expect(readingsOf(changed("BATT,1,87", "BATT,1,870")).get("batteryChargePct")).toMatchObject({
    value: 870,
    quality: "implausible",
  });
});

test("a line with other fields than its kind has, and one of no kind, are faults; a device must name itself", () => {
  const fault = (line: string) => splitDefibReady(line);
  for (const line of ["HDR,1,DFX-200", "TST,ENERGY,30,29.8,J", "TST,A,B,C,D,E,F", "END,PASS", "END"]) {
    expect(fault(line)).toEqual({ ok: false, fault: "codec.field-count" });
  }
  for (const line of ["", "hdr,1", "RPT", "CHG,200"])
    expect(fault(line)).toEqual({ ok: false, fault: "codec.command" });
  expect(fault("HDR,1,DFX-200, ,2.01,2026-11-22T02:00:00Z,MANUAL")).toEqual({ ok: false, fault: "codec.layout" });
  expect(fault("RPT?")).toEqual({ ok: true, value: { is: "query" } });
});

test("the newer report speaks, a stored one that comes late does not, and another device's always does", () => {
  const at = (sequence: number, timeMs: number, serial = "SN1"): DefibReadyReport => ({
    ...golden,
    header: { ...golden.header, sequence, timeMs, serial },
  });
  const held = at(7, 700);
  expect(newerReport(null, held)).toBe(held);
  const late = at(6, 600);
  expect(newerReport(held, late)).toBe(held);
  for (const next of [at(8, 800), at(8, 100), at(1, 800), at(7, 700), at(6, Number.NaN), at(1, 1, "SN2")]) {
    expect(newerReport(held, next)).toBe(next);
  }
});

test("what is inside the valid range comes back as it was written", () => {
  const tenths = (max: number) => fc.nat(max * 10).map((whole) => (whole / 10).toFixed(1));
  const passed = (name: string, setting: string, value: string, unit: string): DefibReadyTest => ({
    name,
    setting,
    value,
    unit,
    verdict: "PASS",
  });
  fc.assert(
    fc.property(tenths(500), tenths(500), tenths(60), fc.nat(100), fc.nat(3_000), (set, delivered, s, charge, days) => {
      const expiry = new Date(wallMs + days * 86_400_000).toISOString().slice(0, 10);
      const tests = [
        passed("ENERGY", set, delivered, "J"),
        passed("CHARGE", "200", s, "s"),
        passed("BATT", "1", String(charge), "%"),
        passed("PADS", "1", expiry, "exp"),
      ];
      const readings = readingsOf({ ...golden, tests });
      const values = [
        "testEnergySetJ",
        "testEnergyDeliveredJ",
        "chargeTimeS",
        "batteryChargePct",
        "padsExpiryD",
      ] as const;
      expect(values.map((metric) => readings.get(metric)?.value)).toEqual([
        Number(set),
        Number(delivered),
        Number(s),
        charge,
        days,
      ]);
    }),
  );
});

test("any text is a line or a fault, and any report is readings", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom("ENERGY", "PADS", "PASS", "2027-03-31", "1e9", "J"),
  );
  fc.assert(
    fc.property(fc.constantFrom("HDR", "TST", "END", "RPT?"), fc.array(text, { maxLength: 8 }), (kind, fields) => {
      splitDefibReady([kind, ...fields].join(","));
    }),
  );
  const any = fc.record({ name: text, setting: text, value: text, unit: text, verdict: text });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 6 }), text, fc.double(), (tests, verdict, timeMs) => {
      const report = { header: { ...golden.header, timeMs }, tests, verdict };
      const { readings } = decodeDefibReady(profile, report, now);
      return readings.every(({ value }) => value === null || Number.isFinite(value));
    }),
  );
});
