import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "./random.ts";

const draw = (seed: number, count: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test("the same seed gives the same stream, another seed another", () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (seed) => {
      expect(draw(seed, 8)).toEqual(draw(seed, 8));
      expect(draw(seed, 8)).not.toEqual(draw((seed + 1) >>> 0, 8));
    }),
  );
});

test("a fork depends on its label, not on how far its parent has run", () => {
  const fresh = createRandom(7);
  const used = createRandom(7);
  for (let count = 0; count < 100; count += 1) used.next();
  expect(used.fork("vent-01").next()).toBe(fresh.fork("vent-01").next());
  expect(fresh.fork("vent-02").next()).not.toBe(fresh.fork("vent-01").next());
});

test("first draws of many forks are spread evenly", () => {
  const random = createRandom(20_261_122);
  const tenths = new Array<number>(10).fill(0);
  for (let index = 0; index < 20_000; index += 1) {
    const tenth = Math.floor(random.fork(`body defib-${index}`).fork("duty").next() * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // 2000 expected in each; five standard deviations are 212.
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(212);
});

test("gauss has mean 0 and deviation 1, integer reaches both ends", () => {
  const random = createRandom(3);
  const sample = Array.from({ length: 20_000 }, () => random.gauss());
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
  const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sample.length;
  expect(Math.abs(mean)).toBeLessThan(0.04);
  expect(Math.abs(variance - 1)).toBeLessThan(0.06);
  expect(new Set(Array.from({ length: 200 }, () => random.integer(2, 4)))).toEqual(new Set([2, 3, 4]));
});
