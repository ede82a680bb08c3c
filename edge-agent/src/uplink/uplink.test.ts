import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import ventilator from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import { BATCH_LIMITS, type TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { decodeFrame } from "@wardtwin/device-profiles/twin-document/frame";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Session, SessionHandlers } from "./mqtt-session.ts";
import { pack } from "./pack.ts";
import { SafeOutbox } from "./safe-outbox.ts";
import { SightingReports } from "./sighting-reports.ts";
import { Uplink } from "./uplink.ts";

let nowMs = 0;
let dir = "";
const clock = { monoMs: () => nowMs, wallMs: () => 5_000_000 + nowMs, zoneOffsetMs: () => 0, bootId: "boot" };
const errors: [object, string][] = [];
// The cast stands in for pino's many call signatures.
const log = { info() {}, warn() {}, debug() {}, error: (...told: [object, string]) => errors.push(told) } as never;
const stopping: (() => Promise<void>)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 1_000;
  errors.length = 0;
  dir = mkdtempSync(join(tmpdir(), "wardtwin-uplink-"));
});
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
  vi.useRealTimers();
  rmSync(dir, { recursive: true });
});

const batch = (monoMs = 1): TelemetryBatch => ({
  bootId: "boot",
  anchor: { monoMs, wallMs: 2 },
  cloudOffsetMs: null,
  simulated: true,
  devices: [],
});

/** A broker and a cloud in the test's hand: it sees what is published and says what it likes. */
function setUp() {
  const published: { channel: string; payload: string | Uint8Array; retain: boolean }[] = [];
  let handlers: SessionHandlers | null = null;
  const session: Session = {
    start: (given) => {
      handlers = given;
    },
    publish: async (channel, payload, options) =>
      void published.push({ channel, payload, retain: options?.retain ?? false }),
    stop: async () => {},
  };
  let ids = 0;
  const random = { unit: () => 0, id: () => `id-number-${++ids}` };
  const outbox = new SafeOutbox(dir, { clock, random, log });
  const onFirstWelcome = vi.fn();
  const sightings = new SightingReports();
  const uplink = new Uplink({ session, outbox, sightings, clock, random, log, agentVersion: "1", onFirstWelcome });
  uplink.start();
  stopping.push(() => uplink.stop("{}"));
  const say = (channel: "welcome" | "ack" | "settled", message: object) =>
    handlers?.onMessage(channel, new TextEncoder().encode(JSON.stringify(message)));
  const hellos = () =>
    published.filter(({ channel }) => channel === "hello").map(({ payload }) => JSON.parse(String(payload)));
  return {
    uplink,
    outbox,
    sightings,
    published,
    onFirstWelcome,
    hellos,
    say,
    up: () => handlers?.onUp(),
    down: () => handlers?.onDown(),
    welcome: (change: object = {}) =>
      say("welcome", { nonce: hellos().at(-1)?.nonce, cloudMs: 900_000, epochMin: 1, ...change }),
    /** The numbers of the batches that went out so far. */
    sent: () => published.filter(({ channel }) => channel === "telemetry").map(({ payload }) => numberOf(payload)),
    async wait(ms: number) {
      nowMs += ms;
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
}

function numberOf(payload: string | Uint8Array): string {
  const frame = typeof payload === "string" ? null : decodeFrame(payload);
  if (frame === null || !frame.ok) return "no frame";
  const { epoch, sequence, lane } = frame.value.header;
  return decodeBody(zstdDecompressSync(frame.value.body)).ok ? `${epoch}/${sequence} ${lane}` : "no body";
}

test("no batch is sent before the first Welcome of a connection, and the next connection waits for its own", async () => {
  const it = setUp();
  it.uplink.take(batch());
  it.up();
  await it.wait(100);
  expect(it.hellos()[0]).toMatchObject({ epoch: 1, bootId: "boot", monoMs: 1_000, wallMs: 5_001_000 });
  expect(it.sent()).toEqual([]);
  it.welcome();
  expect(it.sent()).toEqual(["1/1 live"]);
  it.down();
  it.up();
  await it.wait(100);
  expect(it.sent()).toHaveLength(1);
  it.welcome();
  expect(it.sent()).toEqual(["1/1 live", "1/1 live"]);
  expect(it.onFirstWelcome).toHaveBeenCalledTimes(1);
});

test("a Welcome to another's Hello, or to an old one, is none", () => {
  const it = setUp();
  it.uplink.take(batch());
  it.up();
  it.welcome({ nonce: "somebody else's" });
  it.say("welcome", { nonce: 7 });
  expect(it.sent()).toEqual([]);
  expect(it.uplink.cloudOffsetMs).toBeNull();
});

test("a Hello without an answer is said again, and after an answer every five minutes", async () => {
  const it = setUp();
  it.up();
  await it.wait(5_000);
  expect(it.hellos()).toHaveLength(2);
  it.welcome();
  await it.wait(299_000);
  expect(it.hellos()).toHaveLength(2);
  await it.wait(1_000);
  expect(it.hellos()).toHaveLength(3);
});

test("each Hello says what the outbox holds and what it had to give up", async () => {
  const it = setUp();
  it.up();
  it.welcome();
  expect(it.hellos()[0].outbox).toEqual({
    waiting: 0,
    acknowledged: 0,
    quarantined: 0,
    dropped: 0,
    lost: 0,
    thinned: 0,
  });
  for (let n = 0; n < 3; n++) it.uplink.take(batch());
  it.say("ack", { epoch: 1, committed: [[2, 2]], setAside: [] });
  await it.wait(300_000);
  expect(it.hellos()[1].outbox).toMatchObject({ waiting: 2, acknowledged: 1, oldestWaitingMs: 300_000 });
});

test("the cloud's time less ours is taken at the middle of question and answer", async () => {
  const it = setUp();
  it.up();
  nowMs = 1_040;
  it.welcome({ cloudMs: 901_020 });
  expect(it.uplink.cloudOffsetMs).toBe(900_000);
});

test("what is acknowledged or set aside waits no more, and everything else does", () => {
  const it = setUp();
  it.up();
  it.welcome();
  for (let n = 0; n < 5; n++) it.uplink.take(batch());
  it.say("ack", { epoch: 1, committed: [[1, 2]], setAside: [{ range: [4, 4], reason: "a poisoned batch" }] });
  it.say("ack", { epoch: 7, committed: [[1, 9]], setAside: [] });
  expect(it.outbox.waiting(10).map(({ sequence }) => sequence)).toEqual([3, 5]);
});

test("an unacknowledged batch is sent again after ten seconds, with the same number", async () => {
  const it = setUp();
  it.up();
  it.welcome();
  it.uplink.take(batch());
  await it.wait(9_000);
  expect(it.sent()).toEqual(["1/1 live"]);
  await it.wait(2_000);
  expect(it.sent()).toEqual(["1/1 live", "1/1 live"]);
});

test("a batch that the cloud never has, while it has its neighbours, goes four times in all, into quarantine and into the log", async () => {
  const it = setUp();
  it.up();
  it.welcome();
  it.uplink.take(batch());
  for (let second = 0; second < 300; second++) {
    it.uplink.take(batch());
    it.say("ack", { epoch: 1, committed: [[2, second + 2]], setAside: [] });
    await it.wait(1_000);
  }
  expect(it.sent().filter((number) => number.startsWith("1/1 "))).toHaveLength(4);
  expect(it.outbox.stock).toMatchObject({ waiting: 0, acknowledged: 300, quarantined: 1 });
  expect(errors).toEqual([[{ epoch: 1, sequence: 1 }, expect.stringMatching(/sent no more/)]]);
  it.down();
  it.up();
  it.welcome();
  expect(it.sent()).toHaveLength(304);
});

test("a cloud that acknowledges nothing for ten minutes puts nothing into quarantine", async () => {
  const it = setUp();
  it.up();
  it.welcome();
  for (let n = 0; n < 40; n++) it.uplink.take(batch());
  for (let second = 0; second < 600; second++) await it.wait(1_000);
  expect(it.sent().length).toBeGreaterThan(1_000);
  expect(it.outbox.stock).toMatchObject({ waiting: 40, quarantined: 0 });
  expect(errors).toEqual([]);
});

test("no more than 32 batches are on their way, and live ones go before backlog", async () => {
  const it = setUp();
  for (let n = 0; n < 40; n++) it.uplink.take(batch());
  await it.wait(40_000);
  it.uplink.take(batch());
  it.up();
  it.welcome();
  expect(it.sent()).toHaveLength(32);
  expect(it.sent().slice(0, 2)).toEqual(["1/41 live", "1/1 backlog"]);
  it.say("ack", { epoch: 1, committed: [[1, 3]], setAside: [] });
  expect(it.sent().slice(32)).toEqual(["1/32 backlog", "1/33 backlog", "1/34 backlog"]);
});

test("a Welcome that knows later epochs moves the outbox before a batch goes out", () => {
  const it = setUp();
  it.uplink.take(batch());
  it.up();
  it.welcome({ epochMin: 12 });
  it.uplink.take(batch());
  expect(it.sent()).toEqual(["12/1 live", "12/2 live"]);
});

test("another database gets again what the last one had acknowledged and it does not hold, under the same numbers", async () => {
  const it = setUp();
  it.up();
  expect(it.hellos()[0]).not.toHaveProperty("databaseId");
  it.welcome({ databaseId: "database-one" });
  for (let n = 0; n < 3; n++) it.uplink.take(batch(n));
  it.say("ack", { epoch: 1, committed: [[1, 3]], setAside: [] });
  it.down();
  const before = it.sent().length;
  it.up();
  expect(it.hellos().at(-1)).toMatchObject({ databaseId: "database-one" });
  it.welcome({ databaseId: "database-two", held: [{ epoch: 1, ranges: [[2, 2]] }] });
  expect(it.sent().slice(before)).toEqual(["1/1 live", "1/3 live"]);
  it.say("ack", {
    epoch: 1,
    committed: [
      [1, 1],
      [3, 3],
    ],
    setAside: [],
  });
  expect(it.outbox.stock).toMatchObject({ waiting: 0, acknowledged: 3 });
});

test("a good-bye is said in so many words, because a last will is not sent after one", async () => {
  const it = setUp();
  await stopping.splice(0)[0]?.();
  expect(it.published.at(-1)).toEqual({ channel: "presence", payload: "{}", retain: true });
});

test("a batch that is too large for a message is halved, and one section that is, is counted", () => {
  let seed = 1;
  const noise = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const section = (unit: string, rows: number) => ({
    subject: { line: "l", unit, profile: "p", profileRevision: 1, identity: {} },
    previousState: null,
    groups: [
      {
        timesMonoMs: Array.from({ length: rows }, (_, row) => row),
        columns: [
          {
            metric: "batteryChargePct" as const,
            values: Array.from({ length: rows }, noise),
            qualities: new Array<number>(rows).fill(0),
          },
        ],
      },
    ],
  });
  const wide = { ...batch(), devices: [section("1", 9_000), section("2", 9_000), section("3", 9_000)] };
  const packed = pack(wide);
  expect(packed.bodies.length).toBeGreaterThan(1);
  expect(packed.bodies.every((bytes) => bytes.length <= BATCH_LIMITS.messageBytes - 24)).toBe(true);
  const units = packed.bodies.flatMap((bytes) => {
    const read = decodeBody(zstdDecompressSync(bytes));
    return read.ok ? read.value.batch.devices.map(({ subject }) => subject.unit) : ["unreadable"];
  });
  expect(units).toEqual(["1", "2", "3"]);
  expect(pack({ ...batch(), devices: [section("1", 40_000)] })).toEqual({ bodies: [], tooLarge: 1 });
});

test("a device that is met is reported after the first welcome, and on each connection until the cloud says it is ours", async () => {
  const it = setUp();
  const serial = "SN-1";
  it.sightings.take({
    device: { line: "bed-4", unit: "1", profile: ventilator },
    identity: { serial },
    atMonoMs: 1_000,
    link: "connected",
    attachment: null,
    operatingState: "standby",
    readings: [],
  });
  const reports = () => it.published.filter(({ channel }) => channel === "sighting").length;
  it.up();
  await it.wait(3_000);
  expect(reports()).toBe(0);
  it.welcome();
  await it.wait(1_000);
  expect(reports()).toBe(1);
  it.say("settled", { devices: [{ line: "bed-4", unit: "1", profile: ventilator.id, serial, verdict: "bound" }] });
  await it.wait(30_000);
  expect(reports()).toBe(1);
  it.down();
  it.up();
  it.welcome();
  await it.wait(1_000);
  expect(reports()).toBe(2);
});
