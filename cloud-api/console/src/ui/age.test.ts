import fc from "fast-check";
import { expect, test } from "vitest";
import { ageWords } from "./age.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

test.each([
  [0, "just now"],
  [-3_000, "just now"],
  [2_000, "2 s ago"],
  [59_999, "59 s ago"],
  [MINUTE_MS, "1 min ago"],
  [HOUR_MS - 1, "59 min ago"],
  [HOUR_MS, "1 h ago"],
  [47 * HOUR_MS, "47 h ago"],
  [48 * HOUR_MS, "2 d ago"],
])("%i ms read as %s", (ageMs, words) => {
  expect(ageWords(ageMs)).toBe(words);
});

test("an age is never told younger by a whole unit or more, and never older than it is", () => {
  const unitMs: Record<string, number> = { s: 1_000, min: MINUTE_MS, h: HOUR_MS, d: 24 * HOUR_MS };
  fc.assert(
    fc.property(fc.integer({ min: 2_000, max: 400 * 24 * HOUR_MS }), (ageMs) => {
      const [n, unit = ""] = ageWords(ageMs).split(" ");
      const toldMs = Number(n) * (unitMs[unit] ?? Number.NaN);
      expect(toldMs).toBeLessThanOrEqual(ageMs);
      expect(ageMs - toldMs).toBeLessThan(unitMs[unit] ?? 0);
    }),
  );
});
