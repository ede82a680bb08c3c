import { CATALOG } from "@wardtwin/device-profiles/catalog";
import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { HeldClaimed } from "./arrival/events.ts";
import { takeUpHeld } from "./arrival/jobs.ts";
import { ArrivalStore } from "./arrival/store.ts";
import { TwinQueries } from "./device-twin/queries.ts";
import { twinChip, wardMap } from "./device-twin/view.ts";
import { FleetQueries } from "./fleet/queries.ts";
import { FleetStore } from "./fleet/store.ts";
import { ObservationStore } from "./observation/store.ts";
import { openTestDatabase, silent, type TestDatabase } from "./platform/database.testing.ts";
import type { Catalog } from "./profile-catalog.ts";
import { arrivalOf, NOON_MS, REGISTRY, takeUpOn } from "./telemetry.testing.ts";
import { foldsOf, heldReadingsOf } from "./worker.ts";

const PROFILE = "wardtwin-synthetic/defib-ready-1";
const DEVICES = ["defib-1", "defib-2"] as const;
const registry = {
  ...REGISTRY,
  devices: DEVICES.map((id) => ({
    id,
    kind: "defibrillator" as const,
    manufacturer: "M",
    model: "D",
    serial: id,
    ward: "icu",
    profile: PROFILE,
  })),
  bindings: DEVICES.map((device, index) => ({ gateway: "gw-a", line: "dock", unit: `${17 + index}`, device })),
};

let house: TestDatabase;
let store: FleetStore;
let fleet: FleetQueries;
let sequence = 0;
/** The profiles that the cloud of a test knows. */
let catalog: Catalog = CATALOG;
beforeAll(async () => {
  house = await openTestDatabase();
  store = new FleetStore(house.db, takeUpOn(house.db));
  fleet = new FleetQueries(house.db);
});
afterAll(() => house.stop());
beforeEach(async () => {
  await house.db.pool.query(
    "truncate binding, attachment, line_place, twin, twin_metrics, telemetry.batch, telemetry.chunk, telemetry.device_minute, gateway_epoch, event_outbox cascade",
  );
  await store.import(registry);
  fleet.forgetIndex();
  sequence = 0;
  catalog = CATALOG;
});

/** What a unit said: battery cycles and hours are its counters. */
function section(
  unit: string,
  attachment: string,
  monoMs: number,
  counters: [cycles: number, hours: number],
  profile = PROFILE,
): DeviceSection {
  const column = (metric: MetricName, value: number) => ({
    metric,
    values: [value],
    qualities: [0],
  });
  return {
    subject: {
      line: "dock",
      unit,
      profile,
      profileRevision: 1,
      identity: { firmware: "build 7" },
      attachment,
    },
    previousState: null,
    groups: [
      {
        timesMonoMs: [monoMs],
        columns: [
          column("operatingState", 2),
          column("deviceLink", 1),
          column("batteryCycleCount", counters[0]),
          column("operatingTimeH", counters[1]),
          column("capacitorChargeCount", counters[0]),
        ],
      },
    ],
  };
}

async function arrive(...devices: DeviceSection[]) {
  const observations = new ObservationStore(house.db);
  const folds = foldsOf({ observations, clock: { nowMs: () => NOON_MS } });
  const arrivals = new ArrivalStore({
    db: house.db,
    catalog,
    folds,
    takeUp: takeUpOn(house.db),
    prepare: observations.prepare,
    log: silent,
  });
  return arrivals.settle([arrivalOf({ sequence: ++sequence, devices })], await fleet.index(NOON_MS), NOON_MS + 60_000);
}

/** How many readings stand under each device, or under the place where nobody knows the device. */
async function readings(): Promise<Record<string, number>> {
  const { rows } = await house.db.pool.query<{ who: string; readings: string }>(
    `select coalesce(device.id, 'place ' || line_place.unit) as who, sum(readings) as readings
     from (select kept as num, readings / cardinality(array_remove(devices, 0)) as readings
           from telemetry.batch, unnest(array_remove(devices, 0)) kept
           union all select device, readings from telemetry.chunk) stored
     left join device using (num) left join line_place using (num) group by 1`,
  );
  return Object.fromEntries(rows.map(({ who, readings: count }) => [who, Number(count)]));
}
const twin = async (id: string) => new TwinQueries(house.db, catalog).twin(id, NOON_MS + 60_000);
const scan = (deviceId: string, unit: string, atMs = NOON_MS + 100_000) =>
  store.bindBySight({ deviceId, gatewayId: "gw-a", line: "dock", unit, source: "scan" }, atMs);

test("the first presence after a person bound the place is that device's", async () => {
  await arrive(section("17", "first", 1_000, [412, 1_180]), section("18", "other", 1_000, [90, 300]));
  expect(await readings()).toEqual({ "defib-1": 5, "defib-2": 5 });
  expect((await twin("defib-1"))?.unconfirmed).toBeNull();
});

test("two nameless devices swapped while off: no reading of one enters the other's history, until a scan says who is who", async () => {
  await arrive(section("17", "a1", 1_000, [412, 1_180]), section("18", "b1", 1_000, [90, 300]));
  await arrive(section("17", "b2", 90_000, [95, 700]), section("18", "a2", 90_000, [2, 9_000]));
  await arrive(section("17", "b2", 95_000, [95, 700]));
  expect(await readings()).toEqual({ "defib-1": 5, "defib-2": 5, "place 17": 10, "place 18": 5 });
  for (const id of DEVICES) {
    expect(await twin(id)).toMatchObject({
      judgement: {
        availability: "unknown",
        holds: expect.arrayContaining([expect.objectContaining({ reason: "unconfirmed" })]),
      },
    });
  }
  const judged = await new TwinQueries(house.db, CATALOG).twins({}, NOON_MS + 60_000);
  expect(judged.map((one) => twinChip(one).identityHold)).toEqual(DEVICES.map(() => "unconfirmed"));
  // Somebody has to go there, so the map says so.
  expect(wardMap([], judged, true, NOON_MS).notices).toContainEqual({ cause: "identity", gateway: null, devices: 2 });
  expect((await fleet.unconfirmedLines()).map(({ unit, device_id }) => [unit, device_id])).toEqual([
    ["17", "defib-1"],
    ["18", "defib-2"],
  ]);

  await scan("defib-2", "17");
  await scan("defib-1", "18");
  fleet.forgetIndex();
  await arrive(section("17", "b2", 100_000, [95, 700]), section("18", "a2", 100_000, [2, 9_000]));
  // With all that was held of it since it was plugged in there.
  expect(await readings()).toEqual({ "defib-1": 15, "defib-2": 20 });
  expect((await twin("defib-2"))?.metrics.get("batteryCycleCount")?.value).toBe(95);
  expect((await twin("defib-1"))?.unconfirmed).toBeNull();
  // What came late from before the swap is still whose it was.
  await arrive(section("17", "a1", 2_000, [412, 1_180]));
  expect((await readings())["defib-1"]).toBe(20);
  const { rows } = await house.db.pool.query<{ id: string; minutes: number }>(
    "select id, sum(count)::int as minutes from telemetry.minute join device on num = device group by 1 order by 1",
  );
  expect(rows).toEqual([
    { id: "defib-1", minutes: 20 },
    { id: "defib-2", minutes: 20 },
  ]);
});

test("a scan moves what its own presence said, and not what another one said on the same place before", async () => {
  await arrive(section("17", "a1", 1_000, [412, 1_180]));
  await arrive(section("17", "b2", 90_000, [95, 700]));
  await arrive(section("17", "c3", 95_000, [7, 70]));
  await scan("defib-2", "17");
  fleet.forgetIndex();
  expect(await readings()).toEqual({ "defib-1": 5, "defib-2": 5, "place 17": 5 });
});

test("what a place that nobody bound says is held, and is the device's once a binding or a scan says which", async () => {
  await arrive(section("20", "x1", 1_000, [1, 10]), section("21", "y1", 1_000, [2, 20]));
  expect(await readings()).toEqual({ "place 20": 5, "place 21": 5 });
  await scan("defib-1", "20", NOON_MS + 30_000);
  await store.import({ ...registry, bindings: [{ gateway: "gw-a", line: "dock", unit: "21", device: "defib-2" }] });
  fleet.forgetIndex();
  await arrive(section("21", "y1", 3_000, [2, 20]));
  expect(await readings()).toEqual({ "defib-1": 5, "defib-2": 10 });
});

test("a device whose counters went on as time did is known again by itself", async () => {
  await arrive(section("17", "first", 1_000, [412, 1_180]), section("18", "other", 1_000, [90, 300]));
  await arrive(section("17", "second", 3_600_000, [413, 1_180]));
  expect(await readings()).toEqual({ "defib-1": 10, "defib-2": 5 });
  const { rows } = await house.db.pool.query("select confirmed_by from attachment where attachment = 'second'");
  expect(rows).toEqual([{ confirmed_by: "fingerprint" }]);
});

test("a binding that is imported again confirms nobody", async () => {
  await arrive(section("17", "first", 1_000, [412, 1_180]));
  await store.import(registry);
  await arrive(section("17", "second", 90_000, [2, 9_000]));
  expect(await readings()).toEqual({ "defib-1": 5, "place 17": 5 });
});

test("a scan of a device that does not answer yet is of whatever answers next, not of what fell silent before", async () => {
  await arrive(section("17", "first", 1_000, [412, 1_180]));
  expect(await scan("defib-2", "17", NOON_MS + 3_600_000)).toEqual({ attachment: null });
  fleet.forgetIndex();
  await arrive(section("17", "second", 3_700_000, [2, 9_000]));
  await arrive(section("17", "first", 2_000, [412, 1_180]));
  expect(await readings()).toEqual({ "defib-1": 10, "defib-2": 5 });
});

test("a device of a profile that the hospital wrote is judged by it and known again, and without the file it is not", async () => {
  const own = "st-mary/dock";
  const devices = registry.devices.map((device) => ({ ...device, profile: own }));
  await store.import({ ...registry, devices });
  fleet.forgetIndex();
  catalog = new Map([...CATALOG, [own, { ...defibReady, id: own }]]);
  await arrive(section("17", "first", 1_000, [412, 1_180], own), section("18", "other", 1_000, [90, 300], own));
  await arrive(section("17", "second", 3_600_000, [413, 1_180], own));
  expect(await readings()).toEqual({ "defib-1": 10, "defib-2": 5 });
  expect((await twin("defib-1"))?.judgement.holds.map(({ kind }) => kind)).toContain("self-test");
  catalog = CATALOG;
  await arrive(section("18", "third", 3_600_000, [91, 301], own));
  expect(await readings()).toEqual({ "defib-1": 10, "defib-2": 5, "place 18": 5 });
  expect(await twin("defib-1")).toMatchObject({ profile: null, judgement: { availability: "unknown", holds: [] } });
});

test("a long time held is given to the device part by part: some with the scan, and the rest by a job, each once", async () => {
  await arrive(section("17", "first", 1_000, [412, 1_180]));
  const observations = new ObservationStore(house.db);
  const clock = { nowMs: () => NOON_MS };
  const folds = foldsOf({ observations, clock });
  const { prepare } = observations;
  const arrivals = new ArrivalStore({ db: house.db, catalog, folds, takeUp: takeUpOn(house.db), prepare, log: silent });
  const held = Array.from({ length: 1_100 }, (_, n) =>
    arrivalOf({ sequence: ++sequence, devices: [section("17", "second", 90_000 + n * 10, [95, 700])] }),
  );
  for (let from = 0; from < held.length; from += 256) {
    await arrivals.settle(held.slice(from, from + 256), await fleet.index(NOON_MS), NOON_MS + 60_000);
  }
  expect(await readings()).toEqual({ "defib-1": 5, "place 17": 5_500 });
  await scan("defib-2", "17");
  expect(await readings()).toEqual({ "defib-1": 5, "defib-2": 2_500, "place 17": 3_000 });
  const { rows } = await house.db.pool.query<{ payload: HeldClaimed }>(
    "select payload from event_outbox where name = 'arrival.held-claimed'",
  );
  const [claim] = rows;
  if (claim === undefined) throw new Error("nobody was told of the rest");
  const deps = { db: house.db, held: heldReadingsOf({ observations, clock }) };
  for (let times = 0; times < 2; times++) await takeUpHeld.run(claim.payload, deps, AbortSignal.timeout(60_000));
  expect(await readings()).toEqual({ "defib-1": 5, "defib-2": 5_500 });
  const { rows: counted } = await house.db.pool.query<{ minutes: number }>(
    "select sum(count)::int as minutes from telemetry.minute join device on num = device where id = 'defib-2'",
  );
  expect(counted).toEqual([{ minutes: 5_500 }]);
}, 60_000);
