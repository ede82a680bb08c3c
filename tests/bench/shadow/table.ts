import { machineClass, median, wholeRounds } from "../stand.ts";
import { type Extent, runRound, SEED } from "./bench.ts";
import { GATEWAYS, THINGS_PER_GATEWAY } from "./hospital.ts";

const IN_FLIGHT = [3, 10];

export async function shadowTable(short: boolean): Promise<string> {
  const rounds = short ? 1 : 5;
  const rows: string[] = [];
  for (const inFlight of IN_FLIGHT) {
    const extent: Extent = { inFlight, warmUpMs: short ? 3_000 : 8_000, measureMs: short ? 8_000 : 30_000 };
    const done = await wholeRounds(rounds, async (say) => {
      const round = await runRound(extent);
      say(`${inFlight} in flight: ${Math.round(round.updatesPerS)} updates/s, ${round.p99Ms.toFixed(0)} ms (99 %)`);
      return round;
    });
    const updates = Math.round(median(done.map(({ updatesPerS }) => updatesPerS))).toLocaleString("en");
    const [p50, p99] = [median(done.map(({ p50Ms }) => p50Ms)), median(done.map(({ p99Ms }) => p99Ms))];
    rows.push(`| ${inFlight} | ${done.length} of ${rounds} | ${updates} | ${p50.toFixed(0)} | ${p99.toFixed(0)} |`);
  }
  return [
    "# Updates of shadows",
    "",
    `\`npm run bench -- shadow${short ? " --short" : ""}\`, ${machineClass()}, seed ${SEED}. ${(GATEWAYS * THINGS_PER_GATEWAY).toLocaleString("en")} things, each updated in turn by the one of ${GATEWAYS} gateways that it is bound to, over mutual TLS and QoS 1; broker, cloud, PostgreSQL (fsync and synchronous_commit on) and load generator on the same cores. An update counts when its accepted, delta and documents have been heard, and its latency ends with the last of them. A round counts when nothing was rejected and the versions in the table add up to the updates. The bar: 6,000 updates/s, 99 % within 100 ms, with at most 10 in flight a connection.`,
    "",
    "| in flight a connection | whole rounds | updates/s | median, ms | 99 %, ms |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
