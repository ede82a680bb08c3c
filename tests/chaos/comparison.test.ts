/** The comparison itself, on books that are wrong in one way each: a count that cannot rise would prove nothing. */
import { expect, test } from "vitest";
import type { StoredReading } from "../support/ledger.ts";
import { type Evidence, reckon } from "./comparison.ts";

const MONO_LESS_MS = 1_000_000;
const IN_USE = 3;
const SAID_AT = [2_000, 4_000, 6_000, 8_000];

/** A row that tells, 20 ms after it was said, what the ventilator said at an instant. */
const row = (saidMs: number, metric: StoredReading["metric"] = "operatingState"): StoredReading => ({
  device: "vent",
  gateway: "gw",
  epoch: 1,
  sequence: saidMs,
  metric,
  monoMs: saidMs + 20 - MONO_LESS_MS,
  atMs: saidMs + 25,
  value: IN_USE,
});

const books = (change: Partial<Evidence> = {}) =>
  reckon({
    sinceMs: 1_000,
    untilMs: 9_000,
    words: SAID_AT.map((atMs) => ({ device: "vent", atMs, state: "in-use" })),
    stored: SAID_AT.flatMap((atMs) => [row(atMs), row(atMs, "deviceLink")]),
    wallLessMonoMs: MONO_LESS_MS,
    excuses: [],
    ...change,
  });
const states = SAID_AT.map((atMs) => row(atMs));
const RIGHT = {
  missing: [],
  said: 4,
  readings: 8,
  lost: 0,
  excused: 0,
  twice: 0,
  disordered: 0,
  liveAgeMs: 0,
  timeErrorMs: 5,
};

test("whole books are whole", () => {
  expect(books()).toEqual(RIGHT);
});

test("an answer without a row is lost, unless it is excused", () => {
  const stored = states.filter((_, index) => index !== 2);
  expect(books({ stored })).toMatchObject({ lost: 1, excused: 0 });
  const excuses = [{ fromMs: 5_500, untilMs: 6_500 }];
  expect(books({ stored, excuses })).toMatchObject({ lost: 0, excused: 1 });
});

test("a row that tells another state, or comes a poll later, is no row of an answer", () => {
  expect(books({ stored: states.map((one) => ({ ...one, value: IN_USE - 1 })) })).toMatchObject({ lost: 4 });
  expect(books({ stored: states.map((one) => ({ ...one, monoMs: one.monoMs + 1_950 })) })).toMatchObject({ lost: 4 });
  expect(books({ stored: states.map((one) => ({ ...one, device: "other" })) })).toMatchObject({ lost: 4 });
});

test("a row that is there twice counts as that, whatever batch it came with", () => {
  const again = { ...row(4_000, "deviceLink"), sequence: 9_999, epoch: 2 };
  expect(books({ stored: [...states, row(4_000, "deviceLink"), again] })).toMatchObject({ twice: 1 });
  const otherTime = { ...row(8_000), monoMs: row(8_000).monoMs + 100 };
  expect(books({ stored: [...states, otherTime] })).toMatchObject({ twice: 1, lost: 0 });
});

test("a time that falls in the order of the store is out of order", () => {
  expect(books({ stored: states.toReversed() })).toMatchObject({ disordered: 3, lost: 0, twice: 0 });
});

test("an answer that a busy machine reads late is no other one's", () => {
  const late = states.map((one, index) => (index === 1 ? { ...one, monoMs: one.monoMs + 1_500 } : one));
  expect(books({ stored: late })).toMatchObject({ lost: 0, twice: 0 });
  // The next question comes early after it, and its answer lies within the time of the late one.
  const words = [2_000, 4_000, 5_600].map((atMs) => ({ device: "vent", atMs, state: "in-use" }));
  expect(books({ words, stored: [row(2_000), row(4_000), row(5_600)] })).toMatchObject({ lost: 0, twice: 0 });
  expect(books({ words, stored: [row(2_000), row(5_600)] })).toMatchObject({ lost: 1, twice: 0 });
});

test("what was said before or after the time that is compared counts neither way", () => {
  expect(books({ sinceMs: 4_500, untilMs: 7_000, stored: states })).toMatchObject({ said: 1, lost: 0, readings: 1 });
});
