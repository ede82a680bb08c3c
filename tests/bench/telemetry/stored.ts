import { PackStore } from "@wardtwin/cloud-api/observation/pack-store";
import { openDatabase } from "@wardtwin/cloud-api/platform/database";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import type pg from "pg";

export async function countReadings(client: pg.Client): Promise<{ chunks: number; minutes: number }> {
  const { rows } = await client.query<{ chunks: number; minutes: number }>(
    `select (select coalesce(sum(readings), 0)::float8 from (select readings from telemetry.chunk union all select readings from telemetry.batch) every) as chunks,
       (select coalesce(sum(count), 0)::float8 from telemetry.minute) as minutes`,
  );
  return rows[0] ?? { chunks: 0, minutes: 0 };
}

export async function bytesOf(client: pg.Client): Promise<{ chunks: number; minutes: number }> {
  const { rows } = await client.query<{ chunks: number; minutes: number }>(
    `select coalesce(sum(pg_total_relation_size(c.oid)) filter (where relname ~ '^(chunk|batch)'), 0)::float8 as chunks,
       coalesce(sum(pg_total_relation_size(c.oid)) filter (where relname like 'device_minute%'), 0)::float8 as minutes
     from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'telemetry' and relkind = 'r'`,
  );
  return rows[0] ?? { chunks: 0, minutes: 0 };
}

/** Packs every hour that is over at `nowMs`, as the product's job does. */
export async function packAll(url: string, nowMs: number): Promise<{ seconds: number }> {
  const db = openDatabase(url, openLog("silent"));
  const startMs = performance.now();
  await new PackStore(db).pack(nowMs, new AbortController().signal);
  const seconds = (performance.now() - startMs) / 1_000;
  await db.close();
  return { seconds };
}
