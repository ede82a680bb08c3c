import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Outbox, type OutboxLimits } from "./outbox.ts";
import { SafeOutbox } from "./safe-outbox.ts";

let dir = "";
const opened: { close(): void }[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "wardtwin-outbox-"));
});
afterEach(() => {
  for (const outbox of opened.splice(0)) outbox.close();
  rmSync(dir, { recursive: true });
});

const body = (text: string) => new TextEncoder().encode(text);
const numbers = (outbox: Pick<Outbox, "waiting">, nowMs = 0) =>
  outbox.waiting(nowMs, 1_000).map(({ epoch, sequence, lane }) => `${epoch}/${sequence} ${lane}`);

function open(limits?: OutboxLimits): Outbox {
  const outbox = new Outbox(join(dir, "outbox.sqlite"), () => "made-once", limits);
  opened.push(outbox);
  return outbox;
}
function reopen(outbox: Outbox, limits?: OutboxLimits): Outbox {
  opened.splice(opened.indexOf(outbox), 1);
  outbox.close();
  return open(limits);
}

test("sequences count from 1 in each epoch, epochs count the starts, and the id stays", () => {
  const first = open();
  expect([first.epoch, first.append(body("a"), 0), first.append(body("b"), 0)]).toEqual([1, 1, 2]);
  const second = reopen(first);
  expect([second.epoch, second.append(body("c"), 0), second.id]).toEqual([2, 1, "made-once"]);
});

test("a batch survives the end of the agent, byte for byte, as backlog of its own epoch", () => {
  const first = open();
  first.append(body("kept"), 0);
  const second = reopen(first);
  second.append(body("new"), 0);
  expect(numbers(second)).toEqual(["2/1 live", "1/1 backlog"]);
  expect(second.body({ epoch: 1, sequence: 1 })).toEqual(body("kept"));
  expect(second.stock).toEqual({ batches: 2, bytes: 7, dropped: 0 });
});

test("live goes first and grows old; backlog goes from the oldest on", () => {
  const outbox = open();
  outbox.append(body("a"), 0);
  outbox.append(body("b"), 20_000);
  outbox.append(body("c"), 40_000);
  expect(numbers(outbox, 40_000)).toEqual(["1/2 live", "1/3 live", "1/1 backlog"]);
  expect(outbox.waiting(40_000, 1)).toEqual([{ epoch: 1, sequence: 2, lane: "live" }]);
  expect(numbers(outbox, 90_000)).toEqual(["1/1 backlog", "1/2 backlog", "1/3 backlog"]);
});

test("exactly the acknowledged sequences of their epoch are forgotten", () => {
  const range = fc
    .tuple(fc.integer({ min: 1, max: 24 }), fc.nat({ max: 6 }))
    .map(([from, more]) => [from, from + more] as [number, number]);
  const file = { n: 0 };
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), fc.constantFrom(1, 2), (ranges, epoch) => {
      const outbox = new Outbox(join(dir, `${file.n++}.sqlite`), () => "id");
      for (let sequence = 1; sequence <= 20; sequence++) outbox.append(body("x"), 0);
      outbox.forget(epoch, ranges);
      const left = outbox.waiting(0, 100).map(({ sequence }) => sequence);
      const stock = outbox.stock.batches;
      outbox.close();
      const kept = (sequence: number) =>
        epoch !== 1 || !ranges.some(([from, to]) => sequence >= from && sequence <= to);
      expect(left).toEqual(Array.from({ length: 20 }, (_, index) => index + 1).filter(kept));
      expect(stock).toBe(left.length);
    }),
    { numRuns: 40 },
  );
});

test("a later epoch of the cloud moves all that is kept beyond it, in the same order and under no old number", () => {
  const first = open();
  first.append(body("oldest"), 0);
  const second = reopen(first);
  second.append(body("older"), 0);
  const third = reopen(second);
  third.append(body("new"), 0);
  expect(third.raiseEpoch(9)).toBe(true);
  expect(third.epoch).toBe(11);
  expect(numbers(third, 60_000)).toEqual(["9/1 backlog", "10/1 backlog", "11/1 backlog"]);
  expect(third.append(body("next"), 60_000)).toBe(2);
  expect(third.raiseEpoch(9)).toBe(false);
  expect(reopen(third).epoch).toBe(12);
});

test("beyond its cap the oldest is dropped, and counted for good", () => {
  const limits = { batches: 3, bytes: 100 };
  const outbox = open(limits);
  for (let n = 0; n < 5; n++) outbox.append(body("0123456789"), 0);
  expect(numbers(outbox)).toEqual(["1/3 live", "1/4 live", "1/5 live"]);
  outbox.append(body("x".repeat(95)), 0);
  expect(numbers(outbox)).toEqual(["1/6 live"]);
  expect(reopen(outbox, limits).stock).toEqual({ batches: 1, bytes: 95, dropped: 5 });
});

test("a damaged file is moved aside and reported, and a new outbox takes its place", () => {
  writeFileSync(join(dir, "outbox.sqlite"), "this is no database, and was not one yesterday".repeat(100));
  const errors: string[] = [];
  const log = { info() {}, warn() {}, debug() {}, error: (_: object, message: string) => errors.push(message) };
  const clock = { monoMs: () => 0, wallMs: () => 1_700, zoneOffsetMs: () => 0, bootId: "boot" };
  // The cast stands in for pino's many call signatures.
  const outbox = new SafeOutbox(dir, { clock, random: { unit: () => 0, id: () => "new-id" }, log: log as never });
  opened.push(outbox);
  outbox.append(body("goes on"));
  expect(outbox.waiting(10)).toHaveLength(1);
  expect(errors.join()).toMatch(/damaged/);
  expect(readdirSync(dir)).toContain("outbox.sqlite.damaged-1700");
});
