import fc from "fast-check";
import { expect, test } from "vitest";
import { wallClock } from "../clock.ts";
import { createRandom } from "../random.ts";
import { Mri } from "./mri.ts";

const H = 3_600_000;
const NOON_MS = Date.UTC(2026, 10, 22, 11);
const wallTime = wallClock("Europe/Berlin");
const idle = (seed: number): Mri => new Mri({ inUseShare: 0, inUseMeanH: 1 }, createRandom(seed), NOON_MS, wallTime);
const busy = (seed: number): Mri =>
  new Mri({ inUseShare: 0.5, inUseMeanH: 0.5 }, createRandom(seed), NOON_MS, wallTime);

/** The mean of the cold head over an hour, so that its wandering does not count. */
function coldHeadK(body: Mri): number {
  const sample = Array.from({ length: 120 }, () => {
    body.step(30_000, NOON_MS);
    return body.gauges.read("coldHeadTemperatureK");
  });
  return sample.reduce((sum, value) => sum + value, 0) / sample.length;
}

test("two scanners of one seed live the same life, within what their wire can carry", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 300 * H }), { maxLength: 8 }), (seed, steps) => {
      const lives = [1, 2].map(() => {
        const body = busy(seed);
        let nowMs = NOON_MS;
        for (const step of steps) {
          nowMs += step;
          body.step(step, nowMs);
        }
        return body;
      });
      const [one, other] = lives.map((body) => [body.duty.state, body.gauges.snapshot()]);
      expect(one).toEqual(other);
      for (const [metric, range] of Object.entries(lives[0]?.gauges.ranges ?? {})) {
        const value = lives[0]?.gauges.get(metric as "heliumLevelPct");
        expect(value !== undefined && value >= range[0] && value <= range[1]).toBe(true);
      }
    }),
  );
});

test("every scanner starts within what the layout calls normal, and is ready", () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const { gauges } = idle(seed);
    expect(gauges.read("coldHeadTemperatureK")).toBeGreaterThan(3.8);
    expect(gauges.read("coldHeadTemperatureK")).toBeLessThan(4.5);
    expect([0, 4]).toContain(gauges.read("deviceHealth"));
    expect(
      ["magnetAtField", "technicalAlarm", "chillerAlarm"].map((name) => gauges.read(name as "chillerAlarm")),
    ).toEqual([1, 0, 0]);
  }
});

test("the older its cold head, the warmer it is: at 10,000 h within the normal range, at 24,000 h out of it and off specification", () => {
  const body = idle(3);
  const warmth = [1_000, 10_000, 20_000, 24_000].map((runTimeH) => {
    body.gauges.pin("coldHeadRunTimeH", runTimeH);
    return coldHeadK(body);
  });
  expect(warmth).toEqual(warmth.toSorted((a, b) => a - b));
  expect(warmth[1]).toBeLessThan(4.2);
  expect(warmth[3]).toBeGreaterThan(4.6);
  expect([body.gauges.read("deviceHealth"), body.gauges.read("technicalAlarm")]).toEqual([3, 1]);
});

test("a cold head that no longer holds the helium's boiling point loses helium, a good one none", () => {
  const body = idle(4);
  body.gauges.pin("coldHeadTemperatureK", 4.1);
  const full = body.gauges.read("heliumLevelPct");
  body.step(100 * H, NOON_MS);
  expect(body.gauges.read("heliumLevelPct")).toBe(full);
  body.gauges.pin("coldHeadTemperatureK", 4.7);
  body.step(100 * H, NOON_MS);
  expect(full - body.gauges.read("heliumLevelPct")).toBeCloseTo(5, 6);
});

test("when the chiller trips, water stops, the cold head warms and nothing is counted as run; afterwards it recovers", () => {
  const body = idle(5);
  body.gauges.pin("chillerAlarm", 1);
  const runBeforeH = body.gauges.read("compressorRunTimeH");
  const beforeK = body.gauges.read("coldHeadTemperatureK");
  body.step(H, NOON_MS);
  expect(body.gauges.read("chillerFlowLPerMin")).toBe(0);
  expect(body.gauges.read("coldHeadTemperatureK")).toBeGreaterThan(beforeK + 5);
  expect(body.gauges.read("compressorRunTimeH")).toBe(runBeforeH);
  expect([body.gauges.read("technicalAlarm"), body.gauges.read("deviceHealth")]).toEqual([1, 3]);
  body.gauges.pin("chillerAlarm", null);
  for (let count = 0; count < 24; count += 1) body.step(H / 2, NOON_MS);
  expect(body.gauges.read("coldHeadTemperatureK")).toBeLessThan(beforeK + 0.1);
  expect(body.gauges.read("compressorRunTimeH")).toBeGreaterThan(runBeforeH);
});

test("with its coil uncovered the magnet quenches and stays down, which is a failure", () => {
  const body = idle(6);
  body.gauges.pin("heliumLevelPct", 20);
  body.step(0, NOON_MS);
  body.gauges.pin("heliumLevelPct", null);
  body.step(H, NOON_MS);
  expect([body.gauges.read("magnetAtField"), body.gauges.read("deviceHealth")]).toEqual([0, 1]);
});

test("each examination that ends counts once", () => {
  const body = busy(7);
  body.duty.hold("standby");
  body.step(0, NOON_MS);
  const before = body.gauges.read("examinationCount");
  for (let count = 0; count < 3; count += 1) {
    body.duty.hold("in-use");
    body.step(60_000, NOON_MS);
    body.step(60_000, NOON_MS);
    body.duty.hold("standby");
    body.step(60_000, NOON_MS);
  }
  expect(body.gauges.read("examinationCount")).toBe(before + 3);
});

test("a scanner measures its phantom once each morning at six on the wall, and says that it checks itself", () => {
  const body = idle(8);
  const startedAt: number[] = [];
  let before = body.duty.state;
  for (let nowMs = NOON_MS; nowMs < NOON_MS + 72 * H; nowMs += 60_000) {
    body.step(60_000, nowMs);
    if (body.duty.state === "self-test" && before !== "self-test") {
      startedAt.push(nowMs);
      expect(body.gauges.read("deviceHealth")).toBe(2);
    }
    before = body.duty.state;
    if (nowMs === (startedAt.at(-1) ?? 0) + 10 * 60_000) expect(body.duty.state).toBe("standby");
  }
  expect(startedAt).toHaveLength(3);
  for (const atMs of startedAt) expect(wallTime(atMs).hour).toBe(6);
});
