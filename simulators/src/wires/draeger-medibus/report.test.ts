import fc from "fast-check";
import { expect, test } from "vitest";
import { wallClock } from "../../clock.ts";
import { DRAEGER_ALARMS, DraegerVentilator, MADE_UP_PATIENT } from "../../devices/draeger-ventilator.ts";
import { createRandom } from "../../random.ts";
import { TECHNICAL_1, TECHNICAL_2 } from "./alarms.ts";
import { COMMAND, DATA_COMMANDS } from "./command.ts";
import { encodeFrame } from "./frame.ts";
import { MODEL_NAMES, MODELS } from "./model.ts";
import { dataOf } from "./report.ts";
import type { MedibusView } from "./view.ts";

const NOW_MS = Date.UTC(2026, 4, 4, 14, 1, 9);
const MBAR_PER_CM_H2O = 0.980665;

function viewOf(change: Partial<MedibusView> = {}): MedibusView {
  const body = new DraegerVentilator({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(1));
  return {
    body,
    model: MODELS["evita-v500"],
    nowMs: NOW_MS,
    wallTime: wallClock("UTC"),
    patient: null,
    blank: false,
    standby: false,
    ...change,
  };
}

/** The records of fixed width, by code. */
function values(code: number, view: MedibusView, width: number): Map<string, string> {
  const data = dataOf(code, view);
  expect(data.length % width).toBe(0);
  const records = data.match(new RegExp(`.{${width}}`, "g")) ?? [];
  return new Map(records.map((record) => [record.slice(0, 2), record.slice(2)]));
}

function texts(view: MedibusView): Map<string, string> {
  const found = new Map<string, string>();
  for (let rest = dataOf(COMMAND.texts, view); rest !== ""; ) {
    const length = rest.charCodeAt(2) - 0x30;
    found.set(rest.slice(0, 2), rest.slice(3, 3 + length));
    expect(rest[3 + length]).toBe("\x03");
    rest = rest.slice(4 + length);
  }
  return found;
}

function alarms(code: number, view: MedibusView): [string, number, string][] {
  const records = dataOf(code, view).match(/.{15}/g) ?? [];
  return records.map((record) => [record.slice(1, 3), record.charCodeAt(0) - 0x30, record.slice(3).trimEnd()]);
}

test("what a gauge holds is told under its code in the unit of the wire", () => {
  const view = viewOf();
  const { gauges } = view.body;
  gauges.pin("airwayPressurePeakCmH2O", 24 / MBAR_PER_CM_H2O);
  gauges.pin("oxygenSupplyPressureKPa", 512.3);
  gauges.pin("complianceDynamicMlPerCmH2O", 50);
  gauges.pin("oxygenSensorBiasPct", -1.24);
  gauges.pin("ambientPressureHPa", 1013.2);
  gauges.pin("tidalVolumeSetMl", 500);
  gauges.pin("peepSetCmH2O", 5 / MBAR_PER_CM_H2O);
  gauges.pin("oxygenConcentrationPct", 100);
  const measured = values(COMMAND.measured1, view, 6);
  expect(["7D", "0F", "07", "C7", "6B", "F0"].map((code) => measured.get(code))).toEqual([
    "24.0",
    "5123",
    "51.0",
    "-1.2",
    "1013",
    "100.",
  ]);
  const settings = values(COMMAND.settings, view, 7);
  expect([settings.get("04"), settings.get("0B"), settings.has("40")]).toEqual(["0.500", "  5.0", false]);
});

test("no breath, no value: blank in standby and under its faults, while the device goes on to tell of itself", () => {
  const standby = viewOf();
  standby.body.duty.hold("standby");
  standby.body.step(0);
  for (const view of [standby, viewOf({ standby: true })]) {
    const measured = values(COMMAND.measured1, view, 6);
    expect(["7D", "D6", "B9", "F0", "B3"].map((code) => measured.get(code))).toEqual(Array(5).fill("    "));
    expect(Number(measured.get("6B"))).toBeGreaterThan(900);
    expect(texts(view).get("1E")).toBe("STANDBY");
    expect(texts(view).get("54")).toBe("STANDBY");
  }
  const blank = viewOf({ blank: true });
  for (const [code, width] of [
    [COMMAND.measured1, 6],
    [COMMAND.measured2, 6],
    [COMMAND.settings, 7],
    [COMMAND.highLimits1, 6],
  ] as const) {
    expect([...values(code, blank, width).values()].join("").trim()).toBe("");
  }
});

test("each model has its own date, alignment, name and words", () => {
  const of = (name: (typeof MODEL_NAMES)[number]) => viewOf({ model: MODELS[name] });
  const clock = (name: (typeof MODEL_NAMES)[number]) => dataOf(COMMAND.clock, of(name));
  expect(["evita-xl", "evita-v500", "apollo"].map((name) => clock(name as "apollo"))).toEqual([
    "14:01 4-MAI-26",
    "14:01:094-MAY-26",
    "14:01:09 4-MAY-26",
  ]);
  expect(dataOf(COMMAND.identify, of("evita-v500"))).toBe("8055'Evita V500'02.51:06.00");
  for (const name of MODEL_NAMES) {
    expect(dataOf(COMMAND.identify, of(name))).toMatch(/^[0-9A-F]{4}'.+'\d\d\.\d\d:\d\d\.\d\d$/);
  }
  expect(new Set(MODEL_NAMES.map((name) => MODELS[name].id)).size).toBe(MODEL_NAMES.length);
  expect([...texts(of("apollo")).values()]).toContain("IPPVAssist");
  expect([...texts(of("evita-v500")).values()]).toContain("VC-AC");
  expect(values(COMMAND.measured1, of("apollo"), 6).has("C7")).toBe(false);
  expect([texts(of("apollo")).has("1E"), texts(of("evita-xl")).has("54")]).toEqual([false, false]);
  expect(values(COMMAND.settings, of("apollo"), 7).get("40")).toMatch(/^\d{3} {2}$/);
});

test("every technical alarm of the tables is told under its code while it is active, and under no other", () => {
  const view = viewOf({ model: MODELS["evita-v500"] });
  expect([alarms(COMMAND.alarms1, view), alarms(COMMAND.alarms2, view)]).toEqual([[], []]);
  const told = new Set<string>([...TECHNICAL_1, ...TECHNICAL_2].map(({ alarm }) => alarm));
  expect(DRAEGER_ALARMS.filter((alarm) => !told.has(alarm))).toEqual([]);
  for (const [command, rows] of [
    [COMMAND.alarms1, TECHNICAL_1],
    [COMMAND.alarms2, TECHNICAL_2.filter(({ code }) => code !== 0x5a)],
  ] as const) {
    for (const { alarm, code, priority, phrase } of rows) {
      view.body.gauges.pin(alarm, 1);
      expect(alarms(command, view)).toEqual([[code.toString(16).toUpperCase().padStart(2, "0"), priority, phrase]]);
      view.body.gauges.pin(alarm, null);
    }
  }
});

test("the gravest alarm stands first, a clinical one among the technical, and none of a person in standby", () => {
  const view = viewOf();
  view.body.gauges.pin("airwayPressurePeakCmH2O", 70);
  view.body.gauges.pin("fanAlarm", 1);
  view.body.gauges.pin("expiratoryValveAlarm", 1);
  expect(alarms(COMMAND.alarms1, view).map(([code]) => code)).toEqual(["10", "B0", "CA"]);
  expect(alarms(COMMAND.alarms1, { ...view, standby: true }).map(([code]) => code)).toEqual(["B0", "CA"]);
  expect(alarms(COMMAND.alarms1, { ...view, model: MODELS.apollo })[2]?.[2]).toBe("FAN INOP");
});

test("the check before use is told with its time by the clock of the device", () => {
  const view = viewOf();
  view.body.gauges.pin("selfTestAgeH", 26.5);
  view.body.gauges.pin("leakTestAgeH", 0);
  expect([texts(view).get("A0"), texts(view).get("A1")]).toEqual(["11:31:093-MAY-26", "14:01:094-MAY-26"]);
  const codes = [1, 2, 3].map((check) => {
    view.body.gauges.pin("deviceCheck", check);
    return [...texts(view).keys()].filter((code) => /^9[0-2]$/.test(code));
  });
  expect(codes).toEqual([["90"], ["91"], ["92"]]);
  expect(texts(view).has("A9")).toBe(false);
  view.body.gauges.pin("flowCalibrationAlarm", 1);
  expect(texts(view).has("A9")).toBe(true);
});

test("what names a person is told only by a device that has been told, among texts and settings", () => {
  const calm = viewOf();
  for (const code of ["60", "61", "42", "43"]) expect(texts(calm).has(code)).toBe(false);
  for (const code of ["4A", "4B"]) expect(values(COMMAND.settings, calm, 7).has(code)).toBe(false);
  const told = viewOf({ patient: { ...MADE_UP_PATIENT, sex: "female" } });
  expect(["60", "61", "43"].map((code) => texts(told).get(code))).toEqual(["QUIRINUS", "NOBODYSSON", "FEMALE"]);
  const settings = values(COMMAND.settings, told, 7);
  expect(["4A", "4B"].map((code) => settings.get(code)?.trim())).toEqual(["67", "81.5"]);
});

test("whatever the seed, the model, the state and the pins, every response is a frame within four characters a value", () => {
  const state = fc.constantFrom("standby", "in-use", "self-test");
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...MODEL_NAMES), state, fc.boolean(), (seed, name, held, high) => {
      const body = new DraegerVentilator({ inUseShare: 0.5, inUseMeanH: 2 }, createRandom(seed));
      body.duty.hold(held);
      for (const [metric, range] of Object.entries(body.gauges.ranges)) {
        body.gauges.pin(metric as keyof typeof body.gauges.ranges, range[high ? 1 : 0]);
      }
      body.step(1000);
      const view = viewOf({ body, model: MODELS[name], patient: MADE_UP_PATIENT });
      for (const code of DATA_COMMANDS) {
        const data = dataOf(code, view);
        expect(() => encodeFrame("response", code, data)).not.toThrow();
      }
      for (const text of values(COMMAND.measured1, view, 6).values()) {
        if (held === "in-use") expect(text.trim()).not.toBe("");
      }
    }),
    { numRuns: 40 },
  );
});
