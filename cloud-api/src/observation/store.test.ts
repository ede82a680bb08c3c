import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Arrival } from "../arrival/rules.ts";
import { ArrivalStore } from "../arrival/store.ts";
import { FleetQueries } from "../fleet/queries.ts";
import { openTestDatabase, silent, type TestDatabase } from "../platform/database.testing.ts";
import type { Database } from "../platform/database.ts";
import {
  arrivalOf,
  DEVICES,
  forgetTold,
  importRegistry,
  type Look,
  NOON_MS,
  sectionOf,
  takeUpOn,
} from "../telemetry.testing.ts";
import { foldsOf } from "../worker.ts";
import { ObservationQueries } from "./queries.ts";
import { DAY_MS } from "./rules.ts";
import { ObservationStore } from "./store.ts";

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
let queries: ObservationQueries;

beforeAll(async () => {
  house = await openTestDatabase();
  await importRegistry(house.db);
  ingest = openIngest(house.db);
  queries = new ObservationQueries(house.db);
});
afterAll(() => house.stop());

const integrateAll = async () => {
  while ((await ingest.observations.integrateDue(NOON_MS)) > 0);
};

/** What is left of everything that was told, without what says in which steps it came. */
async function outcome(): Promise<Record<string, unknown>> {
  await integrateAll();
  const all = async (sql: string) => (await house.db.pool.query<Record<string, unknown>>(sql)).rows;
  return {
    twins: await all(
      "select device_id, operating_state, operating_at, device_link, heard_at, epoch, mono_ms, identity from twin order by 1",
    ),
    metrics: await all("select * from twin_metric order by device_id, metric"),
    minutes: await all("select * from telemetry.minute order by device, metric, at"),
    batches: await all(
      "select devices, from_at, to_at, sequence, readings from telemetry.batch order by epoch, sequence",
    ),
    states: await all("select device_id, day, state, spans::text from state_span order by 1, 2, 3"),
    usage: await all("select * from usage_day order by 1, 2"),
  };
}

const looks = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 1, max: 70_000 }),
    device: fc.constantFrom(...DEVICES),
    state: fc.constantFrom(...OPERATING_STATES),
    chargePct: fc.integer({ min: 0, max: 100 }),
  }),
  { minLength: 1, maxLength: 30 },
);

/** Batches of up to four looks, of two epochs, over a midnight, as an agent would seal them. */
function batchesOf(steps: readonly { gapMs: number; device: string; state: Look["state"]; chargePct: number }[]) {
  let monoMs = 0;
  const before = new Map<string, Look>();
  const told = steps.map(({ gapMs, device, ...rest }) => {
    monoMs += gapMs;
    return { device, look: { ...rest, monoMs } };
  });
  return Array.from({ length: Math.ceil(told.length / 4) }, (_, i) => {
    const byDevice = Map.groupBy(told.slice(i * 4, i * 4 + 4), ({ device }) => device);
    const devices = [...byDevice].map(([device, part]) => {
      const own = part.map(({ look }) => look);
      const section = sectionOf(device, own, before.get(device) ?? null);
      const last = own.at(-1);
      if (last !== undefined) before.set(device, last);
      return section;
    });
    // Noon plus twelve hours less ten minutes: long runs cross midnight.
    const epoch = i * 8 < told.length ? 1 : 2;
    return arrivalOf({ epoch, sequence: i + 1, devices, batch: { cloudOffsetMs: NOON_MS + DAY_MS / 2 - 600_000 } });
  });
}

test("any order and any grouping of the same batches, repeats among them, leaves the same twin, minutes, states and hours", async () => {
  await fc.assert(
    fc.asyncProperty(looks, fc.infiniteStream(fc.nat()), async (steps, chance) => {
      const draw = (below: number) => (chance.next().value ?? 0) % below;
      const batches = batchesOf(steps);
      await forgetTold(house.db);
      for (const batch of batches) await ingest.settle([batch]);
      const inOrder = await outcome();

      await forgetTold(house.db);
      const shuffled = [...batches, ...batches.slice(0, 2)]
        .map((batch) => ({ batch, at: draw(1_000) }))
        .sort((a, b) => a.at - b.at)
        .map(({ batch }) => batch);
      while (shuffled.length > 0) await ingest.settle(shuffled.splice(0, 1 + draw(4)));
      expect(await outcome()).toEqual(inOrder);
    }),
    { numRuns: 25, seed: 20_261_122 },
  );
});

/** One look every ten seconds. */
const steady = (fromMs: number, toMs: number, state: Look["state"]): Look[] =>
  Array.from({ length: (toMs - fromMs) / 10_000 + 1 }, (_, i) => ({
    monoMs: fromMs + i * 10_000,
    state,
    chargePct: i,
  }));

test("history, states over midnight and hours are told as they were", async () => {
  await forgetTold(house.db);
  const midnightMs = NOON_MS + DAY_MS / 2;
  const used = steady(0, 120_000, "in-use");
  const idle = steady(130_000, 190_000, "standby");
  const devices = [sectionOf("vent-1", [...used, ...idle])];
  await ingest.settle([arrivalOf({ sequence: 1, devices, batch: { cloudOffsetMs: midnightMs - 60_000 } })]);
  await integrateAll();

  const ribbon = await queries.states("vent-1", midnightMs - 30_000, midnightMs + 600_000);
  const at = (ms: number) => new Date(midnightMs + ms).toISOString();
  expect(ribbon.stretches).toEqual([
    { state: "in-use", from: at(-30_000), to: at(70_000) },
    { state: "standby", from: at(70_000), to: at(130_000) },
  ]);
  const { points, ucum } = await queries.history("vent-1", "batteryChargePct", midnightMs - 60_000, midnightMs);
  expect({ points, ucum }).toEqual({
    points: [{ at: at(-60_000), count: 6, min: 0, mean: 2.5, max: 5 }],
    ucum: "%",
  });
  expect(await queries.usage("vent-1")).toMatchObject({
    since: at(-60_000),
    inUseH: 130 / 3_600,
    standbyH: 60 / 3_600,
    offH: 0,
  });
  expect(await queries.usage("vent-2")).toMatchObject({ since: null, asOf: null, inUseH: 0 });
});

test("of two runs for one day at once none puts an older sum back", async () => {
  await forgetTold(house.db);
  await ingest.settle([arrivalOf({ sequence: 1, devices: [sectionOf("vent-1", steady(0, 60_000, "in-use"))] })]);
  const runs: Promise<number>[] = [];
  await house.db.transaction(async (tx) => {
    // Holds both runs up at their first step, while more is observed and committed.
    await tx.query("select pg_advisory_xact_lock(hashtextextended('usage_day/vent-1', 0))");
    runs.push(ingest.observations.integrateDue(NOON_MS), ingest.observations.integrateDue(NOON_MS));
    const more = sectionOf("vent-1", steady(60_000, 120_000, "in-use"));
    await ingest.settle([arrivalOf({ sequence: 2, devices: [more] })]);
  });
  await Promise.all(runs);
  expect((await queries.usage("vent-1")).inUseH).toBe(120 / 3_600);
  const { rows } = await house.db.pool.query("select 1 from state_span where due");
  expect(rows).toEqual([]);
});
