import fc from "fast-check";
import { expect, test } from "vitest";
import { wallClock } from "../clock.ts";
import { createRandom } from "../random.ts";
import { breathAt } from "./breath.ts";
import { Defibrillator } from "./defibrillator.ts";
import { DpsModule } from "./dps-module.ts";
import { DRAEGER_MEASUREMENTS, DraegerVentilator } from "./draeger-ventilator.ts";
import { DutyCycle } from "./duty-cycle.ts";
import { InfusionPump } from "./infusion-pump.ts";
import { PbVentilator } from "./pb-ventilator.ts";
import { SyringePump } from "./syringe-pump.ts";
import { VENTILATOR_MEASUREMENTS, Ventilator } from "./ventilator.ts";
import { Wander } from "./wander.ts";

const DUTY = { inUseShare: 0.6, inUseMeanH: 2 };
const wallTime = wallClock("Europe/Berlin");
const H = 3_600_000;
const lively = (seed: number) => [
  ...[Ventilator, InfusionPump, SyringePump, DraegerVentilator, DpsModule].map(
    (Kind) => new Kind(DUTY, createRandom(seed)),
  ),
  new PbVentilator("980", DUTY, createRandom(seed)),
];
const CALM_PUMP = { mainsPresent: 1, batteryChargePct: 90, linePressureMmHg: 20, technicalAlarm: 0 };

test("an 840 of Puritan Bennett lives the life of a ventilator of its seed, and tells more of it", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 10 * H }), { maxLength: 10 }), (seed, steps) => {
      const [plain, told] = [
        new Ventilator(DUTY, createRandom(seed)),
        new PbVentilator("840", DUTY, createRandom(seed)),
      ];
      for (const step of steps) {
        plain.step(step);
        told.step(step);
      }
      expect(told.duty.state).toBe(plain.duty.state);
      expect(told.gauges.snapshot()).toMatchObject(plain.gauges.snapshot());
    }),
  );
});

test("two bodies of one seed live the same life", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 10 * H }), { maxLength: 10 }), (seed, steps) => {
      const lives = [1, 2].map(() => {
        const bodies = lively(seed);
        for (const step of steps) for (const body of bodies) body.step(step);
        return bodies.map((body) => [body.duty.state, body.gauges.snapshot()]);
      });
      expect(lives[0]).toEqual(lives[1]);
    }),
  );
});

test("every gauge stays within what its wire can carry", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 100 * H }), { maxLength: 10 }), (seed, steps) => {
      const bodies = lively(seed);
      for (const body of bodies) {
        for (const step of steps) body.step(step);
        const ranges = Object.entries(body.gauges.ranges) as [keyof typeof body.gauges.ranges, [number, number]][];
        for (const [metric, [min, max]] of ranges) {
          const value = body.gauges.get(metric);
          expect(value === undefined || (value >= min && value <= max)).toBe(true);
        }
      }
    }),
  );
});

test("a device is in use for its share of the time, whatever the length of a step", () => {
  for (const stepMs of [0.05 * H, 0.4 * H]) {
    const duty = new DutyCycle(DUTY, createRandom(11));
    let inUseSteps = 0;
    const steps = Math.round((20_000 * H) / stepMs);
    for (let count = 0; count < steps; count += 1) {
      duty.step(stepMs);
      if (duty.state === "in-use") inUseSteps += 1;
    }
    // About 6,000 uses of 2 h: the share is good to a few hundredths.
    expect(Math.abs(inUseSteps / steps - 0.6)).toBeLessThan(0.05);
  }
});

test("what a person holds stays, and what stands in the store is not taken into use", () => {
  const held = new DutyCycle(DUTY, createRandom(1));
  held.hold("off");
  for (let count = 0; count < 100; count += 1) held.step(10 * H);
  expect(held.state).toBe("off");
  held.hold(null);
  expect([held.state, held.held]).toEqual(["standby", false]);
  const stored = new DutyCycle({ inUseShare: 0, inUseMeanH: 2 }, createRandom(1));
  for (let count = 0; count < 1000; count += 1) stored.step(10 * H);
  expect(stored.state).toBe("standby");
});

test("a wandering value keeps its mean and spread in short steps and long", () => {
  for (const stepMs of [500, 60_000]) {
    const wander = new Wander(45, 1.5, 30, createRandom(5));
    const sample = Array.from({ length: 60_000 }, () => wander.step(stepMs));
    const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
    const deviation = Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sample.length);
    expect(Math.abs(mean - 45)).toBeLessThan(0.4);
    expect(Math.abs(deviation - 1.5)).toBeLessThan(0.25);
  }
});

test("a pinned gauge carries through to what follows from it, and is freed by null", () => {
  const body = new Ventilator(DUTY, createRandom(1));
  body.duty.hold("in-use");
  body.gauges.pin("respiratoryRatePerMin", 22);
  body.gauges.pin("tidalVolumeExpiredMl", 500);
  body.step(0);
  expect(body.gauges.read("minuteVolumeExpiredLPerMin")).toBeCloseTo(11, 9);
  body.gauges.pin("respiratoryRatePerMin", null);
  body.step(1000);
  expect(body.gauges.read("respiratoryRatePerMin")).toBeLessThan(22.01);
  expect(body.gauges.pinRefusal("respiratoryRatePerMin", 999)).toContain("from 0 to 200");
  expect(body.gauges.pinRefusal("occlusionCount", 1)).toContain("no occlusionCount");
  body.duty.hold("standby");
  body.gauges.pin("tidalVolumeExpiredMl", null);
  body.step(0);
  for (const metric of VENTILATOR_MEASUREMENTS) expect(body.gauges.get(metric)).toBeUndefined();
});

test("a Dräger checks itself before each use and after each test, and says what it found and when", () => {
  const body = new DraegerVentilator({ inUseShare: 0, inUseMeanH: 2 }, createRandom(1));
  const { gauges, duty } = body;
  const check = (): number[] => [gauges.read("deviceCheck"), gauges.read("selfTestAgeH")];
  const age = gauges.read("selfTestAgeH");
  expect([gauges.read("deviceCheck"), age > 0]).toEqual([1, true]);
  body.step(2 * H);
  expect(gauges.read("selfTestAgeH")).toBeCloseTo(age + 2, 6);
  gauges.pin("flowSensorAlarm", 1);
  duty.hold("in-use");
  body.step(1000);
  expect(check()).toEqual([2, 0]);
  duty.hold("self-test");
  gauges.pin("expiratoryValveAlarm", 1);
  body.step(H);
  expect(check()).toEqual([2, 1]);
  duty.hold("standby");
  body.step(0);
  expect(check()).toEqual([3, 0]);
  for (const metric of DRAEGER_MEASUREMENTS) expect(gauges.get(metric)).toBeUndefined();
});

test("a calm Dräger has no alarm, clinical or technical; each gauge beyond its limit has its own", () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const body = new DraegerVentilator({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(seed));
    for (let count = 0; count < 20; count += 1) body.step(60_000);
    expect(body.clinicalAlarms).toEqual([]);
    expect([body.gauges.read("onBatteryAlarm"), body.gauges.read("batteryEmptyAlarm")]).toEqual([0, 0]);
  }
  const body = new DraegerVentilator({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(1));
  const alarmsWith = (metric: Parameters<typeof body.gauges.pin>[0], value: number): string[] => {
    body.gauges.pin(metric, value);
    const alarms = body.clinicalAlarms;
    body.gauges.pin(metric, null);
    return alarms;
  };
  expect(alarmsWith("airwayPressurePeakCmH2O", 70)).toEqual(["pressure-high"]);
  expect(alarmsWith("airwayPressurePeakCmH2O", 1)).toEqual(["disconnected"]);
  expect(alarmsWith("minuteVolumeExpiredLPerMin", 0.2)).toEqual(["minute-volume-low"]);
  expect(alarmsWith("minuteVolumeExpiredLPerMin", 60)).toEqual(["minute-volume-high"]);
  expect(alarmsWith("respiratoryRatePerMin", 0)).toEqual(["apnea"]);
  expect(alarmsWith("respiratoryRatePerMin", 60)).toEqual(["rate-high"]);
  expect(alarmsWith("oxygenConcentrationPct", 18)).toEqual(["oxygen-low"]);
  body.gauges.pin("mainsPresent", 0);
  body.gauges.pin("batteryChargePct", 3);
  body.step(0);
  expect([body.gauges.read("onBatteryAlarm"), body.gauges.read("batteryEmptyAlarm")]).toEqual([1, 1]);
  body.duty.hold("standby");
  body.gauges.pin("airwayPressurePeakCmH2O", 70);
  expect(body.clinicalAlarms).toEqual([]);
});

test("a breath goes in and out again within its gauges, and there is none in standby", () => {
  const body = new DraegerVentilator({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(2));
  const { gauges } = body;
  const breath = Array.from({ length: 1000 }, (_, index) => breathAt(gauges, index * 10));
  const pressures = breath.map(({ pressureCmH2O }) => pressureCmH2O);
  expect(Math.max(...pressures)).toBeLessThanOrEqual(gauges.read("airwayPressurePeakCmH2O") + 1e-9);
  expect(Math.max(...pressures)).toBeGreaterThan(gauges.read("airwayPressurePeakCmH2O") - 1);
  expect(Math.min(...pressures)).toBeCloseTo(gauges.read("peepCmH2O"), 9);
  expect(Math.max(...breath.map(({ volumeMl }) => volumeMl))).toBeCloseTo(gauges.read("tidalVolumeExpiredMl"), -1);
  for (const { inspiring, flowLPerMin } of breath) expect(flowLPerMin > 0).toBe(inspiring);
  body.duty.hold("standby");
  body.step(0);
  expect(breathAt(gauges, 0)).toEqual({ inspiring: false, pressureCmH2O: 0, flowLPerMin: 0, volumeMl: 0 });
});

test("an infusing pump adds up its rate; standing still it adds nothing", () => {
  const body = new InfusionPump(DUTY, createRandom(4));
  body.duty.hold("in-use");
  body.gauges.pin("infusionRateMlPerH", 120);
  const before = body.gauges.read("volumeInfusedMl");
  for (let count = 0; count < 60; count += 1) body.step(60_000);
  const infused = body.gauges.read("volumeInfusedMl") - before;
  expect(infused).toBeGreaterThan(110);
  expect(infused).toBeLessThanOrEqual(120.001);
  body.gauges.pin("infusionRateMlPerH", null);
  body.duty.hold("standby");
  body.step(H);
  expect([body.gauges.read("infusionRateMlPerH"), body.gauges.read("linePressureMmHg")]).toEqual([0, 0]);
  expect(body.gauges.read("volumeInfusedMl")).toBeCloseTo(before + infused, 6);
});

test("a syringe pump infuses slowly, towards the volume that was set, and begins anew when it is in", () => {
  const ended = Array.from(
    { length: 20 },
    (_, seed) => new SyringePump({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(seed)),
  );
  const pump = ended.find((body) => body.toInfuseMl !== null);
  if (pump === undefined) throw new Error("no pump has an end set");
  expect(pump.gauges.read("infusionRateMlPerH")).toBeLessThanOrEqual(20);
  const beforeH = pump.remainingH;
  pump.step(60_000);
  expect(beforeH - pump.remainingH).toBeCloseTo(1 / 60, 3);
  pump.step(pump.remainingH * H - 60_000);
  expect(pump.alarm).toBe("AL_NEOIN");
  const events = pump.eventId;
  pump.step(61_000);
  pump.step(1000);
  expect(pump.remainingH).toBeGreaterThan(0.5);
  expect(pump.eventId).toBeGreaterThan(events);
  pump.duty.hold("standby");
  pump.step(1000);
  expect([pump.toInfuseMl, pump.remainingH]).toEqual([null, Number.POSITIVE_INFINITY]);
});

test("the gravest alarm of a syringe pump is the one it shows", () => {
  const pump = new SyringePump({ inUseShare: 0, inUseMeanH: 1 }, createRandom(3));
  const alarmWith = (pins: object): string => {
    for (const [metric, value] of Object.entries({ ...CALM_PUMP, ...pins })) {
      pump.gauges.pin(metric as keyof typeof CALM_PUMP, value);
    }
    return pump.alarm;
  };
  expect(alarmWith({})).toBe("AL_NOALM");
  expect(alarmWith({ mainsPresent: 0 })).toBe("AL_ACDIS");
  expect(alarmWith({ batteryChargePct: 10 })).toBe("AL_LBTAC");
  expect(alarmWith({ mainsPresent: 0, batteryChargePct: 10 })).toBe("AL_LWBAT");
  expect(alarmWith({ mainsPresent: 0, batteryChargePct: 10, linePressureMmHg: 450 })).toBe("AL_OCCLU");
  expect(alarmWith({ mainsPresent: 0, batteryChargePct: 0, linePressureMmHg: 450 })).toBe("AL_EMBAT");
  expect(alarmWith({ technicalAlarm: 1, mainsPresent: 0, batteryChargePct: 0 })).toBe("AL_FAULT");
});

test("a defibrillator tests itself once each night at two on the wall, and the report waits for a while", () => {
  const startMs = Date.UTC(2026, 10, 22, 12);
  const body = new Defibrillator({ inUseShare: 0, inUseMeanH: 1 }, createRandom(9), startMs, wallTime);
  const charges = body.gauges.read("capacitorChargeCount");
  const startedAt: number[] = [];
  let before = body.duty.state;
  for (let nowMs = startMs; nowMs < startMs + 72 * H; nowMs += 30_000) {
    body.step(30_000, nowMs);
    if (body.duty.state === "self-test" && before !== "self-test") startedAt.push(nowMs);
    before = body.duty.state;
    if (startedAt.length === 1 && nowMs === (startedAt[0] ?? 0) + 300_000) {
      expect([body.duty.state, body.gauges.read("reportPending")]).toEqual(["standby", 1]);
    }
  }
  expect(startedAt).toHaveLength(3);
  for (const atMs of startedAt) expect(wallTime(atMs).hour).toBe(2);
  expect(body.gauges.read("capacitorChargeCount")).toBe(charges + 3);
  expect(body.gauges.read("selfTestAgeH")).toBeLessThan(24);
  expect(body.gauges.read("reportPending")).toBe(0);
});

test("readiness follows the self-test, the battery and the service date", () => {
  const body = new Defibrillator({ inUseShare: 0, inUseMeanH: 1 }, createRandom(9), 0, wallTime);
  const readinessWith = (metric: Parameters<typeof body.gauges.pin>[0], value: number): number => {
    body.gauges.pin("batteryHealthPct", 95);
    body.gauges.pin("serviceDue", 0);
    body.gauges.pin(metric, value);
    body.step(0, 1000);
    const readiness = body.gauges.read("readinessIndicator");
    body.gauges.pin(metric, null);
    return readiness;
  };
  expect(readinessWith("batteryHealthPct", 95)).toBe(1);
  expect(readinessWith("batteryHealthPct", 70)).toBe(2);
  expect(readinessWith("serviceDue", 1)).toBe(2);
  expect(readinessWith("selfTestPads", 1)).toBe(2);
  expect(readinessWith("selfTestCharge", 1)).toBe(3);
  expect(readinessWith("batteryChargePct", 5)).toBe(3);
});

test("a module tells a volume pushed by hand beside what it infuses, and one alarm for whatever is wrong", () => {
  const module = new DpsModule({ inUseShare: 1, inUseMeanH: 1000 }, createRandom(3));
  const { gauges } = module;
  for (const [metric, value] of Object.entries(CALM_PUMP)) gauges.pin(metric as keyof typeof CALM_PUMP, value);
  gauges.pin("infusionRateMlPerH", 0);
  const beforeMl = gauges.read("volumeInfusedMl");
  const rates = new Set<number>();
  for (let minute = 0; minute < 600; minute += 1) {
    module.step(H / 60);
    rates.add(gauges.read("bolusRateMlPerH"));
  }
  expect(rates).toEqual(new Set([0, 100]));
  expect(gauges.read("bolusVolumeMl")).toBeGreaterThan(0);
  expect(gauges.read("volumeInfusedMl") - beforeMl).toBeCloseTo(gauges.read("bolusVolumeMl"), 6);
  expect([gauges.read("unclassifiedAlarm"), gauges.read("pumpErrorCode"), gauges.read("pumpControl")]).toEqual([
    0, 0, 1,
  ]);
  for (const trouble of [{ technicalAlarm: 1 }, { linePressureMmHg: 450 }, { mainsPresent: 0 }]) {
    const [[metric, value] = ["", 0]] = Object.entries(trouble);
    gauges.pin(metric as keyof typeof CALM_PUMP, value);
    module.step(0);
    expect([metric, gauges.read("unclassifiedAlarm")]).toEqual([metric, 1]);
    gauges.pin(metric as keyof typeof CALM_PUMP, CALM_PUMP[metric as keyof typeof CALM_PUMP]);
  }
});
