import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { GAS_ALARMS, GasPanel } from "./gas-panel.ts";

const H = 3_600_000;
const panel = (seed: number, share = 1): GasPanel =>
  new GasPanel({ inUseShare: share, inUseMeanH: 1e6 }, createRandom(seed));
const alarmsOf = ({ gauges }: GasPanel) => GAS_ALARMS.filter((alarm) => gauges.read(alarm) >= 0.5);

test("two panels of one seed live the same life, within what their registers can carry", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 300 * H }), { maxLength: 8 }), (seed, steps) => {
      const lives = [1, 2].map(() => {
        const body = new GasPanel({ inUseShare: 0.6, inUseMeanH: 3 }, createRandom(seed));
        for (const step of steps) body.step(step);
        return body;
      });
      const [one, other] = lives.map((body) => [body.duty.state, body.gauges.snapshot()]);
      expect(one).toEqual(other);
      for (const [metric, range] of Object.entries(lives[0]?.gauges.ranges ?? {})) {
        const value = lives[0]?.gauges.get(metric as "airDewPointCel");
        expect(value !== undefined && value >= range[0] && value <= range[1]).toBe(true);
      }
    }),
  );
});

test("every panel starts within what the layout calls normal, without an alarm", () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const body = panel(seed, 0.9);
    for (let count = 0; count < 20; count += 1) body.step(60_000);
    const { gauges } = body;
    for (const metric of ["oxygenLinePressureKPa", "airLinePressureKPa"] as const) {
      expect(gauges.read(metric) > 400 && gauges.read(metric) < 500).toBe(true);
    }
    expect(gauges.read("vacuumPressureKPa") > -60 && gauges.read("vacuumPressureKPa") < -40).toBe(true);
    expect(gauges.read("airDewPointCel")).toBeLessThan(-46);
    expect(alarmsOf(body)).toEqual([]);
  }
});

test("oxygen flows while it supplies and not in standby, and the compressor runs and starts in either", () => {
  const body = panel(2);
  body.step(10 * 60_000);
  expect(body.gauges.read("oxygenFlowLPerMin")).toBeGreaterThan(20);
  body.duty.hold("standby");
  const [runH, starts] = [body.gauges.read("compressorRunTimeH"), body.gauges.read("compressorStartCount")];
  body.step(10 * H);
  expect(body.gauges.read("oxygenFlowLPerMin")).toBe(0);
  expect(body.gauges.read("compressorRunTimeH") - runH).toBeCloseTo(4, 6);
  expect(body.gauges.read("compressorStartCount") - starts).toBe(100);
});

test("an empty tank is an alarm and draws on the bottles until they are low and then the line is", () => {
  const body = panel(3);
  body.gauges.pin("oxygenFlowLPerMin", 100);
  body.gauges.pin("primarySourcePressureKPa", 100);
  const before = body.gauges.read("reserveSourcePressureKPa");
  body.step(H);
  // 6,000 L at 5 L for each kilopascal.
  expect(before - body.gauges.read("reserveSourcePressureKPa")).toBeCloseTo(1_200, 6);
  expect(alarmsOf(body)).toEqual(["primarySourceEmptyAlarm"]);
  for (let count = 0; count < 12; count += 1) body.step(H);
  expect(alarmsOf(body)).toEqual(["oxygenPressureLowAlarm", "primarySourceEmptyAlarm", "reserveSourceLowAlarm"]);
});

test("the alarms of oxygen go by the panel's own limits", () => {
  const body = panel(4);
  body.gauges.pin("oxygenLinePressureKPa", 450);
  const alarmsWith = (metric: "oxygenPressureHighLimitKPa" | "oxygenPressureLowLimitKPa", value: number) => {
    body.gauges.pin(metric, value);
    body.step(0);
    body.gauges.pin(metric, null);
    return alarmsOf(body);
  };
  expect(alarmsWith("oxygenPressureHighLimitKPa", 440)).toEqual(["oxygenPressureHighAlarm"]);
  expect(alarmsWith("oxygenPressureLowLimitKPa", 460)).toEqual(["oxygenPressureLowAlarm"]);
  expect(alarmsWith("oxygenPressureLowLimitKPa", 440)).toEqual([]);
});

test("without mains the plant stands, and air and vacuum run out; they come back with it", () => {
  const body = panel(5);
  body.gauges.pin("mainsPresent", 0);
  const runH = body.gauges.read("compressorRunTimeH");
  body.step(H);
  expect(alarmsOf(body)).toEqual(["airPressureLowAlarm", "vacuumLowAlarm", "plantFaultAlarm"]);
  expect(body.gauges.read("compressorRunTimeH")).toBe(runH);
  body.gauges.pin("mainsPresent", null);
  body.step(3 * H);
  expect(alarmsOf(body)).toEqual([]);
});

test("the dryer wears with the hours since its service: first it is due, and in the end the air is too moist", () => {
  const body = panel(6);
  const bornH = body.gauges.read("compressorRunTimeH");
  const firstH = { serviceDue: 0, plantFaultAlarm: 0 };
  for (let hours = 0; hours < 9_000; hours += 50) {
    body.gauges.pin("compressorRunTimeH", bornH + hours);
    body.step(0);
    for (const metric of ["serviceDue", "plantFaultAlarm"] as const) {
      if (body.gauges.read(metric) >= 0.5 && firstH[metric] === 0) firstH[metric] = hours;
    }
  }
  expect(firstH.serviceDue).toBeGreaterThan(0);
  expect(firstH.plantFaultAlarm).toBeGreaterThan(firstH.serviceDue + 500);
});
