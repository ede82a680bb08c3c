import { type Done, done, type GatewayCase } from "../case.ts";
import type { ChaosGateway } from "../chaos-house.ts";
import { moment } from "../moment.ts";

/** An answer is on the gateway's disk so soon after it was said: it is read, and its batch sealed after 250 ms at most. */
const SEALED_AFTER_MS = 600;

async function ended({ agent }: ChaosGateway, signal: "SIGKILL" | "SIGTERM", sealedAfterMs: number): Promise<Done> {
  const [atMs, liftedMs] = [Date.now(), performance.now()];
  await agent.end(signal);
  return { liftedMs, excuses: [{ fromMs: atMs - sealedAfterMs, untilMs: Date.now() }] };
}

export const AGENT_KILLED: GatewayCase = {
  on: "gateway",
  name: "agent killed",
  act: async (gateway, random) => {
    await moment(random, 0, 2_000);
    return ended(gateway, "SIGKILL", SEALED_AFTER_MS);
  },
};

/** Asked to end, it seals what it has: only an answer that is on the wire at that moment may be cut short. */
const ON_THE_WIRE_MS = 100;

export const AGENT_ENDED: GatewayCase = {
  on: "gateway",
  name: "agent asked to end (SIGTERM)",
  act: async (gateway, random) => {
    await moment(random, 0, 2_000);
    return ended(gateway, "SIGTERM", ON_THE_WIRE_MS);
  },
};

export const CLOCK_JUMPS: GatewayCase = {
  on: "gateway",
  name: "gateway clock an hour or a year off",
  needs: "clock",
  act: async ({ clock, link }, random) => {
    clock?.set(random.pick([3_600, -3_600, -365 * 86_400]));
    await moment(random, 500, 1_500);
    // A new connection under the wrong clock: certificates are judged by it, and Hello tells it.
    link.cut();
    link.mend();
    await moment(random, 1_500, 2_500);
    clock?.set(0);
    return done();
  },
};

export const DISK_FULL: GatewayCase = {
  on: "gateway",
  name: "gateway disk full, link cut meanwhile",
  needs: "disk",
  act: async ({ disk, link }, random) => {
    link.cut();
    await moment(random, 500, 2_000);
    const fromMs = Date.now() - SEALED_AFTER_MS;
    disk?.fill();
    await moment(random, 2_000, 3_000);
    disk?.free();
    // A batch that no disk took is counted and gone: what it held is excused, and nothing else.
    const untilMs = Date.now();
    link.mend();
    return done({ fromMs, untilMs });
  },
};
