import { expect, test } from "vitest";
import { brokenLaws } from "../src/profile/laws.ts";
import { MEDIBUS_CLINICAL, MEDIBUS_NOTICES, MEDIBUS_TECHNICAL } from "../src/profile/medibus-layout.ts";
import { MISCA, MISCF, REPORT_FIELD_FIRST } from "../src/profile/puritan-bennett-layout.ts";
import { CATALOG, profileOf } from "./catalog.ts";
import defib from "./defibrillator/defib-ready-1.profile.ts";
import defibSerial from "./defibrillator/defib-ready-1-serial.profile.ts";
import asena from "./infusion-pump/alaris-asena-gh.profile.ts";
import orchestra from "./infusion-pump/orchestra-module-dps.profile.ts";
import evita from "./ventilator/evita-v500.profile.ts";
import ventilator from "./ventilator/puritan-bennett-840.profile.ts";
import snda from "./ventilator/puritan-bennett-840-snda.profile.ts";

test("the catalog holds the devices of this version, by id", () => {
  expect([...CATALOG.keys()].toSorted()).toEqual([
    "alaris/asena-gh",
    "draeger/apollo",
    "draeger/evita-v500",
    "draeger/evita-xl",
    "fresenius/orchestra-module-dps",
    "puritan-bennett/840",
    "puritan-bennett/840-snda",
    "puritan-bennett/980",
    "wardtwin-synthetic/defib-ready-1",
    "wardtwin-synthetic/defib-ready-1-serial",
    "wardtwin-synthetic/gas-panel-2",
    "wardtwin-synthetic/mri-1",
    "wardtwin-synthetic/pump-rack-1",
  ]);
  expect(profileOf("nobody/nothing")).toBeNull();
});

test.each([...CATALOG])("%s keeps every law of a profile", (id, profile) => {
  expect(profile.id).toBe(id);
  expect(brokenLaws(profile)).toEqual([]);
});

test("a broken law is told, whichever it is", () => {
  const laws = (change: object) => brokenLaws({ ...ventilator, ...change }).join("; ");
  expect(laws({ evidence: { level: "inferred", note: "seen once [V]" } })).toMatch(/working mark/);
  expect(laws({ polls: { report: { everyMs: 200, staleAfterMs: 300 } } })).toMatch(/faster than 1000 ms/);
  expect(laws({ operatingState: { inUseWhileAnyOf: [60] } })).toMatch(/field 60 tells of a person/);
  expect(laws({ readiness: [{ ...ventilator.readiness[0], metric: "docked" }] })).toMatch(/which no poll brings/);
  expect(laws({ readiness: [{ ...ventilator.readiness[0], expect: { words: ["fine"] } }] })).toMatch(/has no word/);
  expect(laws({ readiness: [{ ...ventilator.readiness[0], freshForS: 1 }] })).toMatch(/fresher than its poll/);
  const holes = [{ table: "input-register", from: 7, to: 7 }] as const;
  expect(brokenLaws({ ...defib, wire: { ...defib.wire, holes } })).toEqual([
    "batteryChargePct lies in a hole of the map",
  ]);
  expect(laws({ fingerprint: ["batteryCycleCount"] })).toMatch(/fingerprint asks for batteryCycleCount/);
});

test("no profile of an Asena pump passes a clinical alarm on, or keeps the line longer than its interval", () => {
  const laws = (change: object) => brokenLaws({ ...asena, ...change }).join("; ");
  const occlusion = { poll: "status", as: "alarm", codes: ["AL_OCCLU"] } as const;
  expect(laws({ metrics: { ...asena.metrics, technicalAlarm: occlusion } })).toMatch(/AL_OCCLU, which is no technical/);
  const calm = { poll: "status", as: "clinical", codes: ["AL_NOALM"] } as const;
  expect(laws({ metrics: { ...asena.metrics, clinicalAlarmsPerH: calm } })).toMatch(/AL_NOALM, which means that there/);
  const own = { poll: "status", as: "clinical", codes: ["AL_FAULT"] } as const;
  expect(laws({ metrics: { ...asena.metrics, clinicalAlarmsPerH: own } })).toMatch(/AL_FAULT, which is a technical/);
  const beyond = { poll: "status", as: "number", field: 13, unit: "ml", scale: 1 } as const;
  expect(laws({ metrics: { ...asena.metrics, volumeInfusedMl: beyond } })).toMatch(/has no field 13/);
  expect(laws({ wire: { ...asena.wire, pollMs: 2_000 } })).toMatch(/due again before/);
  expect(laws({ wire: { ...asena.wire, attempts: 5 } })).toMatch(/longer than its poll/);
  expect(laws({ wire: { ...asena.wire, replyMs: 901 } })).toMatch(/longest that is waited for/);
});

test("no profile of an Orchestra module names an alarm that nobody knows, or keeps the line longer than its interval", () => {
  const laws = (change: object) => brokenLaws({ ...orchestra, ...change }).join("; ");
  const bits = { poll: "status", as: "alarm", variable: "a" } as const;
  expect(laws({ metrics: { ...orchestra.metrics, batteryLowAlarm: bits } })).toMatch(
    /batteryLowAlarm is read off bits/,
  );
  const live = { poll: "status", as: "clinical", variable: "a" } as const;
  expect(laws({ metrics: { ...orchestra.metrics, technicalAlarm: live } })).toMatch(/would tell a clinical alarm live/);
  const control = { ...orchestra.metrics.pumpControl, words: { 1: "by-hand" } };
  expect(laws({ metrics: { ...orchestra.metrics, pumpControl: control } })).toMatch(/pumpControl has no word by-hand/);
  expect(laws({ operatingState: { rate: "d", bolusRate: "s" } })).toMatch(/variable s is never asked for/);
  expect(laws({ wire: { ...orchestra.wire, pollMs: 3_000 } })).toMatch(/due again before/);
  expect(laws({ wire: { ...orchestra.wire, attempts: 3 } })).toMatch(/longer than its poll/);
});

test("no profile of a MEDIBUS ventilator maps what tells of a person, or needs a reply that its poll does not ask for", () => {
  const laws = (change: object) => brokenLaws({ ...evita, ...change }).join("; ");
  const mapped = (metric: string, mapping: object) => laws({ metrics: { ...evita.metrics, [metric]: mapping } });
  const number = { poll: "status", as: "number", from: "29" } as const;
  for (const code of ["4A", "4B", "83"]) {
    expect(mapped("leakPct", { ...number, code })).toMatch(`leakPct names 29 ${code}, which tells of a person`);
    expect(mapped("leakPct", { ...number, code: "01", also: [{ from: "29", code }] })).toMatch(/tells of a person/);
  }
  for (const code of ["42", "43", "60", "61"]) {
    const words = { adult: [code] };
    expect(mapped("patientCategory", { poll: "status", as: "text", words })).toMatch(/tells of a person/);
    expect(mapped("selfTestAgeH", { poll: "slow", as: "test-age", code })).toMatch(/which is no date/);
    expect(laws({ operatingState: { ...evita.operatingState, ventilatingTexts: [code] } })).toMatch(/of a person/);
  }
  expect(mapped("leakPct", { ...number, from: "24", code: "B3" })).toMatch(/needs the reply to 24/);
  expect(mapped("leakPct", { poll: "status", as: "unclassified" })).toMatch(/alarms that nobody knows/);
  expect(mapped("leakageAlarm", { poll: "status", as: "alarm", cp1: ["10"] })).toMatch(/cp1 10, which is no technical/);
  expect(mapped("clinicalAlarmsPerH", { poll: "status", as: "clinical", cp2: ["9C"] })).toMatch(/which is a technical/);
  expect(mapped("leakageAlarm", { poll: "status", as: "clinical", cp1: ["10"] })).toMatch(/clinical alarm live/);
  expect(mapped("leakageAlarm", { poll: "status", as: "alarm" })).toMatch(/names no alarm code/);
  expect(mapped("deviceCheck", { poll: "status", as: "text", words: { fine: ["90"] } })).toMatch(/has no word fine/);
  expect(laws({ wire: { ...evita.wire, attempts: 3 } })).toMatch(/longer than its poll/);
  expect(laws({ wire: { ...evita.wire, pollMs: 2_000 } })).toMatch(/due again before/);
  expect(
    laws({ polls: { ...evita.polls, status: { ...evita.polls["status"], commands: ["27", "2E", "29"] } } }),
  ).toMatch(/no state is told/);
});

test("every alarm code of the MEDIBUS tables is in one list, and each technical one has its metric", () => {
  const lists = [MEDIBUS_TECHNICAL, MEDIBUS_CLINICAL, MEDIBUS_NOTICES];
  for (const page of ["cp1", "cp2"] as const) {
    const all = lists.flatMap((list) => list[page]);
    expect(new Set(all).size).toBe(all.length);
    const mapped = Object.values(evita.metrics).flatMap((mapping) =>
      mapping.as === "alarm" ? (mapping[page] ?? []) : [],
    );
    expect(MEDIBUS_TECHNICAL[page].filter((code) => !mapped.includes(code))).toEqual([]);
  }
});

test("no profile of a serial defibrillator reads a verdict into a metric that knows none", () => {
  const laws = (change: object) => brokenLaws({ ...defibSerial, ...change }).join("; ");
  const verdict = { poll: "report", as: "verdict", test: "BATT" } as const;
  expect(laws({ metrics: { ...defibSerial.metrics, docked: verdict } })).toMatch(/docked is no verdict/);
  const odd = { poll: "report", as: "report-verdict", words: { PASS: "splendid" }, otherwise: "unknown" } as const;
  expect(laws({ metrics: { ...defibSerial.metrics, readinessIndicator: odd } })).toMatch(/has no word splendid/);
  expect(laws({ wire: { ...defibSerial.wire, replyMs: 30_000 } })).toMatch(/due again before its report may end/);
  expect(laws({ wire: { ...defibSerial.wire, firstByteMs: 4_000 } })).toMatch(/longer than the whole report/);
});

test("the layout of the report adds up to what captured reports announce", () => {
  const fields = Array.from({ length: MISCF.fields }, (_, index) => REPORT_FIELD_FIRST + index);
  const chars = fields.reduce((sum, field) => sum + (MISCF.width?.(field) ?? 0) + 1, 0);
  expect([chars, MISCF.chars, MISCF.fields]).toEqual([1225, 1225, 169]);
  expect([MISCA.chars, MISCA.fields]).toEqual([706, 97]);
});

test("no profile of a ventilator tells a clinical alarm live, or counts one of the ventilator's own", () => {
  const laws = (metrics: object) => brokenLaws({ ...ventilator, metrics: { ...ventilator.metrics, ...metrics } });
  const poll = "report";
  expect(laws({ technicalAlarm: { poll, as: "alarm", fields: [113, 125] } })).toEqual([
    "technicalAlarm names field 125, which is a clinical alarm",
  ]);
  expect(laws({ tubeTypeSet: { poll, as: "word", field: 106, words: {} } })).toEqual([
    "tubeTypeSet names field 106, which is a clinical alarm",
  ]);
  expect(laws({ occlusionAlarmsPerH: { poll, as: "clinical", fields: [125, 116] } })).toEqual([
    "occlusionAlarmsPerH names field 116, which is a technical alarm",
  ]);
  const onlyWhile = { field: 60, is: ["1"] };
  expect(laws({ peepSetCmH2O: { poll, as: "number", field: 18, onlyWhile } })).toEqual(["field 60 tells of a person"]);
});

test("a report that tells nothing of malfunctions and batteries leaves its ventilator unready", () => {
  const untold = snda.readiness.filter((evidence) => evidence.untold === true).map(({ metric }) => metric);
  expect(untold).toEqual(["technicalMalfunctionAlarm", "batteryInoperativeAlarm", "batteryLowAlarm"]);
  const lie = { ...snda.readiness[0], metric: "airSupplyLowAlarm" } as const;
  expect(brokenLaws(Object.assign({}, snda, { readiness: [lie] }))).toEqual([
    "airSupplyLowAlarm is told, and readiness says it is not",
  ]);
});
