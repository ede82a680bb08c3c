import fc from "fast-check";
import { expect, test } from "vitest";
import { nextPoll, type PlannedPoll, planOf, rescheduled } from "./poll-plan.ts";

const poll = (change: Partial<PlannedPoll> = {}): PlannedPoll => ({
  unit: "1",
  poll: "status",
  everyMs: 2_000,
  dueMs: 10_000,
  failures: 0,
  ...change,
});
const noJitter = () => 0;

/** When a unit that never answers is asked, each attempt taking so long. */
function attempts(count: number, costMs: number): number[] {
  let planned = poll({ dueMs: 0 });
  return Array.from({ length: count }, () => {
    const at = planned.dueMs;
    planned = rescheduled(planned, false, at + costMs, noJitter);
    return at;
  });
}

test("no poll comes faster than the floor, and the first ones are spread over their interval", () => {
  const plan = planOf([{ unit: "1", poll: "fast", everyMs: 5 }], 100, () => 0.5);
  expect(plan).toEqual([{ unit: "1", poll: "fast", everyMs: 1_000, dueMs: 600, failures: 0 }]);
});

test("a poll that answers keeps its rhythm, and skips what it missed", () => {
  expect(rescheduled(poll(), true, 10_700, noJitter).dueMs).toBe(12_000);
  expect(rescheduled(poll(), true, 15_000, noJitter).dueMs).toBe(16_000);
});

test("two failures are known within three intervals, time-outs counted", () => {
  // The last good answer came just before the poll at 0 would have; each attempt lasts the whole time-out.
  const [, second = Number.NaN] = attempts(2, 1_900);
  expect(second + 1_900).toBeLessThan(3 * 2_000);
});

test("a young loss is retried within three intervals, an old one once a minute", () => {
  const at = attempts(40, 1_000);
  const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0) - 1_000);
  expect(Math.max(...gaps.slice(0, 12))).toBeLessThanOrEqual(6_000);
  expect(gaps.at(-1)).toBe(60_000);
});

test("an answer ends the back-off at once", () => {
  expect(rescheduled(poll({ failures: 30 }), true, 10_100, noJitter)).toMatchObject({ failures: 0, dueMs: 12_000 });
});

test("of the polls due, one that answers goes before one that does not", () => {
  const dead = poll({ unit: "dead", dueMs: 1, failures: 5 });
  const well = poll({ unit: "well", dueMs: 900 });
  expect(nextPoll([dead, well], 1_000)?.unit).toBe("well");
  expect(nextPoll([dead, well], 500)?.unit).toBe("dead");
  expect(nextPoll([poll({ unit: "b", dueMs: 30 }), poll({ unit: "a", dueMs: 20 })], 10)?.unit).toBe("a");
  expect(nextPoll([], 10)).toBeNull();
});

test("the next time is always ahead, and never beyond a minute and an interval", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 120_000 }),
      fc.nat({ max: 100 }),
      fc.nat({ max: 100_000 }),
      fc.boolean(),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (everyMs, failures, lateMs, answered, chance) => {
        const before = poll({ everyMs, failures });
        const nowMs = before.dueMs + lateMs;
        const { dueMs } = rescheduled(before, answered, nowMs, () => chance);
        return dueMs > nowMs && dueMs - nowMs <= Math.max(60_000, everyMs * 3);
      },
    ),
  );
});
