/** Updates of shadows over mutual TLS, persisted, with all three answers: how many a second, and how long each takes. */
import pg from "pg";
import Value from "typebox/value";
import { openStand, quantile, startPart } from "../stand.ts";
import { GATEWAYS, gatewayId, registry, THINGS_PER_GATEWAY } from "./hospital.ts";
import { LoadReport, type LoadTask } from "./load.ts";

export const SEED = 20_261_202;

export type Extent = Pick<LoadTask, "inFlight" | "warmUpMs" | "measureMs">;

export interface Round {
  updatesPerS: number;
  p50Ms: number;
  p99Ms: number;
}

/** @throws where the table does not hold every update: then the round says nothing */
export async function runRound(extent: Extent): Promise<Round> {
  const gateways = Array.from({ length: GATEWAYS }, (_, gateway) => gatewayId(gateway));
  const stand = await openStand(registry, gateways);
  const client = new pg.Client({ connectionString: stand.databaseUrl });
  await client.connect();
  try {
    const credentials = [...stand.credentials.values()];
    const part = await startPart("shadow/load.ts", { mqttUrl: stand.mqttUrl, credentials, seed: SEED, ...extent });
    await client.query("checkpoint");
    const report = Value.Parse(LoadReport, await part.go());
    part.end();
    const { rows } = await client.query<{ things: number; versions: number }>(
      "select count(*)::int as things, sum(version)::int as versions from shadow",
    );
    const { things, versions } = rows[0] ?? { things: 0, versions: 0 };
    if (report.rejected > 0 || things !== GATEWAYS * THINGS_PER_GATEWAY || versions !== report.updatesInAll)
      throw new Error(
        `${things} shadows with ${versions} versions after ${report.updatesInAll} updates, ${report.rejected} of them rejected`,
      );
    return {
      updatesPerS: report.updates / report.seconds,
      p50Ms: quantile(report.latenciesMs, 0.5),
      p99Ms: quantile(report.latenciesMs, 0.99),
    };
  } finally {
    await client.end();
    await stand.stop();
  }
}
