import { machineClass, median, wholeRounds } from "../stand.ts";
import { type Extent, type Round, runRound, SEED } from "./bench.ts";
import { DEVICES_PER_GATEWAY, GATEWAYS, METRICS, readingsOf } from "./hospital.ts";

const EXTENTS: Readonly<Record<"short" | "long", Extent & { rounds: number }>> = {
  short: {
    rounds: 1,
    live: { name: "live", samplesPerBatch: 1, batchesPerGateway: 150 },
    catchUp: { name: "catch-up", samplesPerBatch: 60, batchesPerGateway: 10 },
    pacedBatches: 50,
    rawSamples: 50,
  },
  long: {
    rounds: 5,
    live: { name: "live", samplesPerBatch: 1, batchesPerGateway: 600 },
    catchUp: { name: "catch-up", samplesPerBatch: 60, batchesPerGateway: 40 },
    pacedBatches: 150,
    rawSamples: 150,
  },
};

/** The bars of the product, beside what was measured. */
export async function telemetryTable(short: boolean): Promise<string> {
  const { rounds, ...extent } = EXTENTS[short ? "short" : "long"];
  const done = await wholeRounds(rounds, (say) => runRound(extent, say));
  const of = (pick: (round: Round) => number) => median(done.map(pick));
  const whole = (pick: (round: Round) => number) => Math.round(of(pick)).toLocaleString("en");
  const ratio = (pick: (round: Round) => number) => of((round) => pick(round) / round.rawPerS).toFixed(1);
  return [
    "# Telemetry through the product's own path",
    "",
    `\`npm run bench -- telemetry${short ? " --short" : ""}\`, ${machineClass()}, seed ${SEED}. Medians of ${done.length} whole rounds of ${rounds}, each on a database of its own; broker, cloud, PostgreSQL (fsync and synchronous_commit on) and load generator on the same cores. ${GATEWAYS} gateways with certificates of their own, ${DEVICES_PER_GATEWAY} devices each, ${METRICS.length} metrics a device, at irregular times and with noise; at most 32 batches of a gateway in flight. ${readingsOf(extent.live).toLocaleString("en")} readings live, ${readingsOf(extent.catchUp).toLocaleString("en")} to catch up; from the first byte sent to the last acknowledgement. A round counts when every batch was acknowledged as committed and every reading is in the store and in the minutes, once. The raw insert is \`insert … select from unnest\` of the same readings, one row each, 20,000 a statement, into a table without an index; the better of two runs.`,
    "",
    "| what | measured | × raw | bar |",
    "| --- | --- | --- | --- |",
    `| raw insert, rows/s | ${whole(({ rawPerS }) => rawPerS)} | 1.0 | |`,
    `| live (one sample a batch), readings/s | ${whole(({ livePerS }) => livePerS)} | ${ratio(({ livePerS }) => livePerS)} | ≥ 400,000 and ≥ 2.0 × |`,
    `| catch-up (60 samples a batch), readings/s | ${whole(({ catchUpPerS }) => catchUpPerS)} | ${ratio(({ catchUpPerS }) => catchUpPerS)} | ≥ 1,500,000 and ≥ 6 × |`,
    `| raw table, B a reading | ${of(({ rawBytes }) => rawBytes).toFixed(1)} | | |`,
    `| on arrival (live), with indexes, B a reading | ${of(({ arrivedBytes }) => arrivedBytes).toFixed(2)} | | ≤ 8 |`,
    `| after the hour is packed, B a reading | ${of(({ packedBytes }) => packedBytes).toFixed(2)} | | ≤ 2.5 |`,
    `| one-minute roll-ups, B a reading | ${of(({ minuteBytes }) => minuteBytes).toFixed(2)} | | told apart |`,
    `| packing, readings/s | ${whole(({ packedPerS }) => packedPerS)} | | |`,
    `| acknowledgement at ${whole(({ pacedPerS }) => pacedPerS)} readings/s (100,000 asked), median and 99 %, ms | ${of(({ ackP50Ms }) => ackP50Ms).toFixed(0)} and ${of(({ ackP99Ms }) => ackP99Ms).toFixed(0)} | | 99 % < 100 |`,
    "",
  ].join("\n");
}
