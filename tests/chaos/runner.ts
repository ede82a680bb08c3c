import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "@wardtwin/simulators/random";
import { eventually } from "../support/eventually.ts";
import type { Case, Done, GatewayCase, Round } from "./case.ts";
import type { ChaosGateway, ChaosHouse } from "./chaos-house.ts";
import { compare } from "./comparison.ts";

const RECOVERED_WITHIN_MS = 60_000;
/** What is still missing so long after the twin was right again will not come any more, ms. */
const ARRIVED_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 300;

/** Lends out gateways, so that cases that break one of them run side by side, each on its own. */
export class GatewayPool {
  readonly #free: ChaosGateway[];
  readonly #waiting: { needs: GatewayCase["needs"]; take: (gateway: ChaosGateway) => void }[] = [];

  constructor(gateways: readonly ChaosGateway[]) {
    this.#free = [...gateways];
  }

  async with<Value>(needs: GatewayCase["needs"], work: (gateway: ChaosGateway) => Promise<Value>): Promise<Value> {
    const gateway = await new Promise<ChaosGateway>((take) => {
      this.#waiting.push({ needs, take });
      this.#lend();
    });
    try {
      return await work(gateway);
    } finally {
      this.#free.push(gateway);
      this.#lend();
    }
  }

  /** Who needs a special part goes first: any other gateway will do for the others. */
  #lend(): void {
    const special = (needs: GatewayCase["needs"]) => (needs === undefined ? 1 : 0);
    this.#waiting.sort((a, b) => special(a.needs) - special(b.needs));
    for (const one of [...this.#waiting]) {
      const index = this.#free.findIndex((gateway) => one.needs === undefined || gateway[one.needs] !== null);
      const [gateway] = index < 0 ? [] : this.#free.splice(index, 1);
      if (gateway === undefined) continue;
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      one.take(gateway);
    }
  }
}

/** One round of a case, from the fault until all is right and counted. */
export async function runRound(house: ChaosHouse, pool: GatewayPool, one: Case, random: Random): Promise<Round> {
  switch (one.on) {
    case "raw":
      return one.round(house, random);
    case "gateway":
      return pool.with(one.needs, async (gateway) => settle(house, gateway, await one.act(gateway, random), random));
    case "house": {
      const done = await one.act(house, random);
      const rounds = await Promise.all(house.gateways.map((gateway) => settle(house, gateway, done, random)));
      return rounds.reduce(together);
    }
  }
}

/** Waits until the twin shows what the device says now, and then until everything said before has arrived. */
async function settle(house: ChaosHouse, gateway: ChaosGateway, done: Done, random: Random): Promise<Round> {
  await isRight(house, gateway, random);
  const recoveryMs = performance.now() - done.liftedMs;
  const untilMs = Date.now();
  const deadlineMs = performance.now() + ARRIVED_WITHIN_MS;
  for (;;) {
    const { missing, ...sum } = await compare(house, gateway, untilMs, done.excuses);
    if (sum.lost > 0 && performance.now() < deadlineMs) {
      await sleep(LOOK_AGAIN_MS);
      continue;
    }
    gateway.comparedUntilMs = untilMs;
    for (const { device, atMs, state } of missing) {
      console.info(
        `${gateway.id}: ${device} said at ${new Date(atMs).toISOString()} that it is ${state}, and no store has it`,
      );
    }
    return { ...sum, recoveryMs };
  }
}

/** Pins another breath rate than before, and waits for the twin that shows it. */
async function isRight({ hospital, watch }: ChaosHouse, { id, devices }: ChaosGateway, random: Random) {
  const lead = devices[0] ?? "";
  const { values } = await hospital.device(lead);
  const before = values["respiratoryRatePerMin"] ?? 0;
  const rate = random.integer(8, 24) + (before < 25 ? 20 : 0);
  await hospital.pin(lead, { respiratoryRatePerMin: rate });
  await eventually(
    `the twin of ${lead} on ${id} to show a rate of ${rate}`,
    () => {
      const twin = watch.shown(lead);
      const shown = twin?.metrics.find(({ metric }) => metric === "respiratoryRatePerMin");
      const { gateway, device } = twin?.connectivity ?? {};
      return shown?.value === rate && gateway?.state === "online" && device?.state === "connected";
    },
    RECOVERED_WITHIN_MS,
  );
}

const together = (a: Round, b: Round): Round => ({
  said: a.said + b.said,
  readings: a.readings + b.readings,
  lost: a.lost + b.lost,
  twice: a.twice + b.twice,
  disordered: a.disordered + b.disordered,
  excused: a.excused + b.excused,
  recoveryMs: Math.max(a.recoveryMs, b.recoveryMs),
  liveAgeMs: Math.max(a.liveAgeMs, b.liveAgeMs),
  timeErrorMs: Math.max(a.timeErrorMs, b.timeErrorMs),
});
