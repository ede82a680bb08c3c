import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BODY_STATES } from "../../devices/duty-cycle.ts";
import type { PbModel } from "../../devices/pb-settings.ts";
import { PbVentilator } from "../../devices/pb-ventilator.ts";
import { VENTILATOR_ALARMS, type VentilatorAlarm } from "../../devices/ventilator.ts";
import { createRandom } from "../../random.ts";
import { encodeReport, MISCA, MISCF } from "./frame.ts";
import { MISCA_FIELDS } from "./misca-fields.ts";
import { MISCF_FIELDS } from "./miscf-fields.ts";
import { numberText, renderReport, type Shown } from "./render.ts";

const WALL = { year: 2026, month: 4, day: 4, hour: 16, minute: 1 };
const BUSY = { inUseShare: 1, inUseMeanH: 1000 };
/** Every measured field of MISCF in the sheet, save 76 and 101, which it does not explain. */
const MONITORED = [
  ...Array.from({ length: 36 }, (_, index) => 69 + index).filter((field) => field !== 76 && field !== 101),
  ...[154, 155, 157, 158, 159],
];

const ventilator = (model: PbModel = "840", seed = 1): PbVentilator => {
  const body = new PbVentilator(model, BUSY, createRandom(seed));
  body.duty.hold("in-use");
  body.step(0);
  return body;
};

const shownOf = (body: PbVentilator, more: Partial<Shown> = {}): Shown => ({
  body,
  model: body.model,
  serial: body.model === "840" ? "3512345678" : "35B1234567",
  wall: WALL,
  isMonitored: body.duty.state === "in-use",
  limitsOff: false,
  clinicalAlarm: null,
  ...more,
});
const miscf = (body: PbVentilator, more?: Partial<Shown>) => renderReport(MISCF_FIELDS, shownOf(body, more));
const misca = (body: PbVentilator, more?: Partial<Shown>) => renderReport(MISCA_FIELDS, shownOf(body, more));

function pin(body: PbVentilator, values: { [Name in MetricName]?: number }): void {
  for (const [metric, value] of Object.entries(values)) body.gauges.pin(metric as MetricName, value);
  body.step(1000);
}

/** How the ventilators of the captured reports were set, in words of the vocabulary. */
const SIMV = { ventilationMode: 3, mandatoryType: 2, spontaneousType: 2 } as const;
const PRESSURE_CONTROL = { ventilationMode: 2, mandatoryType: 1 } as const;
const BILEVEL = { ventilationMode: 5, mandatoryType: 1, spontaneousType: 2 } as const;
const PROPORTIONAL = { ventilationMode: 4, mandatoryType: 2, spontaneousType: 5 } as const;

test("an 840 tells the captured report of the sheet: set values, limits and measurements in their fields", () => {
  const body = ventilator();
  pin(body, {
    respiratoryRateSetPerMin: 9,
    tidalVolumeSetMl: 1520,
    peakFlowSetLPerMin: 120,
    oxygenConcentrationSetPct: 21,
    peepSetCmH2O: 8,
    respiratoryRatePerMin: 9,
    tidalVolumeExpiredMl: 1314,
    minuteVolumeExpiredLPerMin: 11.8,
    airwayPressurePeakCmH2O: 30,
    peepCmH2O: 7.8,
    oxygenSensorSet: 2,
    oxygenSupplyLowAlarm: 1,
  });
  const captured: Record<number, string> = {
    ...{ 5: "16:01", 6: "840 3512345678", 7: "APR 04 2026", 8: "INVASIVE", 9: "A/C", 10: "VC", 12: "V-Trig" },
    ...{ 13: "9.0", 14: "1.520", 15: "120.0", 16: "21", 18: "8.0", 19: "0.0", 20: "20", 21: "0.580", 22: "10.0" },
    ...{ 23: "70.0", 24: "100", 27: "RAMP", 28: "VC", 32: "SQUARE", 33: "OFF", 34: "51", 36: "24.500", 37: "0.470" },
    ...{ 38: "1900", 39: "OFF", 40: "1900", 41: "OFF", 42: "OFF", 44: "10.3", 45: "8.8", 53: "HME", 55: "Disabled" },
    ...{ 56: "20", 66: "ADULT", 69: "30.0", 70: "9.0", 71: "1.314", 72: "11.800", 73: "30.0", 87: "7.8", 105: "OFF" },
    ...{ 106: "NORMAL", 122: "LOW", 127: "NORMAL", 153: "NORMAL", 156: "OFF" },
  };
  const fields = miscf(body);
  for (const [field, text] of Object.entries(captured))
    expect([field, fields.get(Number(field))]).toEqual([field, text]);
  for (const blank of [11, 17, 25, 31, 35, 43, 46, 47, 50, 51, 57, 58, 62, 77, 80, 88, 154, 160]) {
    expect([blank, fields.has(blank)]).toEqual([blank, false]);
  }
});

test("a 980 tells the captured report of the sheet: it names itself, and its technical malfunctions end at A45", () => {
  const body = ventilator("980");
  pin(body, { ...SIMV, respiratoryRateSetPerMin: 15, supportPressureSetCmH2O: 10, tidalVolumeSpontaneousMl: 45 });
  const captured: Record<number, string> = {
    ...{
      6: "980 35B1234567",
      9: "SIMV",
      10: "VC",
      11: "PS",
      13: "15.0",
      31: "10",
      34: "47",
      36: "18.500",
      37: "2.500",
    },
    ...{ 39: "150", 44: "3.5", 45: "2.0", 56: "75", 57: "70", 59: "25.0", 145: "NORMAL", 154: "0.045", 156: "OFF" },
  };
  const fields = miscf(body);
  for (const [field, text] of Object.entries(captured))
    expect([field, fields.get(Number(field))]).toEqual([field, text]);
  for (let field = 146; field <= 153; field += 1) expect(fields.has(field)).toBe(false);
  expect([fields.get(160), fields.has(161)]).toEqual(["NORMAL", false]);
  const asOld = miscf(body, { model: "840" });
  expect([asOld.get(6), asOld.get(153), asOld.has(160)]).toEqual(["840 35B1234567", "NORMAL", false]);
});

test("each mode tells its own settings and leaves those of others blank", () => {
  const of = (setup: Partial<Record<MetricName, number>>, ...asked: number[]) => {
    const body = ventilator("980");
    pin(body, { spontaneousType: 0, ...setup, leakCompensation: 2 });
    const fields = miscf(body);
    return asked.map((field) => fields.get(field) ?? "");
  };
  expect(of(PRESSURE_CONTROL, 9, 10, 11, 14, 15, 46, 47, 50, 62)).toEqual([
    "A/C",
    "PC",
    "",
    "",
    "",
    "15",
    "1.00",
    "I-time",
    "",
  ]);
  expect(of(BILEVEL, 9, 11, 15, 64, 67, 154).map((text) => text !== "")).toEqual([true, true, false, true, true, true]);
  expect(of(PROPORTIONAL, 9, 11, 13, 51, 52, 58, 79, 155)).toEqual([
    "SPONT",
    "PA",
    "",
    "7.5",
    "ET",
    "70",
    "0.3",
    "0.70",
  ]);
  expect(of({ ventilationMode: 2, mandatoryType: 3 }, 10, 35, 43, 61)).toEqual(["VC+", "OFF", "1900", ""]);
  expect(of({ ...SIMV, ventilationType: 2, apneaMandatoryTypeSet: 1 }, 8, 21, 25, 26, 30, 65)).toEqual([
    "NIV",
    "",
    "15.0",
    "1.00",
    "5.00",
    "3.0",
  ]);
  expect(of(PROPORTIONAL, 156, 157, 158)).toEqual(["ON", "4", "1.2"]);
});

test("whatever the sheet explains is filled in one mode or another, and nothing else is", () => {
  const filled = new Set<number>();
  const more = { ventilationType: 2, humidificationTypeSet: 1, leakCompensation: 2, inspiratoryTimeSpontaneousS: 4 };
  for (const setup of [SIMV, PRESSURE_CONTROL, BILEVEL, PROPORTIONAL, { ventilationMode: 4, spontaneousType: 4 }]) {
    for (const others of [{}, { triggerType: 2, apneaMandatoryTypeSet: 1, mandatoryType: 3 }]) {
      const body = ventilator("840");
      pin(body, { ...setup, ...others, ...more });
      for (const field of miscf(body).keys()) filled.add(field);
    }
  }
  const explained = Array.from({ length: 155 }, (_, index) => 5 + index).filter((field) => ![76, 101].includes(field));
  expect(explained.filter((field) => !filled.has(field))).toEqual([]);
  expect([...filled].filter((field) => !explained.includes(field))).toEqual([]);
});

test("in standby the measured fields are blank, pinned or not, and the settings stay", () => {
  for (const model of ["840", "980"] as const) {
    const body = ventilator(model);
    body.gauges.pin("respiratoryRatePerMin", 22);
    body.duty.hold("standby");
    body.step(1000);
    const [fields, short] = [miscf(body), misca(body)];
    for (const field of MONITORED) expect([field, fields.has(field)]).toEqual([field, false]);
    for (const field of [34, 35, 36, 38, 40, 65, 84, 101]) expect([field, short.has(field)]).toEqual([field, false]);
    expect(fields.get(16)).toMatch(/^\d+$/);
    expect(short.get(13)).toBe(fields.get(16));
  }
});

test("an alarm is ALARM while it lasts, RESET when over, NORMAL after standby; low oxygen says LOW", () => {
  const body = ventilator();
  const word = (field: number) => miscf(body).get(field);
  const switchTo = (alarm: VentilatorAlarm, value: number | null) => {
    body.gauges.pin(alarm, value);
    body.step(0);
  };
  expect(word(113)).toBe("NORMAL");
  switchTo("procedureErrorAlarm", 1);
  switchTo("oxygenSupplyLowAlarm", 1);
  expect([word(127), word(122), misca(body).get(54)]).toEqual(["ALARM", "LOW", "ALARM"]);
  switchTo("procedureErrorAlarm", null);
  switchTo("oxygenSupplyLowAlarm", null);
  expect([word(127), word(122), misca(body).get(54)]).toEqual(["RESET", "RESET", "RESET"]);
  body.duty.hold("standby");
  body.step(0);
  expect(word(127)).toBe("NORMAL");
});

test("a 980 tells an active alarm by its priority", () => {
  const body = ventilator("980");
  pin(body, { technicalMalfunctionAlarm: 1, batteryLowAlarm: 1, batteryInoperativeAlarm: 1 });
  const fields = miscf(body);
  expect([137, 115, 114].map((field) => fields.get(field))).toEqual(["HIGH", "MEDIUM", "LOW"]);
  expect(misca(body).get(48)).toBe("NORMAL");
});

test("a measurement beyond its limit is an alarm of the person's, reset when it is back; a limit that is off is none", () => {
  const body = ventilator();
  const words = (...fields: number[]) => fields.map((field) => miscf(body).get(field));
  pin(body, { airwayPressurePeakCmH2O: 60, respiratoryRatePerMin: 40, minuteVolumeExpiredLPerMin: 0.3 });
  expect(words(107, 110, 112, 118)).toEqual(["NORMAL", "ALARM", "NORMAL", "ALARM"]);
  expect([48, 52, 53].map((field) => misca(body).get(field))).toEqual(["ALARM", "ALARM", "NORMAL"]);
  pin(body, { airwayPressurePeakCmH2O: 20, respiratoryRateHighLimitPerMin: 35 });
  expect(words(42, 110, 112)).toEqual(["35", "RESET", "ALARM"]);
  pin(body, { oxygenConcentrationSetPct: 40, oxygenConcentrationPct: 30 });
  expect(words(109, 120)).toEqual(["NORMAL", "ALARM"]);
});

test("what no gauge tells is switched: an alarm of the person's, and limits that are off", () => {
  const body = ventilator();
  expect([124, 125].map((field) => miscf(body, { clinicalAlarm: "disconnect" }).get(field))).toEqual([
    "ALARM",
    "NORMAL",
  ]);
  expect(misca(body, { clinicalAlarm: "occlusion" }).get(95)).toBe("ALARM");
  const off = miscf(body, { limitsOff: true });
  for (const field of [34, 36, 37, 38, 39, 40, 41, 42]) expect([field, off.get(field)]).toEqual([field, "OFF"]);
});

test("a pulled mains plug is an AC power loss; the battery then runs low and out", () => {
  const body = ventilator();
  body.gauges.pin("mainsPresent", 0);
  const words = () => [113, 115, 116].map((field) => miscf(body).get(field));
  body.step(1000);
  expect(words()).toEqual(["ALARM", "NORMAL", "NORMAL"]);
  body.step(40 * 60_000);
  expect(words()).toEqual(["ALARM", "ALARM", "NORMAL"]);
  body.step(10 * 60_000);
  expect(words()).toEqual(["ALARM", "ALARM", "ALARM"]);
});

test("both reports tell the same of what they share", () => {
  const body = ventilator("980");
  pin(body, { ...BILEVEL, ventilationType: 1 });
  const [long, short] = [miscf(body), misca(body)];
  const shared = { 5: 5, 6: 6, 7: 8, 16: 13, 31: 26, 63: 15, 62: 85, 64: 86, 70: 34, 71: 35, 72: 36, 73: 38, 87: 0 };
  for (const [inMiscf, inMisca] of Object.entries(shared)) {
    if (inMisca !== 0) expect([inMisca, short.get(inMisca)]).toEqual([inMisca, long.get(Number(inMiscf))]);
  }
  expect([short.get(9), short.get(60), short.get(62)]).toEqual(["BILEVL", "16:01", "APR 04 2026"]);
  expect(short.get(101)).toMatch(/^1:\d+\.\d$/);
  pin(body, PRESSURE_CONTROL);
  expect([misca(body).get(9), misca(body).get(85), misca(body).get(100)]).toEqual(["CMV", "15.0", "I-TIME"]);
});

test("whatever the model, the state, the pins and the time, both reports are whole frames", () => {
  const metrics = Object.entries(ventilator().gauges.ranges) as [MetricName, readonly [number, number]][];
  const pins = fc
    .constantFrom(...metrics)
    .chain(([metric, [min, max]]) => fc.tuple(fc.constant(metric), fc.double({ min, max, noNaN: true })));
  const arbitrary = fc.record({
    model: fc.constantFrom("840" as const, "980" as const),
    seed: fc.nat(),
    state: fc.constantFrom(...BODY_STATES),
    pinned: fc.array(pins, { maxLength: 20 }),
    steps: fc.array(fc.integer({ min: 0, max: 400_000_000 }), { maxLength: 8 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ model, seed, state, pinned, steps }) => {
      const body = new PbVentilator(model, { inUseShare: 0.5, inUseMeanH: 20 }, createRandom(seed));
      body.duty.hold(state);
      for (const [metric, value] of pinned) body.gauges.pin(metric, value);
      for (const step of steps) body.step(step);
      expect(encodeReport(MISCF, miscf(body))).toHaveLength(1244);
      expect(encodeReport(MISCA, misca(body))).toHaveLength(723);
    }),
  );
  expect(VENTILATOR_ALARMS).toHaveLength(9);
});

test("a number gives up decimals before it outgrows six characters", () => {
  expect(numberText(11.8, 3)).toBe("11.800");
  expect(numberText(99, 3)).toBe("99.000");
  expect(numberText(123.4567, 3)).toBe("123.46");
  expect(numberText(-12.5, 3)).toBe("-12.50");
});
