/**
 * Whatever is killed, cut, frozen, filled or made to lie: no reading is lost, none is there twice, and each metric keeps its
 * order. Two rounds a case; `chaos.long.test.ts` has as many as are wanted, in every shape of the house.
 */
import { describeWhere, describeWith } from "@wardtwin/infra/test/debian-tool";
import { createRandom } from "@wardtwin/simulators/random";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultsOfBooks } from "./books.ts";
import type { Case } from "./case.ts";
import { IN_TURN, SIDE_BY_SIDE, WITH_CLOCK, WITH_DISK } from "./case-list.ts";
import { volley } from "./cases/house.ts";
import { CROWD_RECONNECTS } from "./cases/raw.ts";
import { type ChaosHouse, openChaosHouse } from "./chaos-house.ts";
import { whyNoDisk } from "./gateway-parts.ts";
import { GatewayPool, runRound } from "./runner.ts";
import { seedOf } from "./settings.ts";

/** Always the same here, so that whoever changes something else is not stopped by another one's luck; the long rounds vary. */
const SEED = seedOf(20_261_124);
const ROUNDS = 2;
/** The long rounds have more. */
const SIZES = { crowd: 30, backlogBatches: 400 };
const random = createRandom(SEED);

describeWith(["mosquitto", "redis-server"], `with each role in a process of its own, seed ${SEED}`, () => {
  let house: ChaosHouse;
  let pool: GatewayPool;

  beforeAll(async () => {
    house = await openChaosHouse("apart", SEED, SIZES);
    pool = new GatewayPool(house.gateways);
  }, 120_000);
  afterAll(() => house?.stop());

  async function holds(one: Case) {
    for (let number = 1; number <= ROUNDS; number++) {
      const round = await runRound(house, pool, one, random.fork(`${one.name} ${number}`));
      console.info(`${one.name}: ${JSON.stringify(round)}`);
      const { said, lost, twice, disordered } = round;
      expect({ lost, twice, disordered }).toEqual({ lost: 0, twice: 0, disordered: 0 });
      expect(said).toBeGreaterThan(0);
    }
  }

  describe.concurrent("side by side, each on a gateway of its own", () => {
    const options = { timeout: 90_000 };
    describeWith("faketime", "and with a clock that can be set", () => {
      test(WITH_CLOCK.name, options, () => holds(WITH_CLOCK));
    });
    describeWhere(whyNoDisk(), "and with a disk that can be filled", () => {
      test(WITH_DISK.name, options, () => holds(WITH_DISK));
    });
    test.each(SIDE_BY_SIDE)("$name", options, holds);
  });
  test("everything that all stand on, blow upon blow", { timeout: 120_000 }, () => holds(volley(IN_TURN)));
  test(CROWD_RECONNECTS.name, { timeout: 60_000 }, () => holds(CROWD_RECONNECTS));
  test("at the end every epoch is one unbroken range, and minutes count what chunks hold", async () => {
    expect(await faultsOfBooks(house)).toEqual([]);
  });
});
