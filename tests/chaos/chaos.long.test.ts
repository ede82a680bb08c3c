/** Every case, round upon round and in both shapes of the house; writes what came of it to tests/bench/results/chaos.md. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "@wardtwin/infra/test/debian-tool";
import { createRandom } from "@wardtwin/simulators/random";
import { afterAll, expect, test } from "vitest";
import { root } from "../support/house.ts";
import { faultsOfBooks } from "./books.ts";
import type { Case, Round } from "./case.ts";
import { IN_TURN, SIDE_BY_SIDE, WITH_CLOCK, WITH_DISK } from "./case-list.ts";
import { CROWD_RECONNECTS } from "./cases/raw.ts";
import { type ChaosHouse, openChaosHouse } from "./chaos-house.ts";
import type { Shape } from "./cloud-parts.ts";
import { GatewayPool, runRound } from "./runner.ts";
import { roundsOf, seedOf } from "./settings.ts";
import { type Row, tableOf } from "./table.ts";

const SEED = seedOf();
const ROUNDS = roundsOf();
/** A batch every ten seconds for three days. */
const SIZES = { crowd: 200, backlogBatches: 25_920 };
/** A round of all cases takes about a minute and a half. */
const WITHIN_MS = 120_000 + ROUNDS * 300_000;
const random = createRandom(SEED);
const rows: Row[] = [];

afterAll(() => {
  const folder = join(root, "tests/bench/results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "chaos.md"), tableOf(rows, SEED));
});

describeWith(["mosquitto", "redis-server", "faketime"], `chaos with the seed ${SEED}`, () => {
  test.each(["one", "apart"] as const)("in the house %s", async (shape) => holds(shape), WITHIN_MS);
});

async function holds(shape: Shape): Promise<void> {
  const house = await openChaosHouse(shape, SEED, SIZES);
  try {
    const rounds = await roundsIn(house);
    for (const [{ name }, of] of rounds) rows.push({ house: shape, name, rounds: of });
    expect([...rounds].flatMap(([{ name }, of]) => of.map((round) => ({ name, ...round })).filter(isWrong))).toEqual(
      [],
    );
    expect(await faultsOfBooks(house)).toEqual([]);
  } finally {
    await house.stop();
  }
}

async function roundsIn(house: ChaosHouse): Promise<Map<Case, Round[]>> {
  const pool = new GatewayPool(house.gateways);
  const special = [WITH_CLOCK, WITH_DISK].filter(
    ({ needs }) => needs === undefined || house.gateways.some((gateway) => gateway[needs] !== null),
  );
  const together: Case[] = [...special, ...SIDE_BY_SIDE];
  // In one process the broker dies with the cloud, which is a case of its own already.
  const inTurn: Case[] = [...IN_TURN.filter(({ apart }) => !apart || house.shape === "apart"), CROWD_RECONNECTS];
  const rounds = new Map<Case, Round[]>([...together, ...inTurn].map((one) => [one, []]));
  for (let number = 1; number <= ROUNDS; number++) {
    const play = async (one: Case) => {
      const round = await runRound(house, pool, one, random.fork(`${house.shape} ${one.name} ${number}`));
      if (isWrong(round)) console.info(`round ${number} of ${one.name}: ${JSON.stringify(round)}`);
      rounds.get(one)?.push(round);
    };
    await Promise.all(together.map(play));
    for (const one of inTurn) await play(one);
  }
  return rounds;
}

const isWrong = ({ lost, twice, disordered }: Round): boolean => lost + twice + disordered > 0;
