import fc from "fast-check";
import { expect, test } from "vitest";
import { betterOffset, type CloudOffset } from "./cloud-offset.ts";

const MINUTE_MS = 60_000;

/** An exchange with a cloud whose clock is `offsetMs` ahead, with these times on the way there and back. */
const exchange = (offsetMs: number, askedMonoMs: number, thereMs: number, backMs: number) => ({
  askedMonoMs,
  answeredMonoMs: askedMonoMs + thereMs + backMs,
  cloudMs: askedMonoMs + thereMs + offsetMs,
});

test("an answer that was held up does not move a better offset from before", () => {
  const good = betterOffset(null, exchange(1_000_000, 0, 2, 2));
  expect(good.offsetMs).toBe(1_000_000);
  expect(betterOffset(good, exchange(1_000_000, 5 * MINUTE_MS, 10, 1_500))).toBe(good);
});

test("a quicker answer, or one from before that is old, gives way", () => {
  const slow = betterOffset(null, exchange(1_000_000, 0, 10, 1_500));
  expect(betterOffset(slow, exchange(1_000_000, MINUTE_MS, 3, 3)).offsetMs).toBe(1_000_000);
  const good = betterOffset(null, exchange(0, 0, 2, 2));
  const dayLaterMs = 24 * 60 * MINUTE_MS;
  expect(betterOffset(good, exchange(3_000, dayLaterMs, 50, 50)).offsetMs).toBe(3_000);
});

test("a clock that was set is followed at once, however slow the answer", () => {
  const good = betterOffset(null, exchange(0, 0, 2, 2));
  expect(betterOffset(good, exchange(3_600_000, MINUTE_MS, 100, 900)).offsetMs).toBe(3_600_000 - 400);
});

test("with a steady cloud the offset is never further from the truth than it says, and never worse than the best of the last minutes", () => {
  const delay = fc.double({ min: 0, max: 5_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(delay, delay), { minLength: 1, maxLength: 20 }), (trips) => {
      let held: CloudOffset | null = null;
      let bestMs = Number.POSITIVE_INFINITY;
      trips.forEach(([thereMs, backMs], at) => {
        held = betterOffset(held, exchange(7, at * MINUTE_MS, thereMs, backMs));
        bestMs = Math.min(bestMs, (thereMs + backMs) / 2);
        const wrongByMs = Math.abs(held.offsetMs - 7);
        expect(wrongByMs).toBeLessThanOrEqual(held.uncertaintyMs + 1e-6);
        // Twenty minutes of drift are 120 ms, and a minute's answer 10 s.
        expect(held.uncertaintyMs).toBeLessThanOrEqual(bestMs + 130);
      });
    }),
  );
});
