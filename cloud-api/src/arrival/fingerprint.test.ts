import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Counters, couldBeSame, knownByCounters } from "./fingerprint.ts";

const HOUR_MS = 3_600_000;
const WANTED: readonly MetricName[] = ["operatingTimeH", "batteryCycleCount"];
const counters = (operatingTimeH: number, batteryCycleCount: number, atMs = 0): Counters =>
  new Map([
    ["operatingTimeH", { value: operatingTimeH, atMs }],
    ["batteryCycleCount", { value: batteryCycleCount, atMs }],
  ]);

test("counters that went on as time did are the same device's", () => {
  expect(couldBeSame(counters(1_180, 412), counters(1_180, 412), WANTED)).toBe(true);
  expect(couldBeSame(counters(1_180, 412), counters(1_190, 413, 12 * HOUR_MS), WANTED)).toBe(true);
});

test.each([
  ["one that ran backwards", counters(1_180, 411)],
  ["hours that grew faster than time", counters(1_183, 412, HOUR_MS)],
  ["one that is not told", new Map([["operatingTimeH", { value: 1_180, atMs: 0 }]]) as Counters],
])("%s is no proof", (_, now) => {
  expect(couldBeSame(counters(1_180, 412), now, WANTED)).toBe(false);
});

test("a profile without counters proves nothing", () => {
  expect(couldBeSame(counters(1, 1), counters(1, 1), [])).toBe(false);
});

test("a number that fits two devices names neither", () => {
  const now = counters(1_181, 412, HOUR_MS);
  expect(knownByCounters(new Map([["a", counters(1_180, 412)]]), now, WANTED)).toBe("a");
  const twins = new Map([
    ["a", counters(1_180, 412)],
    ["b", counters(1_180.5, 412)],
  ]);
  expect(knownByCounters(twins, now, WANTED)).toBeNull();
  expect(knownByCounters(new Map([["a", counters(3, 900)]]), now, WANTED)).toBeNull();
});

test("whoever is named counted no further than now", () => {
  const any = fc.tuple(fc.nat(5_000), fc.nat(900), fc.nat(100 * HOUR_MS)).map(([h, n, at]) => counters(h, n, at));
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 3 }), any), any, (fleet, now) => {
      const candidates = new Map(Object.entries(fleet));
      const named = knownByCounters(candidates, now, WANTED);
      if (named === null) return true;
      return WANTED.every(
        (metric) => (candidates.get(named)?.get(metric)?.value ?? 0) <= (now.get(metric)?.value ?? -1),
      );
    }),
  );
});
