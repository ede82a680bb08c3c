/** Telemetry through the product's own path, beside the raw insert of the same readings: what it takes in, and what it keeps. */
import pg from "pg";
import Value from "typebox/value";
import { openStand, quantile, type Stand, startPart } from "../stand.ts";
import {
  GATEWAYS,
  gatewayId,
  METRICS,
  READINGS_PER_SAMPLE,
  readingsOf,
  registry,
  type Shape,
  Ward,
} from "./hospital.ts";
import { LoadReport, type LoadTask } from "./load.ts";
import { RawReport, type RawTask } from "./raw.ts";
import { bytesOf, countReadings, packAll } from "./stored.ts";

export const SEED = 20261201;
const HOUR_MS = 3_600_000;

/** How much one round sends. */
export interface Extent {
  live: Shape;
  catchUp: Shape;
  /** Batches of one sample that each gateway sends 5 times a second: 100,000 readings/s together. */
  pacedBatches: number;
  rawSamples: number;
}
const PACED_PER_S = 100_000 / (GATEWAYS * READINGS_PER_SAMPLE);

export interface Round {
  rawPerS: number;
  livePerS: number;
  catchUpPerS: number;
  rawBytes: number;
  arrivedBytes: number;
  compactedBytes: number;
  minuteBytes: number;
  compactedPerS: number;
  pacedPerS: number;
  ackP50Ms: number;
  ackP99Ms: number;
}

export async function runRound(extent: Extent, say: (line: string) => void): Promise<Round> {
  const gateways = Array.from({ length: GATEWAYS }, (_, gateway) => gatewayId(gateway));
  const stand = await openStand(registry, gateways);
  const client = new pg.Client({ connectionString: stand.databaseUrl });
  await client.connect();
  try {
    const lastHourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
    const rawPerS: number[] = [];
    const rawBytes: number[] = [];
    const raw = async () => {
      const report = await runRaw(stand, client, {
        databaseUrl: stand.databaseUrl,
        seed: SEED,
        startMs: lastHourMs,
        samples: extent.rawSamples,
      });
      rawPerS.push(report.readings / report.seconds);
      rawBytes.push(report.bytes / report.readings);
      say(`raw insert: ${perS(report.readings / report.seconds)}`);
    };
    const load = (shape: Shape, epoch: number, startMs: number, batchesPerS: number | null) =>
      runLoad(stand, client, {
        epoch,
        startMs,
        batchesPerS,
        lane: shape.name === "live" ? "live" : "backlog",
        samplesPerBatch: shape.samplesPerBatch,
        batchesPerGateway: shape.batchesPerGateway,
      });

    await raw();
    const live = await load(extent.live, 1, lastHourMs, null);
    say(`live: ${perS(live.perS)}, ${live.wireBytes.toFixed(2)} B a reading on the wire`);
    const arrived = await bytesOf(client);
    const { seconds: compactedS } = await packAll(stand.databaseUrl, lastHourMs + 2 * HOUR_MS);
    const compacted = await bytesOf(client);
    const readings = readingsOf(extent.live);
    await verify(client, stand, 0, readings);
    say(
      `stored: ${(arrived.chunks / readings).toFixed(2)} B arrived, ${(compacted.chunks / readings).toFixed(2)} B compacted in ${compactedS.toFixed(1)} s`,
    );
    await raw();
    const catchUp = await load(extent.catchUp, 2, lastHourMs - 24 * HOUR_MS, null);
    say(`catch-up: ${perS(catchUp.perS)}, ${catchUp.wireBytes.toFixed(2)} B a reading on the wire`);
    const paced = await load(
      { name: "live", samplesPerBatch: 1, batchesPerGateway: extent.pacedBatches },
      3,
      Date.now() - extent.pacedBatches * 1_000,
      PACED_PER_S,
    );
    say(`paced: ${perS(paced.perS)}, acknowledged within ${paced.ackP99Ms.toFixed(0)} ms (99 %)`);
    return {
      rawPerS: Math.max(...rawPerS),
      livePerS: live.perS,
      catchUpPerS: catchUp.perS,
      rawBytes: Math.min(...rawBytes),
      arrivedBytes: arrived.chunks / readings,
      compactedBytes: compacted.chunks / readings,
      minuteBytes: compacted.minutes / readings,
      compactedPerS: readings / compactedS,
      pacedPerS: paced.perS,
      ackP50Ms: paced.ackP50Ms,
      ackP99Ms: paced.ackP99Ms,
    };
  } finally {
    await client.end();
    await stand.stop();
  }
}

const perS = (readings: number) => `${Math.round(readings).toLocaleString("en")} readings/s`;

async function runRaw(_stand: Stand, client: pg.Client, task: RawTask): Promise<RawReport> {
  const part = await startPart("telemetry/raw.ts", task);
  await client.query("checkpoint");
  const report = Value.Parse(RawReport, await part.go());
  part.end();
  return report;
}

/** Sends all of it, and looks in the store whether it is there: every reading, once, in chunks and in minutes. */
async function runLoad(stand: Stand, client: pg.Client, shape: Omit<LoadTask, "mqttUrl" | "credentials" | "seed">) {
  const before = await countReadings(client);
  const part = await startPart("telemetry/load.ts", {
    mqttUrl: stand.mqttUrl,
    credentials: [...stand.credentials.values()],
    seed: SEED,
    ...shape,
  });
  await client.query("checkpoint");
  const report = Value.Parse(LoadReport, await part.go());
  part.end();
  const batches = GATEWAYS * shape.batchesPerGateway;
  if (report.committed !== batches || report.setAside > 0)
    throw new Error(`of ${batches} batches ${report.committed} were acknowledged and ${report.setAside} set aside`);
  const readings = batches * READINGS_PER_SAMPLE * shape.samplesPerBatch;
  const after = await countReadings(client);
  for (const where of ["chunks", "minutes"] as const) {
    if (after[where] - before[where] !== readings)
      throw new Error(`${after[where] - before[where]} of ${readings} readings are in the ${where}`);
  }
  return {
    perS: readings / report.seconds,
    wireBytes: report.bytes / readings,
    ackP50Ms: quantile(report.latenciesMs, 0.5),
    ackP99Ms: quantile(report.latenciesMs, 0.99),
  };
}

async function verify(client: pg.Client, _stand: Stand, before: number, readings: number): Promise<void> {
  const { chunks } = await countReadings(client);
  if (chunks - before !== readings) throw new Error(`after compaction ${chunks - before} of ${readings} readings`);
}

export { METRICS, Ward };
