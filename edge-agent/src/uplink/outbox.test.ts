import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Clock } from "../clock.ts";
import { OUTBOX_LIMITS, Outbox, type OutboxLimits } from "./outbox.ts";
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
  expect(second.stock).toMatchObject({ waiting: 2, bytes: 7, dropped: 0 });
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

test("exactly the acknowledged sequences of their epoch wait no more, and all are kept", () => {
  const range = fc
    .tuple(fc.integer({ min: 1, max: 24 }), fc.nat({ max: 6 }))
    .map(([from, more]) => [from, from + more] as [number, number]);
  const file = { n: 0 };
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), fc.constantFrom(1, 2), (ranges, epoch) => {
      const outbox = new Outbox(join(dir, `${file.n++}.sqlite`), () => "id");
      for (let sequence = 1; sequence <= 20; sequence++) outbox.append(body("x"), 0);
      const marked = outbox.acknowledge(epoch, ranges, 0);
      const left = outbox.waiting(0, 100).map(({ sequence }) => sequence);
      const { waiting, acknowledged } = outbox.stock;
      outbox.close();
      const kept = (sequence: number) =>
        epoch !== 1 || !ranges.some(([from, to]) => sequence >= from && sequence <= to);
      expect(left).toEqual(Array.from({ length: 20 }, (_, index) => index + 1).filter(kept));
      expect({ waiting, acknowledged }).toEqual({ waiting: left.length, acknowledged: 20 - left.length });
      expect(marked).toBe(acknowledged);
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
  const limits = { ...OUTBOX_LIMITS, batches: 3, bytes: 100 };
  const outbox = open(limits);
  for (let n = 0; n < 5; n++) outbox.append(body("0123456789"), 0);
  expect(numbers(outbox)).toEqual(["1/3 live", "1/4 live", "1/5 live"]);
  outbox.append(body("x".repeat(95)), 0);
  expect(numbers(outbox)).toEqual(["1/6 live"]);
  expect(reopen(outbox, limits).stock).toMatchObject({ waiting: 1, bytes: 95, dropped: 5 });
});

const HOUR_MS = 3_600_000;

test("an acknowledged batch is kept for 26 hours of the agent's time, whatever starts lie between, and then goes a few at a time", () => {
  const first = open();
  for (let n = 0; n < 40; n++) first.append(body("x"), 0);
  first.acknowledge(1, [[1, 40]], 1_000);
  first.append(body("y"), 20 * HOUR_MS);
  // Another boot: monotonic time begins anew, the outbox's own goes on.
  const second = reopen(first);
  second.append(body("z"), 50);
  second.append(body("z"), 5 * HOUR_MS);
  expect(second.stock).toMatchObject({ acknowledged: 40, waiting: 3 });
  expect(second.body({ epoch: 1, sequence: 40 })).toEqual(body("x"));
  const left = [0, 1, 2, 3, 4, 5].map((n) => {
    second.append(body("z"), 7 * HOUR_MS + n);
    return second.stock.acknowledged;
  });
  expect(left).toEqual([32, 24, 16, 8, 0, 0]);
  expect(second.stock.dropped).toBe(0);
});

test("what is acknowledged makes room before anything that is not, and nobody counts it as dropped", () => {
  const outbox = open({ ...OUTBOX_LIMITS, bytes: 50 });
  for (let n = 0; n < 5; n++) outbox.append(body("0123456789"), n);
  outbox.acknowledge(1, [[2, 3]], 10);
  outbox.append(body("0123456789"), 20);
  expect(outbox.stock).toMatchObject({ waiting: 4, acknowledged: 1, dropped: 0 });
  outbox.append(body("0123456789"), 20);
  outbox.append(body("0123456789"), 20);
  expect(numbers(outbox, 20)).toEqual(["1/4 live", "1/5 live", "1/6 live", "1/7 live", "1/8 live"]);
  expect(outbox.stock).toEqual({
    waiting: 5,
    acknowledged: 0,
    quarantined: 0,
    bytes: 50,
    unacknowledgedBytes: 50,
    thinned: 0,
    dropped: 1,
  });
});

test("what is in quarantine is kept and not sent, whatever its age, until the next start tries it once more", () => {
  const first = open();
  for (const text of ["a", "b", "c"]) first.append(body(text), 0);
  first.quarantine({ epoch: 1, sequence: 1 });
  first.quarantine({ epoch: 1, sequence: 2 });
  first.append(body("d"), 100 * HOUR_MS);
  expect(numbers(first, 100 * HOUR_MS)).toEqual(["1/4 live"]);
  expect(first.stock).toMatchObject({ waiting: 1, quarantined: 2, dropped: 1 });
  const second = reopen(first);
  second.append(body("e"), 0);
  expect(numbers(second)).toEqual(["2/1 live", "1/1 backlog", "1/2 backlog", "1/4 backlog"]);
  expect(second.stock).toMatchObject({ waiting: 4, quarantined: 0, dropped: 1 });
});

test("what is in quarantine counts towards the cap, and an acknowledgement that comes after all is believed", () => {
  const outbox = open({ ...OUTBOX_LIMITS, bytes: 30 });
  for (let n = 0; n < 3; n++) outbox.append(body("0123456789"), 0);
  for (const sequence of [1, 2, 3]) outbox.quarantine({ epoch: 1, sequence });
  outbox.acknowledge(1, [[2, 2]], 0);
  expect(outbox.stock).toMatchObject({ waiting: 0, quarantined: 2, acknowledged: 1 });
  for (let n = 0; n < 2; n++) outbox.append(body("0123456789"), 0);
  expect(outbox.stock).toEqual({
    waiting: 2,
    acknowledged: 0,
    quarantined: 1,
    bytes: 30,
    unacknowledgedBytes: 30,
    thinned: 0,
    dropped: 1,
  });
});

test("what has waited longer than it may is dropped oldest first, a few at a time, and counted for good", () => {
  const limits = { ...OUTBOX_LIMITS, ageMs: 10 * HOUR_MS };
  const outbox = open(limits);
  for (let n = 0; n < 20; n++) outbox.append(body("x"), n * HOUR_MS);
  expect(outbox.stock).toMatchObject({ waiting: 10, dropped: 10 });
  expect(outbox.waiting(20 * HOUR_MS, 1)).toEqual([{ epoch: 1, sequence: 11, lane: "backlog" }]);
  outbox.append(body("x"), 50 * HOUR_MS);
  expect(outbox.stock).toMatchObject({ waiting: 3, dropped: 18 });
  expect(reopen(outbox, limits).stock.dropped).toBe(18);
});

test("no age comes from starts and boots: a gateway that was off for years, or whose clock begins anew, drops nothing", () => {
  let outbox = open();
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 ** 45 }), { minLength: 1, maxLength: 8 }), (bootsAtMonoMs) => {
      const { waiting } = outbox.stock;
      for (const monoMs of bootsAtMonoMs) {
        outbox = reopen(outbox);
        outbox.append(body("x"), monoMs);
      }
      expect(outbox.stock).toMatchObject({ waiting: waiting + bootsAtMonoMs.length, dropped: 0 });
    }),
    { numRuns: 15 },
  );
});

test("a wall clock that jumps by a year drops nothing", () => {
  let wallMs = 1_700_000_000_000;
  const outbox = safe(OUTBOX_LIMITS, deaf, { ...still, wallMs: () => wallMs });
  opened.push(outbox);
  for (const years of [0, 1, -2, 30]) {
    wallMs += years * 365 * 24 * HOUR_MS;
    outbox.append(body("x"));
  }
  outbox.acknowledge(1, [[2, 3]]);
  wallMs += 365 * 24 * HOUR_MS;
  outbox.append(body("x"));
  expect(outbox.stock).toMatchObject({ waiting: 3, acknowledged: 2, dropped: 0 });
});

test("a later epoch leaves the acknowledged under the number by which the cloud knows them", () => {
  const outbox = open();
  outbox.append(body("held"), 0);
  outbox.append(body("waits"), 0);
  outbox.acknowledge(1, [[1, 1]], 0);
  outbox.raiseEpoch(4);
  expect(outbox.body({ epoch: 1, sequence: 1 })).toEqual(body("held"));
  expect(outbox.body({ epoch: 4, sequence: 1 })).toBeNull();
  expect(numbers(outbox)).toEqual(["4/2 live"]);
});

test("a file of the version before keeps its id, its epochs and every batch", () => {
  const old = new DatabaseSync(join(dir, "outbox.sqlite"));
  old.exec(`
    CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE batch (id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, body BLOB NOT NULL,
      UNIQUE (epoch, sequence)) STRICT;
    INSERT INTO meta VALUES ('outboxId', 'made before'), ('epoch', 6), ('dropped', 2);
    INSERT INTO batch VALUES (3, 5, 9, x'6162'), (4, 6, 1, x'63');
  `);
  old.close();
  const outbox = open();
  expect([outbox.id, outbox.epoch]).toEqual(["made before", 7]);
  expect(numbers(outbox)).toEqual(["5/9 backlog", "6/1 backlog"]);
  expect(outbox.body({ epoch: 5, sequence: 9 })).toEqual(body("ab"));
  expect(outbox.stock).toEqual({
    waiting: 2,
    acknowledged: 0,
    quarantined: 0,
    bytes: 3,
    unacknowledgedBytes: 3,
    thinned: 0,
    dropped: 2,
  });
});

/** Looks into the file for a moment, as an installer's tool or a backup would, before the agent has made its own of it. */
const ONLOOKER = `
  const { DatabaseSync } = require("node:sqlite");
  const { parentPort, workerData } = require("node:worker_threads");
  const file = new DatabaseSync(workerData);
  file.exec("CREATE TABLE seen (n); BEGIN; SELECT * FROM seen");
  parentPort.postMessage("looking");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  file.exec("COMMIT");
  file.close();
`;

test("whoever looks into the file while it is made does not keep the agent from starting", async () => {
  const onlooker = new Worker(ONLOOKER, { eval: true, workerData: join(dir, "outbox.sqlite") });
  await once(onlooker, "message");
  expect(open().epoch).toBe(1);
  await onlooker.terminate();
});

const deaf = { info() {}, warn() {}, debug() {}, error() {} };
const still = { monoMs: () => 0, wallMs: () => 1_700, zoneOffsetMs: () => 0, bootId: "boot" };

/** The casts stand in for pino's many call signatures. */
const safe = (limits: OutboxLimits, log: object = deaf, clock: Clock = still) =>
  new SafeOutbox(dir, { clock, random: { unit: () => 0, id: () => "new-id" }, log: log as never, limits });

test("on a full disk the acknowledged give their place to the new, and without any the new one is lost and counted", () => {
  const outbox = safe({ ...OUTBOX_LIMITS, filePages: 200 });
  opened.push(outbox);
  const large = new Uint8Array(6_000).fill(7);
  while (outbox.stock.lost === 0) outbox.append(large);
  const held = outbox.stock.waiting;
  expect(held).toBeGreaterThan(70);
  outbox.acknowledge(1, [[1, 10]]);
  outbox.append(large);
  expect(outbox.stock).toMatchObject({ waiting: held - 10 + 1, acknowledged: 0, lost: 1, bytes: (held - 9) * 6_000 });
});

test("a damaged file is moved aside and reported, and a new outbox takes its place", () => {
  writeFileSync(join(dir, "outbox.sqlite"), "this is no database, and was not one yesterday".repeat(100));
  const errors: string[] = [];
  const log = { ...deaf, error: (_: object, message: string) => errors.push(message) };
  const outbox = safe(OUTBOX_LIMITS, log);
  opened.push(outbox);
  outbox.append(body("goes on"));
  expect(outbox.waiting(10)).toHaveLength(1);
  expect(errors.join()).toMatch(/damaged/);
  expect(readdirSync(dir)).toContain("outbox.sqlite.damaged-1700");
});
