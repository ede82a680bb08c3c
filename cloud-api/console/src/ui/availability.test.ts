import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClassCount } from "../api/types.ts";
import { barWords, countsOf } from "./availability.ts";

const none = { inUse: 0, ready: 0, toVerify: 0, blocked: 0, unknown: 0 };

test("a bar says how many there are and where they are, and leaves out what is none", () => {
  expect(barWords({ kind: "ventilator", have: 6, ...none, inUse: 3, ready: 2, blocked: 1 })).toBe(
    "6 ventilators: 3 in use, 2 ready, 1 blocked",
  );
  expect(barWords({ kind: "defibrillator", have: 1, ...none, unknown: 1 })).toBe("1 defibrillator: 1 unknown");
  expect(barWords({ kind: "imaging", have: 0, ...none })).toBe("0 imaging devices");
});

test("the numbers of a bar sum to what there is", () => {
  const five = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99));
  fc.assert(
    fc.property(five, ([inUse, ready, toVerify, blocked, unknown]) => {
      const have = inUse + ready + toVerify + blocked + unknown;
      const count: ClassCount = { kind: "infusion-pump", have, inUse, ready, toVerify, blocked, unknown };
      expect(Object.values(countsOf(count)).reduce((a, b) => a + b, 0)).toBe(have);
    }),
  );
});
