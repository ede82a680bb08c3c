import { query } from "../../support/database.ts";
import { type Done, done, type HouseCase } from "../case.ts";
import type { ChaosHouse } from "../chaos-house.ts";
import { moment, shuffled } from "../moment.ts";

/** Something ends at a moment of the seed's choice; the fault begins and is over with it. */
const ending = (name: string, end: (house: ChaosHouse) => Promise<void>): HouseCase => ({
  on: "house",
  name,
  act: async (house, random): Promise<Done> => {
    await moment(random, 0, 500);
    const liftedMs = performance.now();
    await end(house);
    return { liftedMs, excuses: [] };
  },
});

export const INGEST_KILLED = ending("cloud killed (ingest)", ({ ingest }) => ingest.end("SIGKILL"));
export const INGEST_ENDED = ending("cloud asked to end (SIGTERM)", ({ ingest }) => ingest.end("SIGTERM"));
export const BROKER_KILLED: HouseCase = { ...ending("broker killed", ({ broker }) => broker.kill()), apart: true };
export const DATABASE_KILLED = ending("PostgreSQL killed", ({ killDatabase }) => killDatabase());

export const BROKER_FROZEN: HouseCase = {
  on: "house",
  name: "broker frozen and thawed",
  act: async ({ broker }, random) => {
    await moment(random, 0, 500);
    broker.freeze();
    await moment(random, 1_000, 2_500);
    broker.thaw();
    return done();
  },
};

export const DATABASE_READ_ONLY: HouseCase = {
  on: "house",
  name: "database read-only",
  act: async ({ databaseUrl }, random) => {
    const setReadOnly = async (word: "on" | "off") => {
      await query(databaseUrl, `alter system set default_transaction_read_only = ${word}`);
      await query(databaseUrl, "select pg_reload_conf()");
    };
    await moment(random, 0, 500);
    await setReadOnly("on");
    await moment(random, 1_000, 2_500);
    await setReadOnly("off");
    return done();
  },
};

/** All of these, one right after the other and in an order of the seed's choice: nothing has time to recover in between. */
export const volley = (cases: readonly HouseCase[]): HouseCase => ({
  on: "house",
  name: cases.map(({ name }) => name).join(", "),
  act: async (house, random) => {
    for (const { act } of shuffled(cases, random)) await act(house, random);
    return done();
  },
});
