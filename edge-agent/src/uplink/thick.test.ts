import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { METRIC_NAMES, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OUTBOX_LIMITS, type OutboxLimits } from "./outbox.ts";
import { pack, thinPacked } from "./pack.ts";
import { secondOf } from "./run.testing.ts";
import { SafeOutbox } from "./safe-outbox.ts";

let dir = "";
let nowMs = 0;
let outbox: SafeOutbox;
const opened: SafeOutbox[] = [];
// The cast stands in for pino's many call signatures.
const log = { info() {}, warn() {}, debug() {}, error() {} } as never;
const clock = { monoMs: () => nowMs, wallMs: () => 0, zoneOffsetMs: () => 0, bootId: "boot" };
const NUMBERS = METRIC_NAMES.filter((name) => metricTerm(name).codes === undefined).slice(0, 30);

beforeEach(() => {
  nowMs = 0;
  dir = mkdtempSync(join(tmpdir(), "wardtwin-thick-"));
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  rmSync(dir, { recursive: true });
});

function open(limits: Partial<OutboxLimits>): void {
  outbox = new SafeOutbox(dir, {
    clock,
    random: { unit: () => 0, id: () => "id" },
    log,
    limits: { ...OUTBOX_LIMITS, ...limits },
  });
  opened.push(outbox);
}

const bodyOf = (n: number, bootId?: string) => pack(secondOf(n, NUMBERS, bootId)).bodies[0] ?? new Uint8Array();

function seal(n: number, isOnItsWay: (sequence: number) => boolean = () => false): void {
  nowMs = n * 1_000;
  outbox.append(bodyOf(n));
  outbox.thin(({ sequence }) => isOnItsWay(sequence));
}

const lengths = () =>
  new Map(outbox.waiting(10_000).map(({ sequence }) => [sequence, outbox.body({ epoch: 1, sequence })?.length]));

test("once more than half of the room is taken the oldest give readings up, and all of them still wait under their numbers", () => {
  const bytes = 400 * bodyOf(7).length;
  open({ bytes });
  for (let n = 0; n < 190; n++) seal(n);
  expect(outbox.stock.thinned).toBe(0);
  for (let n = 190; n < 390; n++) seal(n);
  expect(outbox.stock.thinned).toBeGreaterThan(60);
  expect(outbox.stock).toMatchObject({ waiting: 390, dropped: 0 });
  expect(outbox.stock.bytes).toBeLessThan(bytes * 0.6);
  const [thinned, live] = [lengths().get(30) ?? 0, lengths().get(380)];
  expect(thinned).toBeLessThan((live ?? 0) / 2);
  expect(live).toBe(bodyOf(379).length);
  expect(outbox.counts()).toMatchObject({ thinned: outbox.stock.thinned });
});

test("what has waited for half of its time is thinned however much room there is, and what is younger is not", () => {
  open({ ageMs: 600_000 });
  for (let n = 0; n < 420; n++) seal(n);
  expect(outbox.stock).toMatchObject({ waiting: 420, dropped: 0 });
  const sizes = lengths();
  const whole = (sequence: number) => sizes.get(sequence) === bodyOf(sequence - 1).length;
  expect(whole(40)).toBe(false);
  expect([130, 200, 300, 420].map(whole)).toEqual([true, true, true, true]);
});

test("what is on its way or was ever sent stays as it is", () => {
  open({ bytes: 200 * bodyOf(7).length });
  const sent = [3, 4, 20];
  for (let n = 0; n < 60; n++) seal(n);
  outbox.wereSent(sent.map((sequence) => ({ epoch: 1, sequence })));
  for (let n = 60; n < 180; n++) seal(n, (sequence) => sequence === 10);
  expect(outbox.stock.thinned).toBeGreaterThan(0);
  const sizes = lengths();
  for (const sequence of [...sent, 10]) expect(sizes.get(sequence)).toBe(bodyOf(sequence - 1).length);
  expect(sizes.get(11)).toBeLessThan(bodyOf(10).length);
});

test("a body that cannot be read, or of another boot, is left as it is, and the others give up what they can", () => {
  const run = Array.from({ length: 60 }, (_, n) => bodyOf(n));
  run[20] = Uint8Array.of(1, 2, 3);
  run[40] = bodyOf(40, "another boot");
  const thinner = thinPacked(run);
  expect(thinner[20]).toBeNull();
  expect(thinner[40]).toBeNull();
  expect(thinner.filter((body) => body !== null).length).toBeGreaterThan(20);
  expect(thinPacked([bodyOf(0)])).toEqual([null]);
});
