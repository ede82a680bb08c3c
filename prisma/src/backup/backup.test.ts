import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../migrate.ts";
import { startThrowAwayPostgres } from "../throw-away-postgres.ts";
import { backUp } from "./back-up.ts";
import { readManifest } from "./manifest.ts";
import { restore } from "./restore.ts";

const now = () => new Date("2026-11-24T12:00:00Z");
let server: Awaited<ReturnType<typeof startThrowAwayPostgres>>;
let folder: string;
let taken: string;

/** A database of its own on the test's server. */
async function emptyDatabase(name: string): Promise<string> {
  await queryOn(server.connectionString, `create database ${name}`);
  const url = new URL(server.connectionString);
  url.pathname = `/${name}`;
  return url.href;
}

async function queryOn(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  server = await startThrowAwayPostgres();
  folder = mkdtempSync(join(tmpdir(), "wardtwin-backup-"));
  const { connectionString } = server;
  await applyMigrations({ connectionString });
  await queryOn(
    connectionString,
    `insert into site (id, name, time_zone, simulated, policy) values ('s', E'St Mary\\'s\\ttab \\\\ back', 'Europe/Berlin', false, '{"a": [1, null]}');
     insert into ward (id, site_id, name, kind, floor, order_on_floor) values ('w', 's', 'ICU', 'icu', 1, 1);
     insert into gateway (id, site_id, ward_id, name, simulated) values ('g', 's', 'w', 'G', false);
     insert into device (id, site_id, ward_id, kind, manufacturer, model, serial, serial_normalised, profile, simulated)
       select 'd' || n, 's', 'w', 'ventilator', 'M', 'X', n::text, n::text, 'm/x', false from generate_series(1, 50) n;
     insert into binding (gateway_id, line, unit, device_id) values ('g', 'l', '1', 'd1');
     insert into gateway_epoch (gateway_id, epoch, committed, first_at) values ('g', 1, '{[1,5],[9,12]}', now());
     insert into telemetry.metric (name) values ('heliumLevelPct'), ('chargeTimeS');
     select telemetry.ensure_day('2026-11-23'), telemetry.ensure_day('2026-11-24');
     insert into telemetry.chunk select 1 + n % 50, '2026-11-23'::timestamptz + n * interval '20 s', '2026-11-23'::timestamptz + n * interval '20 s', 1, n, 0, 0.1, 3, decode(md5(n::text), 'hex') from generate_series(1, 5000) n;
     insert into telemetry.device_minute values (1, '2026-11-24T10:00Z', '{1}', '{3}', array[0.1::float8 + 0.2::float8], '{-Infinity}', '{NaN}')`,
  );
  taken = join(folder, "taken");
  await backUp({ connectionString, folder: taken, now });
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

test("A restored database holds the same rows of every table, and goes on counting where the other one was", async () => {
  const restored = await emptyDatabase("restored");
  const { tables } = await restore({ connectionString: restored, folder: taken });
  expect(tables.map(({ name }) => name)).toContain("telemetry.chunk");
  for (const { name, rows } of tables) {
    const sql = `select count(*)::int as rows, md5(string_agg(t::text, chr(10) order by t::text)) as sum from ${name} t`;
    const [[before], [after]] = [await queryOn(server.connectionString, sql), await queryOn(restored, sql)];
    expect({ name, ...after }).toEqual({ name, ...before });
    expect(after?.["rows"]).toBe(rows);
  }
  const identity = "select id from database_identity";
  expect(await queryOn(restored, identity)).not.toEqual(await queryOn(server.connectionString, identity));
  const [next] = await queryOn(restored, "select nextval('device_num_seq')::int as num");
  expect(next?.["num"]).toBe(51);
});

test("A backup holds one moment: what is written while it is taken is not in it", async () => {
  const other = await emptyDatabase("moving");
  await restore({ connectionString: other, folder: taken });
  let added: Promise<unknown> = Promise.resolve();
  const manifest = await backUp({
    connectionString: other,
    folder: join(folder, "moving"),
    now,
    onProgress: (sentence) => {
      // The first table is written, so the moment has been chosen.
      if (sentence.startsWith("public.audit_event"))
        added = queryOn(other, "insert into telemetry.metric (name) values ('late')");
    },
  });
  await added;
  expect(manifest.tables.find(({ name }) => name === "telemetry.metric")?.rows).toBe(2);
});

test("A restore never overwrites data", async () => {
  const before = await queryOn(server.connectionString, "select count(*) from device");
  await expect(restore({ connectionString: server.connectionString, folder: taken })).rejects.toThrow(
    /^The database already holds data \(in public\.\w+\), and a restore never overwrites any; restore into an empty database/,
  );
  expect(await queryOn(server.connectionString, "select count(*) from device")).toEqual(before);
});

test("A damaged file is told before a row is written, and the database is as empty as it was", async () => {
  const damaged = join(folder, "damaged");
  await backUp({ connectionString: server.connectionString, folder: damaged, now });
  const file = readManifest(damaged).tables.find(({ name }) => name === "telemetry.chunk")?.file ?? "";
  const bytes = readFileSync(join(damaged, file));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(join(damaged, file), bytes);
  const target = await emptyDatabase("untouched");
  await expect(restore({ connectionString: target, folder: damaged })).rejects.toThrow(
    `The file ${file} of the backup in ${damaged} is not as it was written (its sum differs); take another backup.`,
  );
  expect(await queryOn(target, "select 1 from pg_class where relname = 'device'")).toEqual([]);
});

test("A folder that is no backup, and one that is there already, are said to be so", async () => {
  const { connectionString } = server;
  await expect(restore({ connectionString, folder })).rejects.toThrow("is not a whole backup");
  await expect(backUp({ connectionString, folder: taken, now })).rejects.toThrow("is there already; name a new one");
});
