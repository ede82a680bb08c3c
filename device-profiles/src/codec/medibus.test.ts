import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import evitaV500 from "../../catalog/ventilator/evita-v500.profile.ts";
import { MEDIBUS_READS, type MedibusRead } from "../profile/medibus-layout.ts";
import { codeWord, type MetricName } from "../vocabulary/metrics.ts";
import type { CodecFault } from "./decoded.ts";
import { decodeMedibus, type MedibusContext, medibusIdentity } from "./medibus.ts";
import { medibusCurves } from "./medibus-realtime.ts";
import { medibusNumbers, medibusTexts } from "./medibus-record.ts";
import { medibusTimeMs } from "./medibus-time.ts";

const meaning = JSON.parse(readFileSync(new URL("../../fixtures/evita-v500.exchanges.json", import.meta.url), "utf8"));
/** The data of the sheet's reply to a command; the first that is not a plain echo. */
const golden = (code: string): string =>
  meaning.frames.find(
    (frame: { kind: string; code: string; data: string }) =>
      frame.kind === "response" && frame.code === code && frame.data !== "",
  ).data;

const context: MedibusContext = {
  identity: { model: "Evita V500" },
  gatewayLocalMs: Date.UTC(2026, 3, 4, 16, 1, 10),
  knowsPageTwo: true,
};
type Answers = Partial<Record<MedibusRead, string>>;
const answersOf = (answers: Answers) =>
  new Map(MEDIBUS_READS.flatMap((read) => (answers[read] === undefined ? [] : [[read, answers[read]] as const])));

function decoded(answers: Answers, change: Partial<MedibusContext> = {}) {
  const poll = decodeMedibus(evitaV500, answersOf(answers), { ...context, ...change });
  if (!poll.ok) throw new Error(poll.fault);
  return poll.value;
}
const values = (answers: Answers, change: Partial<MedibusContext> = {}): Partial<Record<MetricName, number | null>> =>
  Object.fromEntries(decoded(answers, change).readings.map(({ metric, value }) => [metric, value]));
const reading = (answers: Answers, metric: MetricName, change: Partial<MedibusContext> = {}) =>
  decoded(answers, change).readings.find((each) => each.metric === metric);
const fault = (answers: Answers): CodecFault | null => {
  const poll = decodeMedibus(evitaV500, answersOf(answers), context);
  return poll.ok ? null : poll.fault;
};

const alarmRecord = (code: string, phrase = "") => `8${code}${phrase.padEnd(12)}`;
const textRecord = (code: string, words: string) => `${code}${String.fromCharCode(0x30 + words.length)}${words}\x03`;
/** Told together, with no alarm and the texts of a ventilator that ventilates in adult mode. */
const BUSY = { "27": "", "2E": "", "2A": textRecord("0E", "BIPAP") + textRecord("20", "ADULT") };
const IDLE = { ...BUSY, "2A": textRecord("54", "STANDBY") };

test("the sheet's replies mean what the fixture says", () => {
  expect(values({ "24": golden("24"), "2B": "" })).toMatchObject(meaning.measured);
  expect(values({ "29": golden("29"), "2A": textRecord("01", "") })).toMatchObject(meaning.settings);
  expect(values({ "27": golden("27"), "2E": "" })).toMatchObject(meaning.alarms);
  const told = decoded({ "2A": golden("2A"), "2E": "" });
  const mode = told.readings.find(({ metric }) => metric === "ventilationMode")?.value ?? -1;
  expect(told.operatingState).toBe(meaning.texts.operatingState);
  expect(codeWord("ventilationMode", mode)).toBe(meaning.texts.ventilationMode);
  expect(medibusIdentity(evitaV500, golden("52"))).toEqual({ ok: true, value: meaning.identity });
});

test("the device's own units become the canonical ones", () => {
  const one = { "07": "42.0", "08": "10.0", "0F": "4500", "76": "1000", E2: "3000", C7: "-1.2" };
  const two = { "06": "25.0", "0A": "40.0", "3A": "2.0", "52": "2.50" };
  const listed = (told: Record<string, string>) =>
    Object.entries(told)
      .map(([code, value]) => code + value.padStart(4))
      .join("");
  expect(values({ "24": listed(one), "2B": listed(two) })).toMatchObject({
    // 42 L/bar are 42 mL/mbar.
    complianceDynamicMlPerCmH2O: 41.18793,
    resistanceDynamicCmH2OSPerL: 10.1972,
    oxygenSupplyPressureKPa: 450,
    peakFlowInspiratoryLPerMin: 60,
    freshGasOxygenFlowLPerMin: 3,
    oxygenSensorBiasPct: -1.2,
    elastanceCmH2OPerL: 25.493,
    complianceStaticMlPerCmH2O: 39.2266,
    circuitComplianceMlPerCmH2O: 1.96133,
    hoseResistanceCmH2OSPerL: 2.5493,
  });
});

test("a blank, and a code that is not told, are a good null and no zero; a text and a value out of range are implausible", () => {
  const told = { "24": "7D    78 - 2F0 109", "2B": "" };
  expect(reading(told, "airwayPressurePeakCmH2O")).toMatchObject({ value: null, quality: "good" });
  expect(reading(told, "airwayPressureMeanCmH2O")).toMatchObject({ value: null, quality: "good" });
  expect(reading(told, "peepCmH2O")).toMatchObject({ value: -2.03944, quality: "good" });
  expect(reading(told, "oxygenConcentrationPct")).toMatchObject({ value: 109, quality: "implausible" });
  expect(reading({ "24": "7D--.-", "2B": "" }, "airwayPressurePeakCmH2O")).toMatchObject({
    value: null,
    quality: "implausible",
  });
});

test("what one place leaves blank another may tell; a place that was not asked leaves it open", () => {
  const set = (data: string) => values({ "29": data, "2A": textRecord("01", "") }).tidalVolumeSetMl;
  expect([set("040.500"), set("40  500"), set("04     40  500"), set("")]).toEqual([500, 500, 500, null]);
  expect(values({ "24": "8B 450", "2B": "" }).tidalVolumeInspiredMl).toBe(450);
  expect(values({ "24": "8B    ", "2B": "22 460" }).tidalVolumeInspiredMl).toBe(460);
  expect(values({ "24": "8B    " })).not.toHaveProperty("tidalVolumeInspiredMl");
  expect(values({ "2B": "22 460" })).not.toHaveProperty("tidalVolumeInspiredMl");
});

test("a setting that the mode in use does not heed is blank, and without the mode nothing is said of it", () => {
  const set = { "29": "040.5000B  5.0" };
  const [volume, pressure, release] = ["02", "0E", "1A"].map((code) => values({ ...set, "2A": textRecord(code, "") }));
  expect(volume).toMatchObject({ tidalVolumeSetMl: 500, peepSetCmH2O: 5.0986 });
  expect(pressure).toMatchObject({ tidalVolumeSetMl: null, peepSetCmH2O: 5.0986 });
  expect(release).toMatchObject({ tidalVolumeSetMl: null, peepSetCmH2O: null });
  expect(values(set)).not.toHaveProperty("tidalVolumeSetMl");
});

test("an alarm of either codepage is active by itself, and clear only when all pages that could tell it were told", () => {
  const battery = (answers: Answers, change: Partial<MedibusContext> = {}) =>
    values(answers, change).batteryLowAlarm ?? null;
  expect(battery({ "27": alarmRecord("4B", "BATTERY LOW") })).toBe(1);
  expect(battery({ "2E": alarmRecord("5C") })).toBe(1);
  expect(battery({ "27": "" })).toBeNull();
  expect(battery({ "27": "", "2E": "" })).toBe(0);
  // An empty reply may come from a device that does not know the page.
  expect(battery({ "27": "", "2E": "" }, { knowsPageTwo: false })).toBeNull();
  expect(values({ "27": "", "2E": "" }, { knowsPageTwo: false }).expiratoryValveAlarm).toBe(0);
});

test("alarms about the person are counted by their codes and are no readings", () => {
  const told = decoded({ ...BUSY, "27": alarmRecord("C0", "O2 LOW") + alarmRecord("9A", "PAW LOW") });
  expect(told.clinical).toEqual(
    expect.arrayContaining([
      { metric: "clinicalAlarmsPerH", active: ["cp1 9A", "cp1 C0"] },
      { metric: "oxygenConcentrationAlarmsPerH", active: ["cp1 C0"] },
      { metric: "disconnectionAlarmsPerH", active: ["cp1 9A"] },
      { metric: "occlusionAlarmsPerH", active: [] },
    ]),
  );
  expect(told.readings.filter(({ metric, value }) => /Alarm/.test(metric) && value !== 0)).toEqual([]);
});

test("an alarm that the tables do not know is told while the device is out of use, and at no other time", () => {
  const unknown = alarmRecord("01", "NEVER SEEN");
  expect(values({ ...IDLE, "27": unknown }).unclassifiedAlarm).toBe(1);
  expect(values(IDLE).unclassifiedAlarm).toBe(0);
  expect(values({ ...BUSY, "27": unknown })).not.toHaveProperty("unclassifiedAlarm");
  expect(values({ ...BUSY, "27": unknown, "2A": "" })).not.toHaveProperty("unclassifiedAlarm");
});

test("the state is the first of self-test, standby and a mode; without any it is unknown, and untold it stays as it was", () => {
  const state = (answers: Answers) => decoded(answers).operatingState;
  expect(state(BUSY)).toBe("in-use");
  expect(state({ ...BUSY, "2A": BUSY["2A"] + textRecord("1E", "STANDBY") })).toBe("standby");
  expect(state({ ...BUSY, "2E": alarmRecord("95", "VENT STANDBY") })).toBe("standby");
  expect(state({ ...IDLE, "2A": IDLE["2A"] + textRecord("53", "LEAKAGE TEST") })).toBe("self-test");
  expect(state({ ...BUSY, "2A": textRecord("12", "") })).toBe("self-test");
  expect(state({ ...BUSY, "2A": textRecord("20", "ADULT") })).toBe("unknown");
  expect(state({ "24": golden("24"), "2B": "" })).toBeNull();
  expect(state({ "2A": BUSY["2A"] })).toBeNull();
});

test("texts choose words, and of two verdicts on the device the worse one holds", () => {
  const word = (metric: MetricName, ...codes: string[]) => {
    const value = values({ "2A": codes.map((code) => textRecord(code, "")).join("") })[metric];
    return typeof value === "number" ? codeWord(metric, value) : value;
  };
  expect(word("deviceCheck", "90")).toBe("functional");
  expect(word("deviceCheck", "90", "92")).toBe("non-functional");
  expect(word("deviceCheck")).toBeNull();
  expect(word("patientCategory", "3A")).toBe("paediatric");
  expect(word("mandatoryType", "01", "5E")).toBe("volume-control-plus");
  expect(word("calibrationDue", "A9")).toBe("yes");
});

test.each([
  ["16:01:30 4-APR-26", Date.UTC(2026, 3, 4, 16, 1, 30)],
  ["16:01:304-APR-26", Date.UTC(2026, 3, 4, 16, 1, 30)],
  ["16:01 4-APR-26", Date.UTC(2026, 3, 4, 16, 1, 30)],
  ["16:0104-APR-26", Date.UTC(2026, 3, 4, 16, 1, 30)],
  [" 9:33 7-OKT-14", Date.UTC(2014, 9, 7, 9, 33, 30)],
  ["09:33:0024-DEZ-25", Date.UTC(2025, 11, 24, 9, 33)],
  ["09:33:00 1-MAI-26", Date.UTC(2026, 4, 1, 9, 33)],
  ["09:33:00 31-FEB-26", null],
  ["25:33:00 1-FEB-26", null],
  ["09:33:00 1-FOO-26", null],
  ["", null],
])("the time %s is read", (text, ms) => {
  expect(medibusTimeMs(text)).toBe(ms);
});

test("the clock's offset is the device's time less the gateway's; a test ages by the device's own clock", () => {
  expect(values({ "28": "16:01:30 4-APR-26" }).deviceClockOffsetS).toBe(20);
  expect(values({ "28": "no clock" }).deviceClockOffsetS).toBeNull();
  const tested = textRecord("A0", "04:01:30 4-APR-26");
  expect(values({ "28": "16:01:30 4-APR-26", "2A": tested })).toMatchObject({ selfTestAgeH: 12, leakTestAgeH: null });
  expect(values({ "2A": tested })).not.toHaveProperty("selfTestAgeH");
  expect(reading({ "28": "16:01:30 4-APR-26", "2A": textRecord("A0", "yesterday") }, "selfTestAgeH")).toMatchObject({
    value: null,
    quality: "implausible",
  });
});

test("what tells of a person reaches no reading, no fault and no string, whatever the reply holds besides", () => {
  const name =
    textRecord("60", "JANE") + textRecord("61", "DOE-SMITH") + textRecord("42", "FEMALE") + textRecord("99", "JANE");
  const body = "4A   424B 70.583  171";
  const phrase = alarmRecord("10", "JANE DOE");
  for (const told of [
    decodeMedibus(evitaV500, answersOf({ ...BUSY, "27": phrase, "2A": BUSY["2A"] + name, "29": body }), context),
    decodeMedibus(evitaV500, answersOf({ "2A": `${name}broken` }), context),
    decodeMedibus(evitaV500, answersOf({ "29": `${body}broken` }), context),
    medibusIdentity(evitaV500, `8055'JANE DOE'02.51:06.00`),
  ]) {
    expect(JSON.stringify(told)).not.toMatch(/JANE|DOE|SMITH|FEMALE|70\.5|171|"value":42\b/);
  }
});

test("it is gone before any profile is asked: not even one that breaks the laws could map it", () => {
  expect(medibusNumbers("29", "4A   424B 70.583  17101 40.0")).toEqual({ ok: true, value: new Map([["01", " 40.0"]]) });
  const texts = ["42", "43", "60", "61", "99", "A0"].map((code) => textRecord(code, "JANE")).join("");
  expect(medibusTexts(texts)).toEqual({
    ok: true,
    value: new Map([
      ["99", ""],
      ["A0", "JANE"],
    ]),
  });
  const lawless = {
    ...evitaV500,
    metrics: {
      leakPct: { poll: "measured", as: "number", from: "29", code: "4A" },
      patientCategory: { poll: "measured", as: "text", words: { adult: ["60", "42"] } },
      selfTestAgeH: { poll: "slow", as: "test-age", code: "61" },
    },
  } as const;
  const answers = answersOf({ "29": "4A   42", "2A": texts, "28": "16:01:30 4-APR-26" });
  expect(decodeMedibus(lawless, answers, context)).toMatchObject({
    value: { readings: [{ value: null }, { value: null }, { value: null }] },
  });
});

test("another model is a fault, and so is an identification that names nobody", () => {
  const identity = (data: string) => medibusIdentity(evitaV500, data);
  expect(identity("8056'EvitaXL'06.10:04.03")).toEqual({ ok: false, fault: "codec.model" });
  expect(identity("8055'EVITA  V500'")).toMatchObject({ ok: true, value: { model: "EVITA  V500" } });
  expect(identity("")).toEqual({ ok: false, fault: "codec.layout" });
  expect(identity("8055''02.51:06.00")).toEqual({ ok: false, fault: "codec.layout" });
});

test("records of a wrong width, and codes that are none, are faults", () => {
  expect([fault({ "24": "7D24." }), fault({ "29": "0140.0" }), fault({ "2E": "8" })]).toEqual([
    "codec.field-width",
    "codec.field-width",
    "codec.field-width",
  ]);
  expect([fault({ "24": "7G24.0" }), fault({ "27": alarmRecord("xx") }), fault({ "2A": "??0\x03" })]).toEqual([
    "codec.character",
    "codec.character",
    "codec.character",
  ]);
  expect([fault({ "2A": "1E7STANDBY" }), fault({ "2A": "1E" }), fault({ "2A": "1E\x00\x03" })]).toEqual([
    "codec.field-width",
    "codec.field-width",
    "codec.field-width",
  ]);
  expect(medibusCurves("00")).toEqual({ ok: false, fault: "codec.field-width" });
  expect(medibusCurves("00   20000  -20  100000")).toEqual({ ok: false, fault: "codec.character" });
});

test("a space in a code is a 0", () => {
  expect(values({ "29": " 1 40.0" }).oxygenConcentrationSetPct).toBe(40);
});

test("what is inside the valid range comes back as it was written", () => {
  const tenths = (max: number) => fc.integer({ min: 0, max: max * 10 }).map((whole) => (whole / 10).toFixed(1));
  fc.assert(
    fc.property(tenths(99), tenths(99), tenths(100), (peak, rate, charge) => {
      const records = [`7D${peak.padStart(4)}`, `D6${rate.padEnd(4)}`, `C6${charge.slice(0, 4).padStart(4)}`];
      expect(values({ "24": records.join(""), "2B": "" })).toMatchObject({
        airwayPressurePeakCmH2O: Number((Number(peak) * 1.01972).toPrecision(12)),
        respiratoryRatePerMin: Number(rate),
        batteryChargePct: Number(charge.slice(0, 4)),
      });
    }),
  );
});

test("any data are readings or a fault", () => {
  const data = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(..."0123456789ABCDEF .-:'\x03"), maxLength: 90 }),
  );
  const answers = fc.dictionary(fc.constantFrom(...MEDIBUS_READS), data);
  fc.assert(
    fc.property(answers, (told) => {
      const poll = decodeMedibus(evitaV500, answersOf(told), context);
      return !poll.ok || poll.value.readings.every(({ value }) => value === null || Number.isFinite(value));
    }),
    { numRuns: 500 },
  );
});
