/** Telemetry through the product's own path, beside the raw insert of the same readings: what it takes in, and what it keeps. */
import pg from "pg";
import Value from "typebox/value";
import { openStand, quantile, type Stand, startPart } from "../stand.ts";
import { GATEWAYS, gatewayId, READINGS_PER_SAMPLE, readingsOf, registry, type Shape } from "./hospital.ts";
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
  packedBytes: number;
  minuteBytes: number;
  packedPerS: number;
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
    return await measured({ stand, client, say }, extent);
  } finally {
    await client.end();
    await stand.stop();
  }
}

interface Place {
  stand: Stand;
  client: pg.Client;
  say(line: string): void;
}

async function measured(place: Place, { live, catchUp, pacedBatches, rawSamples }: Extent): Promise<Round> {
  const { stand, client, say } = place;
  // In the present hour, so that no job packs it before the bench does.
  const startMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const rawTask = { databaseUrl: stand.databaseUrl, seed: SEED, startMs, samples: rawSamples };
  const raws = [await runRaw(place, rawTask)];
  const lived = await runLoad(place, { ...live, lane: "live", epoch: 1, startMs, batchesPerS: null });
  const readings = readingsOf(live);
  const arrived = await bytesOf(client);
  const { seconds } = await packAll(stand.databaseUrl, startMs + 2 * HOUR_MS);
  const packed = await bytesOf(client);
  const { chunks } = await countReadings(client);
  if (chunks !== readings) throw new Error(`after packing there are ${chunks} of ${readings} readings`);
  say(`${(arrived.chunks / readings).toFixed(2)} B arrived, ${(packed.chunks / readings).toFixed(2)} B packed`);
  raws.push(await runRaw(place, rawTask));
  const caughtUp = await runLoad(place, { ...catchUp, lane: "backlog", epoch: 2, startMs, batchesPerS: null });
  const paced = await runLoad(place, {
    name: "live",
    samplesPerBatch: 1,
    batchesPerGateway: pacedBatches,
    lane: "live",
    epoch: 3,
    startMs: Date.now() - pacedBatches * 1_000,
    batchesPerS: PACED_PER_S,
  });
  return {
    rawPerS: Math.max(...raws.map(({ readings: rows, seconds: taken }) => rows / taken)),
    rawBytes: Math.min(...raws.map(({ readings: rows, bytes }) => bytes / rows)),
    livePerS: lived.perS,
    catchUpPerS: caughtUp.perS,
    arrivedBytes: arrived.chunks / readings,
    packedBytes: packed.chunks / readings,
    minuteBytes: packed.minutes / readings,
    packedPerS: readings / seconds,
    pacedPerS: paced.perS,
    ackP50Ms: paced.ackP50Ms,
    ackP99Ms: paced.ackP99Ms,
  };
}

async function runRaw({ client, say }: Place, task: RawTask): Promise<RawReport> {
  const part = await startPart("telemetry/raw.ts", task);
  await client.query("checkpoint");
  const report = Value.Parse(RawReport, await part.go());
  part.end();
  say(`raw insert: ${perS(report.readings / report.seconds)}`);
  return report;
}

type Sending = Shape & Pick<LoadTask, "epoch" | "startMs" | "batchesPerS" | "lane">;

/** Sends all of it, and looks in the store whether it is there: every reading, once, in batches and in minutes. */
async function runLoad({ stand, client, say }: Place, { name, ...sending }: Sending) {
  const before = await countReadings(client);
  const credentials = [...stand.credentials.values()];
  const part = await startPart("telemetry/load.ts", { mqttUrl: stand.mqttUrl, credentials, seed: SEED, ...sending });
  await client.query("checkpoint");
  const report = Value.Parse(LoadReport, await part.go());
  part.end();
  const batches = GATEWAYS * sending.batchesPerGateway;
  if (report.committed !== batches || report.setAside > 0)
    throw new Error(`of ${batches} batches ${report.committed} were acknowledged and ${report.setAside} set aside`);
  const readings = batches * READINGS_PER_SAMPLE * sending.samplesPerBatch;
  const after = await countReadings(client);
  for (const where of ["chunks", "minutes"] as const) {
    const found = after[where] - before[where];
    if (found !== readings) throw new Error(`${found} of ${readings} readings are in the ${where}`);
  }
  const [ackP50Ms, ackP99Ms] = [quantile(report.latenciesMs, 0.5), quantile(report.latenciesMs, 0.99)];
  const perSecond = readings / report.seconds;
  say(
    `${name}: ${perS(perSecond)}, ${(report.bytes / readings).toFixed(2)} B a reading on the wire, acknowledged within ${ackP50Ms.toFixed(0)} ms (50 %), ${ackP99Ms.toFixed(0)} ms (99 %)`,
  );
  return { perS: perSecond, ackP50Ms, ackP99Ms };
}

const perS = (readings: number) => `${Math.round(readings).toLocaleString("en")} readings/s`;
