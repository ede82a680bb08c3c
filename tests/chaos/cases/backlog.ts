import type { Random } from "@wardtwin/simulators/random";
import { eventually } from "../../support/eventually.ts";
import { batchOf, frameOf, type RawGateway } from "../../support/raw-gateway.ts";
import type { RawCase } from "../case.ts";
import { monoMs, reckon, type Told, upTo } from "./raw.ts";

const HOUR_MS = 3_600_000;
const SPAN_MS = 72 * HOUR_MS;
/** The machine of the test has not run for three days; the gateway that it plays has. */
const RUN_BEFORE_MS = 100 * HOUR_MS;
/** As many as an agent has on the way. */
const ON_THE_WAY = 32;
const LIVE_EVERY_MS = 200;
const ACKNOWLEDGED_WITHIN_MS = 60_000;

/** Three days of backlog told as fast as they are acknowledged, while another gateway tells what is now. */
export const BACKLOG_DRAINED: RawCase = {
  on: "raw",
  name: "72 h of backlog drained beside live data",
  round: async (house, random) => {
    const { backlog, live } = house.raw.alone;
    const [old, fresh] = await Promise.all([backlog.open(), live.open()]);
    const told: [Told, Told] = [
      { place: backlog, epoch: backlog.nextEpoch(), atMonoMs: new Set() },
      { place: live, epoch: live.nextEpoch(), atMonoMs: new Set() },
    ];
    const sinceMs = performance.now();
    const draining = new AbortController();
    const [liveAgeMs] = await Promise.all([
      tellNow(fresh, told[1], draining.signal),
      drain(old, told[0], house.raw.backlogBatches, random).finally(() => draining.abort()),
    ]);
    const settledMs = performance.now();
    await Promise.all([old.close(), fresh.close()]);
    return { ...(await reckon(house, told, sinceMs, settledMs, SPAN_MS + HOUR_MS)), liveAgeMs };
  },
};

async function drain(raw: RawGateway, { place, epoch, atMonoMs }: Told, batches: number, random: Random) {
  const anchor = { monoMs: monoMs() + RUN_BEFORE_MS, wallMs: Date.now() };
  const stepMs = SPAN_MS / batches;
  for (const sequence of upTo(batches)) {
    const at = Math.floor(anchor.monoMs - SPAN_MS + sequence * stepMs - random.integer(0, Math.floor(stepMs / 2)));
    atMonoMs.add(at);
    const batch = batchOf({ serial: place.serial }, [at], true, anchor);
    await raw.say("telemetry", frameOf({ epoch, sequence, lane: "backlog" }, batch));
    if (sequence > ON_THE_WAY) await isSettled(raw, epoch, sequence - ON_THE_WAY);
  }
  for (const sequence of upTo(batches).slice(-ON_THE_WAY)) await isSettled(raw, epoch, sequence);
}

/** Tells one reading after another until told to stop. @returns how old the oldest was when it was acknowledged, ms */
async function tellNow(raw: RawGateway, { place, epoch, atMonoMs }: Told, stop: AbortSignal): Promise<number> {
  let ageMs = 0;
  for (let sequence = 1; !stop.aborted || sequence < 3; sequence++) {
    const [at, saidMs] = [monoMs(), performance.now()];
    atMonoMs.add(at);
    await raw.send({ epoch, sequence }, batchOf({ serial: place.serial }, [at], true));
    await isSettled(raw, epoch, sequence);
    ageMs = Math.max(ageMs, performance.now() - saidMs);
    await new Promise((resolve) => setTimeout(resolve, LIVE_EVERY_MS));
  }
  return ageMs;
}

const isSettled = (raw: RawGateway, epoch: number, sequence: number) =>
  eventually(
    `an acknowledgement of ${epoch}/${sequence}`,
    () => raw.verdictOf(epoch, sequence) !== null,
    ACKNOWLEDGED_WITHIN_MS,
  );
