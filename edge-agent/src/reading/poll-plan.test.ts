import fc from "fast-check";
import { expect, test } from "vitest";
import { type Attempt, type PlannedPoll, type Poll, PollPlan } from "./poll-plan.ts";

const poll = (change: Partial<Poll> = {}): Poll => ({
  unit: "1",
  poll: "status",
  everyMs: 2_000,
  priority: 0,
  ...change,
});
/** No spread, so that every poll is due at once and no back-off is shortened. */
const none = () => 0;

interface Asked {
  unit: string;
  poll: string;
  dueMs: number;
  startedMs: number;
  endedMs: number;
}

/** Runs a plan without a line: each attempt costs a time and comes to something, until the time is over. */
function run(
  polls: readonly Poll[],
  answer: (asked: PlannedPoll, atMs: number) => { costMs: number; attempt: Attempt },
  {
    forMs,
    chance = none,
    before = () => {},
  }: { forMs: number; chance?: () => number; before?: (plan: PollPlan, nowMs: number) => void },
): Asked[] {
  const plan = new PollPlan(polls, 0, chance);
  const asked: Asked[] = [];
  let nowMs = 0;
  for (;;) {
    before(plan, nowMs);
    const next = plan.next(nowMs);
    if (next === null) return asked;
    const dueMs = next.turnMs;
    const startedMs = Math.max(nowMs, dueMs);
    if (startedMs > forMs) return asked;
    const { costMs, attempt } = answer(next, startedMs);
    nowMs = startedMs + costMs;
    plan.ended(next, attempt, { startedMs, nowMs });
    asked.push({ unit: next.unit, poll: next.poll, dueMs, startedMs, endedMs: nowMs });
  }
}
const well = { costMs: 50, attempt: "answered" } as const;
const dead = { costMs: 900, attempt: "silent" } as const;
const starts = (asked: readonly Asked[], unit: string, name = "status") =>
  asked.filter((each) => each.unit === unit && each.poll === name).map(({ startedMs }) => startedMs);
const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

test("the first polls are spread over their interval, and a poll that answers keeps its rhythm", () => {
  const first = new PollPlan([poll()], 100, () => 0.5).next(0);
  expect(first?.turnMs).toBe(1_100);
  expect(
    starts(
      run([poll()], () => well, { forMs: 8_000 }),
      "1",
    ),
  ).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
});

test("a line that lags behind skips what it missed", () => {
  const late = (_: PlannedPoll, atMs: number) => ({ costMs: atMs === 0 ? 5_000 : 50, attempt: "answered" }) as const;
  expect(starts(run([poll()], late, { forMs: 9_000 }), "1")).toEqual([0, 6_000, 8_000]);
});

test("no poll is asked more often than once a second, whatever its profile says and whatever it comes to", () => {
  const attempt = fc.constantFrom<Attempt>("answered", "refused", "silent");
  const outcome = fc.record({ costMs: fc.integer({ min: 1, max: 1_500 }), attempt });
  const wish = fc.record({ everyMs: fc.integer({ min: -10, max: 3_000 }), priority: fc.nat({ max: 9 }) });
  fc.assert(
    fc.property(fc.array(wish, { minLength: 1, maxLength: 8 }), fc.infiniteStream(outcome), (wishes, outcomes) => {
      const polls = wishes.map((each, index) => poll({ ...each, unit: String(index % 3), poll: `poll ${index}` }));
      const asked = run(polls, () => outcomes.next().value, { forMs: 60_000 });
      expect(asked.length).toBeGreaterThan(0);
      for (const { unit, poll: name } of polls) {
        expect(Math.min(Number.POSITIVE_INFINITY, ...gaps(starts(asked, unit, name)))).toBeGreaterThanOrEqual(1_000);
      }
    }),
    { numRuns: 50 },
  );
});

test("another pace is kept from the last rhythm on, and given up again the rhythm is the one of before", () => {
  const paces = [2_000, 2_000, 3_000, 3_000, 2_000, 2_000];
  const asked = run([poll()], () => well, { forMs: 13_000, before: (plan) => plan.pace(() => paces.shift() ?? 2_000) });
  expect(starts(asked, "1")).toEqual([0, 2_000, 5_000, 8_000, 10_000, 12_000]);
});

test.each(["silent", "refused"] as const)(
  "a long loss (%s) is retried no sooner because the pace has changed",
  (attempt) => {
    let slow = false;
    const asked = run([poll()], () => ({ costMs: 900, attempt }), {
      forMs: 1_500_000,
      before: (plan, nowMs) => {
        if (nowMs < 900_000) return;
        slow = !slow;
        plan.pace(() => (slow ? 30_000 : 1_000));
      },
    });
    const late = starts(asked, "1").filter((startedMs) => startedMs > 900_000);
    expect(Math.min(...gaps(late))).toBeGreaterThan(60_000);
  },
);

test("no pace, however often it changes, asks a poll more than once a second", () => {
  const wish = fc.integer({ min: -10, max: 5_000 });
  const outcome = fc.record({
    costMs: fc.integer({ min: 1, max: 1_500 }),
    attempt: fc.constantFrom<Attempt>("answered", "refused", "silent"),
  });
  fc.assert(
    fc.property(fc.infiniteStream(wish), fc.infiniteStream(outcome), (wishes, outcomes) => {
      const polls = ["1", "2", "3"].map((name) => poll({ poll: name, unit: name === "3" ? "2" : "1" }));
      const asked = run(polls, () => outcomes.next().value, {
        forMs: 60_000,
        before: (plan) => plan.pace(() => wishes.next().value),
      });
      expect(asked.length).toBeGreaterThan(0);
      for (const { unit, poll: name } of polls) {
        expect(Math.min(Number.POSITIVE_INFINITY, ...gaps(starts(asked, unit, name)))).toBeGreaterThanOrEqual(1_000);
      }
    }),
    { numRuns: 50 },
  );
});

test("of the polls due the lowest priority number goes first, then the longest due", () => {
  const polls = [
    poll({ poll: "trend", everyMs: 10_000, priority: 1 }),
    poll({ unit: "2", poll: "trend", everyMs: 10_000, priority: 1 }),
    poll({ poll: "state" }),
    poll({ unit: "2", poll: "state" }),
  ];
  const asked = run(polls, () => well, { forMs: 60 });
  expect(asked.map((each) => `${each.poll} of ${each.unit}`)).toEqual(["state of 1", "state of 2"]);
});

test("on a line that is never idle a poll of low priority waits for one of its intervals, and not for ever", () => {
  const states = Array.from({ length: 5 }, (_, index) => poll({ unit: String(index), poll: "state" }));
  const trend = poll({ unit: "0", poll: "trend", everyMs: 10_000, priority: 1 });
  const asked = run([...states, trend], () => ({ ...well, costMs: 500 }), { forMs: 120_000 });
  const trends = asked.filter(({ poll: name }) => name === "trend");
  expect(trends.length).toBeGreaterThan(4);
  for (const { dueMs, startedMs } of trends) expect(startedMs - dueMs).toBeLessThanOrEqual(10_000 + 5 * 500);
});

test("two failures are known within three intervals, time-outs counted", () => {
  // The last good answer came just before the poll at 0 would have; each attempt lasts the whole time-out.
  const [, second] = run([poll()], () => ({ ...dead, costMs: 1_900 }), { forMs: 10_000 });
  expect(second?.endedMs).toBeLessThan(3 * 2_000);
});

test.each(["silent", "refused"] as const)(
  "a young loss (%s) is retried within three intervals, an old one once a minute",
  (attempt) => {
    const asked = run([poll()], () => ({ costMs: 900, attempt }), { forMs: 1_000_000 });
    const pauses = asked.slice(1).map(({ startedMs }, index) => startedMs - (asked[index]?.endedMs ?? 0));
    expect(Math.max(...pauses.slice(0, 12))).toBeLessThanOrEqual(6_000);
    expect(pauses.at(-1)).toBe(60_000);
  },
);

test("units that died together are not all asked at the same instant later", () => {
  const random = fc.sample(fc.double({ min: 0, max: 0.999, noNaN: true }), { numRuns: 500, seed: 1 });
  const chance = () => random.pop() ?? 0.5;
  const units = ["1", "2", "3", "4"];
  const asked = run(
    units.map((unit) => poll({ unit })),
    () => ({ ...dead, costMs: 1 }),
    { forMs: 600_000, chance },
  );
  const last = units.map((unit) => starts(asked, unit).at(-1));
  expect(new Set(last).size).toBe(units.length);
});

test("a unit that is gone is asked one poll at a time, and all that it missed as soon as it is back", () => {
  const polls = [poll({ poll: "state" }), poll({ poll: "trend", everyMs: 10_000, priority: 1 })];
  const asked = run(polls, (_, atMs) => (atMs < 300_000 ? dead : well), { forMs: 400_000 });
  const goneAt = asked
    .filter(({ startedMs }) => startedMs > 150_000 && startedMs < 300_000)
    .map(({ startedMs }) => startedMs);
  expect(Math.min(...gaps(goneAt))).toBeGreaterThan(50_000);
  const [back, next] = asked.filter(({ startedMs }) => startedMs >= 300_000);
  expect(back?.startedMs).toBeLessThan(361_000);
  expect(next?.startedMs).toBe(back?.endedMs);
  expect(next?.poll).not.toBe(back?.poll);
});

test("who is back is asked at once for what it tells once an hour, too: nothing of it is known any more", () => {
  const polls = [poll({ poll: "state" }), poll({ poll: "hourly", everyMs: 3_600_000, priority: 1 })];
  const away = (atMs: number) => atMs > 10_000 && atMs < 60_000;
  const asked = run(polls, (_, atMs) => (away(atMs) ? dead : well), { forMs: 100_000 });
  const [back, next] = asked.filter(({ startedMs }) => startedMs >= 60_000);
  expect([back?.poll, next?.poll]).toEqual(["state", "hourly"]);
  expect(next?.startedMs).toBe(back?.endedMs);
});

test("a poll that alone stays silent costs the other polls of its unit no interval", () => {
  const polls = [poll({ poll: "state" }), poll({ poll: "odd", everyMs: 4_000, priority: 1 })];
  const asked = run(polls, ({ poll: name }) => (name === "odd" ? dead : well), { forMs: 200_000 });
  expect(starts(asked, "1", "state")).toHaveLength(101);
  expect(starts(asked, "1", "odd").length).toBeLessThan(25);
});

test("after a silence the unit rests for half an interval, so that a late reply meets no other request", () => {
  const polls = [poll({ poll: "state" }), poll({ poll: "trend", everyMs: 10_000, priority: 1 })];
  const [first, second] = run(polls, () => dead, { forMs: 10_000 });
  expect((second?.startedMs ?? 0) - (first?.endedMs ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test("a dead unit among many delays no neighbour by more than one time-out", () => {
  const unit = fc.record({ everyMs: fc.integer({ min: 1_000, max: 10_000 }), priority: fc.nat({ max: 2 }) });
  fc.assert(
    fc.property(
      fc.array(unit, { minLength: 2, maxLength: 20 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (units, chance) => {
        const polls = units.map((each, index) => poll({ ...each, unit: String(index) }));
        const asked = run(polls, ({ unit: name }) => (name === "0" ? dead : { ...well, costMs: 5 }), {
          forMs: 120_000,
          chance: () => chance,
        });
        const lost = asked.filter(({ unit: name }) => name === "0");
        for (const { unit: name, dueMs, startedMs } of asked) {
          if (name === "0") continue;
          const waitedForDeadMs = lost.reduce(
            (sum, attempt) =>
              sum + Math.max(0, Math.min(startedMs, attempt.endedMs) - Math.max(dueMs, attempt.startedMs)),
            0,
          );
          expect(waitedForDeadMs).toBeLessThanOrEqual(dead.costMs);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test("of the polls due one that answers goes before any that does not", () => {
  const polls = [poll({ unit: "dead" }), poll({ unit: "gone" }), poll({ unit: "well" })];
  const asked = run(polls, ({ unit }) => (unit === "well" ? well : dead), { forMs: 120_000 });
  // Who will answer is not known before everyone was asked once.
  for (const each of asked.filter(({ unit, dueMs }) => unit === "well" && dueMs > 0)) {
    expect(each.startedMs - each.dueMs).toBeLessThanOrEqual(dead.costMs);
  }
});

test("a line that is never idle still finds who came back", () => {
  const busy = Array.from({ length: 10 }, (_, index) => poll({ unit: `busy ${index}` }));
  const asked = run(
    [...busy, poll({ unit: "dead" })],
    ({ unit }) => (unit === "dead" ? dead : { ...well, costMs: 300 }),
    {
      forMs: 600_000,
    },
  );
  expect(starts(asked, "dead").length).toBeGreaterThan(9);
});

test("a line without polls has nothing to ask", () => {
  expect(new PollPlan([], 0, none).next(10)).toBeNull();
});
