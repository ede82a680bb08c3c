import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArrivalStore } from "../arrival/store.ts";
import { FleetQueries } from "../fleet/queries.ts";
import { openTestDatabase, silent, type TestDatabase } from "../platform/database.testing.ts";
import { arrivalOf, importRegistry, type Look, NOON_MS, sectionOf, takeUpOn } from "../telemetry.testing.ts";
import { foldsOf } from "../worker.ts";
import { PackStore } from "./pack-store.ts";
import { HOUR_MS } from "./rules.ts";
import { ObservationStore } from "./store.ts";

let house: TestDatabase;
beforeAll(async () => {
  house = await openTestDatabase();
  await importRegistry(house.db);
});
afterAll(() => house.stop());

const rows = async (sql: string) => (await house.db.pool.query(sql)).rows;
/** Readings of each device, or under a key that is none's, and how many rows of a batch or of an hour have them. */
const stored = () =>
  rows(
    `select coalesce(id, 'held') as who, format, sum(readings)::int as readings, count(*)::int as rows
     from telemetry.chunk left join device on device.num = chunk.device group by 1, 2 order by 1, 2`,
  );
const packed = { who: "vent-1", format: 1, readings: 6, rows: 1 };

/** A stranger that is heard on two units at the same moments, beside a device, in one batch. */
async function tell(): Promise<void> {
  const looks: Look[] = [1_000, 2_000].map((monoMs) => ({ monoMs, state: "in-use" }));
  const [known, stranger] = ["vent-1", "nobody"].map((device) =>
    sectionOf(device, looks, { monoMs: 0, state: "in-use" }),
  );
  if (known === undefined || stranger === undefined) throw new Error("two sections were made");
  const elsewhere = { ...stranger, subject: { ...stranger.subject, unit: "elsewhere" } };
  const observations = new ObservationStore(house.db);
  const folds = foldsOf({ observations, clock: { nowMs: () => NOON_MS } });
  const { prepare } = observations;
  const takeUp = takeUpOn(house.db);
  const arrivals = new ArrivalStore({ db: house.db, catalog: CATALOG, folds, takeUp, prepare, log: silent });
  const index = await new FleetQueries(house.db).index(NOON_MS);
  await arrivals.settle([arrivalOf({ sequence: 1, devices: [stranger, known, elsewhere] })], index, NOON_MS);
}

test("what is held when its hour is packed is whole when its device takes it up, once however often that is said", async () => {
  await tell();
  const packs = new PackStore(house.db);
  const pack = () => packs.pack(NOON_MS + 2 * HOUR_MS, new AbortController().signal);
  expect(await pack()).toBe(1);
  expect(await stored()).toEqual([{ who: "held", format: 0, readings: 12, rows: 2 }, packed]);
  expect(await rows("select device_id from twin where heard_at is not null")).toEqual([{ device_id: "vent-1" }]);

  const keys: { num: number }[] = await rows("select num from device_sighting order by unit");
  const [device] = await rows("select num from device where id = 'vent-2'");
  expect(keys.length).toBe(2);
  for (let times = 0; times < 2; times++) {
    for (const { num } of keys) {
      const held = { num, gatewayId: "gw-a", sinceMs: 0 };
      await house.db.transaction((tx) => takeUpOn(house.db)(tx, held, { id: "vent-2", num: device.num }));
    }
    expect(await pack()).toBe(0);
    expect(await stored()).toEqual([packed, { who: "vent-2", format: 0, readings: 12, rows: 2 }]);
  }
  expect(
    await rows(
      "select sum(count)::int as counted from telemetry.minute join device on num = device where id = 'vent-2'",
    ),
  ).toEqual([{ counted: 12 }]);
  expect(await rows("select gateway_id, operating_state from twin where device_id = 'vent-2'")).toEqual([
    { gateway_id: "gw-a", operating_state: "in-use" },
  ]);
  // From the look before the batch on, which a packed hour does not keep.
  expect(await rows("select spans::text from state_span where device_id = 'vent-2'")).toEqual([
    { spans: `{[${NOON_MS},${NOON_MS + 2_000})}` },
  ]);
});
