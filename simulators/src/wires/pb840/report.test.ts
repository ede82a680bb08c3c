import fc from "fast-check";
import { expect, test } from "vitest";
import { BODY_STATES } from "../../devices/duty-cycle.ts";
import type { VentilatorAlarm } from "../../devices/ventilator.ts";
import { VENTILATOR_ALARMS, Ventilator } from "../../devices/ventilator.ts";
import { createRandom } from "../../random.ts";
import { encodeMiscf } from "./frame.ts";
import { numberText, ventilatorReport } from "./report.ts";

const WALL = { year: 2026, month: 4, day: 4, hour: 16, minute: 1 };
const BUSY = { inUseShare: 1, inUseMeanH: 1000 };
const MONITORED = [69, 70, 71, 72, 73, 74, 77, 87, 96, 97];

const ventilator = (seed = 1): Ventilator => {
  const body = new Ventilator(BUSY, createRandom(seed));
  body.duty.hold("in-use");
  body.step(0);
  return body;
};

test("set values and measurements stand in their fields at the captured resolution", () => {
  const body = ventilator();
  const pins = {
    respiratoryRateSetPerMin: 9,
    tidalVolumeSetMl: 1520,
    oxygenConcentrationSetPct: 21,
    peepSetCmH2O: 8,
    respiratoryRatePerMin: 9,
    tidalVolumeExpiredMl: 1314,
    minuteVolumeExpiredLPerMin: 11.8,
    airwayPressurePeakCmH2O: 30,
    peepCmH2O: 7.8,
  } as const;
  for (const [metric, value] of Object.entries(pins)) body.gauges.pin(metric as keyof typeof pins, value);
  body.step(1000);
  const fields = ventilatorReport(body, "3512345678", WALL);
  // Worked example D of the sheet.
  const shown = [9, 13, 14, 16, 18, 70, 71, 72, 73, 87].map((field) => fields.get(field));
  expect(shown).toEqual(["A/C", "9.0", "1.520", "21", "8.0", "9.0", "1.314", "11.800", "30.0", "7.8"]);
  expect([5, 6, 7].map((field) => fields.get(field))).toEqual(["16:01", "840 3512345678", "APR 04 2026"]);
});

test("in standby the monitored fields are blank, pinned or not, and the settings stay", () => {
  const body = ventilator();
  body.gauges.pin("respiratoryRatePerMin", 22);
  body.duty.hold("standby");
  body.step(1000);
  const fields = ventilatorReport(body, "3512345678", WALL);
  for (const field of MONITORED) expect(fields.has(field)).toBe(false);
  expect(fields.get(13)).toMatch(/^\d+\.0$/);
});

test("an alarm is ALARM while it lasts, RESET when over, NORMAL after standby; low oxygen says LOW", () => {
  const body = ventilator();
  const word = (field: number) => ventilatorReport(body, "3512345678", WALL).get(field);
  const pin = (alarm: VentilatorAlarm, value: number | null) => {
    body.gauges.pin(alarm, value);
    body.step(0);
  };
  expect(word(113)).toBe("NORMAL");
  pin("procedureErrorAlarm", 1);
  pin("oxygenSupplyLowAlarm", 1);
  expect([word(127), word(122)]).toEqual(["ALARM", "LOW"]);
  pin("procedureErrorAlarm", null);
  pin("oxygenSupplyLowAlarm", null);
  expect([word(127), word(122)]).toEqual(["RESET", "RESET"]);
  body.duty.hold("standby");
  body.step(0);
  expect(word(127)).toBe("NORMAL");
});

test("a pulled mains plug is an AC power loss; the battery then runs low and out", () => {
  const body = ventilator();
  body.gauges.pin("mainsPresent", 0);
  const words = () => {
    const fields = ventilatorReport(body, "3512345678", WALL);
    return [113, 115, 116].map((field) => fields.get(field));
  };
  body.step(1000);
  expect(words()).toEqual(["ALARM", "NORMAL", "NORMAL"]);
  body.step(40 * 60_000);
  expect(words()).toEqual(["ALARM", "ALARM", "NORMAL"]);
  body.step(10 * 60_000);
  expect(words()).toEqual(["ALARM", "ALARM", "ALARM"]);
});

test("whatever the state, the pins and the time, the report is a whole frame", () => {
  const metrics = Object.entries(ventilator().gauges.ranges) as [VentilatorAlarm, readonly [number, number]][];
  const pin = fc
    .constantFrom(...metrics)
    .chain(([metric, [min, max]]) => fc.tuple(fc.constant(metric), fc.double({ min, max, noNaN: true })));
  const arbitrary = fc.record({
    seed: fc.nat(),
    state: fc.constantFrom(...BODY_STATES),
    pins: fc.array(pin, { maxLength: 20 }),
    steps: fc.array(fc.integer({ min: 0, max: 400_000_000 }), { maxLength: 8 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ seed, state, pins, steps }) => {
      const body = new Ventilator({ inUseShare: 0.5, inUseMeanH: 20 }, createRandom(seed));
      body.duty.hold(state);
      for (const [metric, value] of pins) body.gauges.pin(metric, value);
      for (const step of steps) body.step(step);
      expect(encodeMiscf(ventilatorReport(body, "3512345678", WALL))).toHaveLength(1244);
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
