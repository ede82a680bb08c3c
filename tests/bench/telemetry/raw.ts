/**
 * The raw limit: the same readings, one row each, by `insert … select from unnest` into a table without an index, the columns
 * made into PostgreSQL's array texts before the clock starts.
 */
import pg from "pg";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { playPart } from "../stand.ts";
import { DEVICES_PER_GATEWAY, GATEWAYS, METRICS, Ward } from "./hospital.ts";

export const RawTask = Type.Object({
  databaseUrl: Type.String(),
  seed: Type.Integer(),
  startMs: Type.Number(),
  /** Samples of every device. */
  samples: Type.Integer(),
});
export type RawTask = Static<typeof RawTask>;
export const RawReport = Type.Object({ seconds: Type.Number(), readings: Type.Integer(), bytes: Type.Integer() });
export type RawReport = Static<typeof RawReport>;

/** One sample of the whole hospital makes a statement: 20,000 rows. */
function statements({ seed, startMs, samples }: RawTask): string[][] {
  const wards = Array.from({ length: GATEWAYS }, (_, gateway) => new Ward(seed, gateway, startMs));
  return Array.from({ length: samples }, () => {
    const columns: (string | number)[][] = [[], [], [], [], []];
    for (const [gateway, ward] of wards.entries()) {
      const { devices, cloudOffsetMs } = ward.batch(1);
      for (const [device, { groups }] of devices.entries()) {
        for (const { timesMonoMs, columns: told } of groups) {
          for (const [metric, { values, qualities }] of told.entries()) {
            const atMs = (timesMonoMs[0] ?? 0) + (cloudOffsetMs ?? 0);
            const row = [gateway * DEVICES_PER_GATEWAY + device, metric, atMs, values[0] ?? 0, qualities[0] ?? 0];
            for (const [column, value] of row.entries()) columns[column]?.push(value);
          }
        }
      }
    }
    return columns.map((column) => `{${column.join(",")}}`);
  });
}

playPart(
  (task) => Value.Parse(RawTask, task),
  async (task) => {
    const prepared = statements(task);
    const client = new pg.Client({ connectionString: task.databaseUrl });
    await client.connect();
    await client.query("drop table if exists raw_reading");
    await client.query(
      "create table raw_reading (device int4, metric int2, at timestamptz(3), value float8, quality int2)",
    );
    return async (): Promise<RawReport> => {
      const startMs = performance.now();
      for (const columns of prepared) {
        await client.query(
          "insert into raw_reading select d, m, to_timestamp(t / 1000), v, q from unnest($1::int4[], $2::int2[], $3::float8[], $4::float8[], $5::int2[]) r (d, m, t, v, q)",
          columns,
        );
      }
      const seconds = (performance.now() - startMs) / 1_000;
      const { rows } = await client.query<{ count: string; bytes: string }>(
        "select count(*), pg_total_relation_size('raw_reading') as bytes from raw_reading",
      );
      await client.query("drop table raw_reading");
      await client.end();
      const readings = Number(rows[0]?.count);
      if (readings !== task.samples * GATEWAYS * DEVICES_PER_GATEWAY * METRICS.length)
        throw new Error(`${readings} raw rows`);
      return { seconds, readings, bytes: Number(rows[0]?.bytes) };
    };
  },
);
