import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Arrival } from "./arrival/rules.ts";
import { acknowledgements } from "./arrival/rules.ts";
import { ArrivalStore } from "./arrival/store.ts";
import { FleetQueries } from "./fleet/queries.ts";
import { ObservationStore } from "./observation/store.ts";
import { openTestDatabase, silent, type TestDatabase } from "./platform/database.testing.ts";
import type { Database } from "./platform/database.ts";
import {
  arrivalOf,
  arrivalWith,
  forgetTold,
  importRegistry,
  NOON_MS,
  sectionOf,
  takeUpOn,
} from "./telemetry.testing.ts";
import { foldsOf } from "./worker.ts";

/** The cloud's intake of one process, on a database that may be shared. */
function openIngest(db: Database) {
  const observations = new ObservationStore(db);
  const folds = foldsOf({ observations, clock: { nowMs: () => NOON_MS } });
  const { prepare } = observations;
  const store = new ArrivalStore({ db, catalog: CATALOG, folds, takeUp: takeUpOn(db), prepare, log: silent });
  const fleet = new FleetQueries(db);
  const settle = async (arrivals: readonly Arrival[]) =>
    store.settle(arrivals, await fleet.index(NOON_MS), NOON_MS + 60_000);
  return { store, settle, observations };
}

let house: TestDatabase;
let ingest: ReturnType<typeof openIngest>;

beforeAll(async () => {
  house = await openTestDatabase();
  await importRegistry(house.db);
  ingest = openIngest(house.db);
});
afterAll(() => house.stop());
beforeEach(() => forgetTold(house.db));

const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await house.db.pool.query<Row>(sql)).rows;
const first = async (sql: string): Promise<unknown> => Object.values((await rows(sql))[0] ?? {})[0];
/** Sections of devices that the store holds. */
const SECTIONS = "select coalesce(sum(cardinality(array_remove(devices, 0))), 0)::int from telemetry.batch";
const look = (sequence: number, device = "vent-1", epoch = 1) =>
  arrivalOf({ epoch, sequence, devices: [sectionOf(device, [{ monoMs: sequence * 1_000, state: "standby" }])] });
const words = (settled: Awaited<ReturnType<typeof ingest.settle>>) =>
  settled.map(({ arrival, outcome }) => `${arrival.header.sequence} ${outcome.kind}`);

test("a repeat is acknowledged again and counted once, in whatever order and company it comes", async () => {
  await ingest.settle([look(3), look(1)]);
  expect(words(await ingest.settle([look(2), look(3), look(2), look(1)])).sort()).toEqual([
    "1 committed",
    "2 committed",
    "2 committed",
    "3 committed",
  ]);
  expect(await first("select committed::text from gateway_epoch")).toBe("{[1,4)}");
  expect(await first(SECTIONS)).toBe(3);
  expect(await first("select sum(count)::int from telemetry.minute")).toBe(9);
});

test("two ingests that take the same batches of two gateways at once commit each of them once", async () => {
  const other = openIngest(house.another());
  const all = Array.from({ length: 60 }, (_, i) =>
    arrivalOf({
      gateway: i % 2 === 0 ? "gw-a" : "gw-b",
      epoch: 1 + (i % 3),
      sequence: i + 1,
      // Both orders of devices and epochs, so that locks taken as they come would meet in a ring.
      devices: ["vent-1", "vent-2", "vent-3"]
        .slice(i % 3)
        .map((device) => sectionOf(device, [{ monoMs: i * 1_000, state: "in-use" }])),
    }),
  );
  const groups = [0, 12, 24, 36, 48].map((at) => all.slice(at, at + 12));
  const [ours, theirs] = await Promise.all([
    Promise.all(groups.map((group) => ingest.settle(group))),
    Promise.all(groups.toReversed().map((group) => other.settle(group.toReversed()))),
    importRegistry(house.db),
  ]);
  for (const settled of [ours.flat(), theirs.flat()]) {
    expect(acknowledgements(settled).every(({ ack }) => ack.setAside.length === 0)).toBe(true);
    expect(settled.map(({ arrival }) => arrival.header.sequence).sort((a, b) => a - b)).toEqual(
      all.map(({ header }) => header.sequence),
    );
  }
  expect(await first(SECTIONS)).toBe(120);
  expect(await first("select sum(count)::int from telemetry.minute")).toBe(360);
  expect(await first("select sum(upper(r) - lower(r))::int from gateway_epoch, unnest(committed) r")).toBe(60);
});

test("a batch that the database refuses is set aside alone, kept once, and acknowledged as such", async () => {
  const section = sectionOf("nobody", [{ monoMs: 2_000, state: "standby" }]);
  // PostgreSQL keeps no NUL in a text.
  section.subject.line = "line\u0000";
  const bad = arrivalOf({ sequence: 2, devices: [section] });
  const settled = await ingest.settle([look(1), bad, look(3)]);
  expect(words(settled)).toEqual(["1 committed", "2 set-aside", "3 committed"]);
  expect(words(await ingest.settle([bad]))).toEqual(["2 set-aside"]);
  expect(await rows("select sequence::int, message from set_aside_batch")).toEqual([
    { sequence: 2, message: Buffer.from(bad.message) },
  ]);
  expect(await first("select set_aside::text from gateway_epoch")).toBe("{[2,3)}");
  expect(await first(SECTIONS)).toBe(2);
});

test("a body that cannot be read, or is of the other world, is set aside with its reason", async () => {
  const header = { lane: "live", compression: "zstd", epoch: 1 } as const;
  const settled = await ingest.settle([
    arrivalWith("gw-a", { ...header, sequence: 1 }, Uint8Array.of(1, 2, 3)),
    arrivalWith("gw-a", { ...header, compression: "none", sequence: 2 }, Uint8Array.of(1, 2, 3)),
    arrivalOf({ sequence: 3, devices: [], batch: { simulated: true } }),
  ]);
  expect(acknowledgements(settled)[0]?.ack.setAside.map(({ range: [at], reason }) => `${at}: ${reason}`)).toEqual([
    expect.stringMatching(/^1: the body does not decompress/),
    expect.stringMatching(/^2: ends at byte 3/),
    "3: a simulated batch from a real gateway",
  ]);
  expect(await first("select count(*)::int from set_aside_batch")).toBe(3);
});

test("a message whose header cannot be read is kept, no more of it than a batch may be long, and settles nothing", async () => {
  await ingest.store.keepUnreadable("gw-a", new Uint8Array(300_000), "frame.magic", NOON_MS);
  expect(await rows("select reason, epoch, sequence, length(message) as bytes from set_aside_batch")).toEqual([
    { reason: "frame.magic", epoch: null, sequence: null, bytes: 128 * 1024 },
  ]);
  expect(await rows("select 1 from gateway_epoch")).toEqual([]);
});

test("a device that nobody registered is held once for each batch, and never instead of its neighbours", async () => {
  const mixed = arrivalOf({
    sequence: 1,
    devices: ["vent-1", "nobody"].map((device) => sectionOf(device, [{ monoMs: 1_000, state: "standby" }])),
  });
  for (let times = 0; times < 3; times++) expect(words(await ingest.settle([mixed]))).toEqual(["1 committed"]);
  const held =
    "select profile, serial_normalised, line, device_id, readings from device_sighting join telemetry.chunk on device = num";
  const stranger = { profile: "puritan-bennett/840", serial_normalised: "NOBODY", line: "line", device_id: null };
  expect(await rows(held)).toEqual([{ ...stranger, readings: 3 }]);
  expect(await first("select count(*)::int from telemetry.chunk")).toBe(1);
  expect(await first(SECTIONS)).toBe(1);
  expect(await rows("select 1 from set_aside_batch union select 1 from set_aside_part")).toEqual([]);
});

test("a gateway hears no more than 200 strangers; others are counted, and kept with their batch", async () => {
  const strangers = Array.from({ length: 203 }, (_, n) =>
    sectionOf(`stranger-${n}`, [{ monoMs: 1_000, state: "standby" }]),
  );
  expect(words(await ingest.settle([arrivalOf({ sequence: 1, devices: strangers })]))).toEqual(["1 committed"]);
  expect(await first("select count(*)::int from device_sighting")).toBe(200);
  expect(await first("select count(*)::int from set_aside_part")).toBe(3);
  expect(await first("select count(*)::int from set_aside_batch")).toBe(1);
  expect(await first(SECTIONS)).toBe(0);
});

test("a day whose partition has been dropped is made again for what comes late", async () => {
  const late = (sequence: number) =>
    arrivalOf({
      sequence,
      devices: [sectionOf("vent-1", [{ monoMs: sequence, state: "standby" }])],
      batch: { cloudOffsetMs: NOON_MS - 40 * 86_400_000 },
    });
  await ingest.settle([late(1)]);
  expect((await ingest.observations.retire(NOON_MS)).sort()).toEqual(["batch_20261013", "chunk_20261013"]);
  expect(words(await ingest.settle([late(2)]))).toEqual(["2 committed"]);
});

test("a batch that spans years makes no thousand partitions", async () => {
  const looks = [0, 2 ** 40].map((monoMs) => ({ monoMs, state: "standby" as const }));
  const settled = await ingest.settle([arrivalOf({ sequence: 1, devices: [sectionOf("vent-1", looks)] }), look(2)]);
  expect(settled.map(({ outcome }) => outcome)).toEqual([
    { kind: "set-aside", reason: "its readings span 12726 days" },
    { kind: "committed" },
  ]);
});

const hello = { nonce: "12345678", epoch: 1, bootId: "boot", monoMs: 1_000, wallMs: 0, agentVersion: "1" };

test("a new outbox gets a floor above all that is held, and keeps it", async () => {
  const greet = async (outboxId: string) =>
    (await ingest.store.greet("gw-a", { ...hello, outboxId }, NOON_MS)).epochMin;
  expect(await greet("outbox-1")).toBe(1);
  await ingest.settle([look(1, "vent-1", 7)]);
  expect(await greet("outbox-1")).toBe(1);
  const floors = await Promise.all(Array.from({ length: 8 }, () => greet("outbox-2")));
  expect(new Set(floors)).toEqual(new Set([8]));
  await ingest.settle([look(1, "vent-1", 8)]);
  expect(await greet("outbox-2")).toBe(8);
});

test("the time of a batch without an offset is the least delayed one of its boot, however late a Hello comes", async () => {
  for (const delayMs of [40, 90_000]) {
    await ingest.store.greet("gw-a", { ...hello, outboxId: "outbox-1" }, NOON_MS + hello.monoMs + delayMs);
  }
  const devices = [sectionOf("vent-1", [{ monoMs: 5_000, state: "standby" }])];
  await ingest.settle([arrivalOf({ sequence: 1, devices, batch: { cloudOffsetMs: null } })]);
  expect(await first("select from_at from telemetry.batch")).toEqual(new Date(NOON_MS + 5_040));
});
