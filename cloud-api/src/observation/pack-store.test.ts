import { zstdDecompressSync } from "node:zlib";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ArrivalStore } from "../arrival/store.ts";
import { FleetQueries } from "../fleet/queries.ts";
import { openTestDatabase, silent, type TestDatabase } from "../platform/database.testing.ts";
import {
  arrivalOf,
  DEVICES,
  forgetTold,
  GATEWAYS,
  importRegistry,
  NOON_MS,
  sectionOf,
  takeUpOn,
} from "../telemetry.testing.ts";
import { foldsOf } from "../worker.ts";
import { PackStore } from "./pack-store.ts";
import { unpack } from "./packed.ts";
import { HOUR_MS } from "./rules.ts";
import { ObservationStore } from "./store.ts";

let house: TestDatabase;
let arrivals: ArrivalStore;
let packs: PackStore;
beforeAll(async () => {
  house = await openTestDatabase();
  await importRegistry(house.db);
  const observations = new ObservationStore(house.db);
  const folds = foldsOf({ observations, clock: { nowMs: () => NOON_MS } });
  const { prepare } = observations;
  const takeUp = takeUpOn(house.db);
  arrivals = new ArrivalStore({ db: house.db, catalog: CATALOG, folds, takeUp, prepare, log: silent });
  packs = new PackStore(house.db);
});
afterAll(() => house.stop());
beforeEach(() => forgetTold(house.db));

const never = new AbortController().signal;
const rows = async <Row extends object>(sql: string) => (await house.db.pool.query<Row>(sql)).rows;

/** A quarter of an hour before noon and one after it, of two gateways, sent last things first. */
async function tell(): Promise<void> {
  const index = await new FleetQueries(house.db).index(NOON_MS);
  const all = GATEWAYS.flatMap((gateway, place) =>
    Array.from({ length: 30 }, (_, i) => {
      const monoMs = (i - 15) * 60_000 + place * 137;
      const looks = [0, 900, 1_950].map((lateMs, look) => ({
        monoMs: monoMs + HOUR_MS + lateMs,
        state: "in-use" as const,
        chargePct: (i * 7 + look) % 100,
      }));
      const devices = DEVICES.slice(0, 1 + (i % 3)).map((device) => sectionOf(device, looks));
      return arrivalOf({
        gateway,
        sequence: i + 1,
        epoch: 1 + (i % 2),
        devices,
        batch: { cloudOffsetMs: NOON_MS - HOUR_MS + (i < 7 ? 0.25 : 0) },
      });
    }),
  );
  await arrivals.settle(all.toReversed(), index, NOON_MS + HOUR_MS);
}

/** Every reading of batches and of packed hours, as a sentence each. */
async function readings(): Promise<string[]> {
  const found: string[] = [];
  const batches = await rows<{
    gateway_id: string;
    epoch: string;
    sequence: string;
    offset_ms: number;
    devices: number[];
    body: Buffer;
  }>("select * from telemetry.batch");
  for (const { gateway_id, epoch, sequence, offset_ms, devices, body } of batches) {
    const decoded = decodeBody(zstdDecompressSync(body));
    if (!decoded.ok) throw new Error(decoded.fault);
    for (const [section, { groups }] of decoded.value.batch.devices.entries())
      for (const { timesMonoMs, columns } of groups)
        for (const { metric, values, qualities } of columns)
          for (const [row, value] of values.entries())
            found.push(
              [
                gateway_id,
                epoch,
                sequence,
                offset_ms,
                devices[section],
                metric,
                timesMonoMs[row],
                value,
                qualities[row],
              ].join(" "),
            );
  }
  for (const { device, readings: count, body } of await rows<{ device: number; readings: number; body: Buffer }>(
    "select device, readings, body from telemetry.chunk where format = 1",
  )) {
    const strands = unpack(zstdDecompressSync(body));
    if (!strands.ok) throw new Error(strands.fault);
    const own = strands.value.flatMap(({ gatewayId, epoch, offsetMs, sequences, timesMonoMs, metrics, columns }) =>
      columns.flatMap(({ values, qualities }, column) =>
        Array.from(values, (value, row) =>
          [
            gatewayId,
            epoch,
            sequences[row],
            offsetMs,
            device,
            metrics[column],
            timesMonoMs[row],
            value,
            qualities[row],
          ].join(" "),
        ),
      ),
    );
    expect(own.length).toBe(count);
    found.push(...own);
  }
  return found.sort();
}

test("packing an hour that is over keeps every reading with its batch, time, value and quality, and leaves later hours alone", async () => {
  await tell();
  const before = await readings();
  expect(before.length).toBe(2 * 10 * 6 * 3 * 3);
  expect(await packs.pack(NOON_MS + 9 * 60_000, never)).toBe(0);
  expect(await packs.pack(NOON_MS + 10 * 60_000, never)).toBe(2 * 15);
  expect(await readings()).toEqual(before);
  expect(await rows("select count(*)::int as batches, min(from_at) as first from telemetry.batch")).toEqual([
    { batches: 30, first: new Date(NOON_MS) },
  ]);
  // One row for each gateway, device and hour.
  expect(await rows("select count(*)::int as chunks from telemetry.chunk")).toEqual([{ chunks: 6 }]);
});

test("packing twice, and by two at once, packs once; what comes late is packed beside it", async () => {
  await tell();
  const before = await readings();
  const other = new PackStore(house.another());
  const packed = await Promise.all([packs.pack(NOON_MS + HOUR_MS, never), other.pack(NOON_MS + HOUR_MS, never)]);
  expect(packed[0] + packed[1]).toBe(30);
  expect(await packs.pack(NOON_MS + HOUR_MS, never)).toBe(0);
  expect(await readings()).toEqual(before);
  const index = await new FleetQueries(house.db).index(NOON_MS);
  const late = sectionOf("vent-1", [{ monoMs: 60_000, state: "standby" }]);
  await arrivals.settle(
    [arrivalOf({ sequence: 99, devices: [late], batch: { cloudOffsetMs: NOON_MS - HOUR_MS } })],
    index,
    NOON_MS,
  );
  expect(await packs.pack(NOON_MS + HOUR_MS, never)).toBe(1);
  expect((await readings()).length).toBe(before.length + 3);
});

test("when all of a day is packed its room is given back", async () => {
  await tell();
  await packs.pack(NOON_MS + 3 * HOUR_MS, never);
  expect(await rows("select pg_relation_size('telemetry.batch_20261122')::int as bytes")).toEqual([{ bytes: 0 }]);
});
