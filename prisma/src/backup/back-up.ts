import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { BackupError } from "./backup-error.ts";
import { type BackedUpTable, type BackupManifest, MANIFEST_FILE } from "./manifest.ts";
import { inOrderOfReference } from "./table-order.ts";

/** Tables that belong to the database itself and not to the hospital. */
const NOT_KEPT = ["public._prisma_migrations", "public.database_identity"];

/** What to back up, and where to. */
export interface BackUpOptions {
  readonly connectionString: string;
  /** Made by this call. */
  readonly folder: string;
  readonly now: () => Date;
  readonly onProgress?: (sentence: string) => void;
}

/**
 * Writes everything that the database held at one moment into a new folder, while the program goes on working. Any
 * PostgreSQL will do, and nothing but this program is needed to restore it. The folder has its name only when it is whole.
 * Jobs that wait in a queue are not in it: what they would do follows from what is.
 * @throws BackupError in one sentence
 */
export async function backUp({ connectionString, folder, now, onProgress }: BackUpOptions): Promise<BackupManifest> {
  if (existsSync(folder)) throw new BackupError(`The folder ${folder} is there already; name a new one.`);
  const draft = `${folder}.part`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const client = new pg.Client({ connectionString, application_name: "wardtwin backup" });
  await client.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    const takenAt = now().toISOString();
    const tables: BackedUpTable[] = [];
    for (const table of await tablesOf(client)) {
      const kept = await writeTable(client, table, draft);
      onProgress?.(`${kept.name}: ${kept.rows.toLocaleString("en")} rows`);
      tables.push(kept);
    }
    const manifest: BackupManifest = {
      format: 1,
      takenAt,
      migration: await lastMigration(client),
      days: await telemetryDays(client),
      tables,
      sequences: await sequencesOf(client),
    };
    writeFileSync(join(draft, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, folder);
    return manifest;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await client.end();
  }
}

interface Table {
  name: string;
  columns: string;
}

/** The tables of the hospital, partitions with their parent, each after those that it refers to. */
async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select format('%I.%I', n.nspname, c.relname) as name, string_agg(format('%I', a.attname), ', ' order by a.attnum) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where n.nspname in ('public', 'telemetry') and c.relkind in ('r', 'p') and not c.relispartition
        and format('%I.%I', n.nspname, c.relname) <> all($1)
      group by n.nspname, c.relname order by 1`,
    [NOT_KEPT],
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `select format('%I.%I', n.nspname, c.relname) as from, format('%I.%I', rn.nspname, r.relname) as to
       from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_class r on r.oid = k.confrelid join pg_namespace rn on rn.oid = r.relnamespace where k.contype = 'f'`,
  );
  return inOrderOfReference(rows, references);
}

async function writeTable(client: pg.Client, { name, columns }: Table, folder: string): Promise<BackedUpTable> {
  const file = `${name.replaceAll('"', "")}.copy.zst`;
  const sum = createHash("sha256");
  const summed = new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      sum.update(piece);
      done(null, piece);
    },
  });
  const copy = client.query(copyTo(`copy (select ${columns} from ${name}) to stdout`));
  const written = createWriteStream(join(folder, file), { mode: 0o600, flush: true });
  await pipeline(copy, createZstdCompress(), summed, written);
  return { name, columns, file, rows: copy.rowCount ?? 0, sha256: sum.digest("hex") };
}

async function lastMigration(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>(
    "select max(migration_name) as name from public._prisma_migrations where finished_at is not null and rolled_back_at is null",
  );
  const name = rows[0]?.name;
  if (!name) throw new BackupError("The database has never been migrated by Wardtwin, so there is nothing to back up.");
  return name;
}

async function telemetryDays(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `select distinct right(c.relname, 8) as day from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'telemetry' and c.relispartition and c.relkind = 'r' order by 1`,
  );
  return rows.map(({ day }) => day);
}

async function sequencesOf(client: pg.Client): Promise<{ name: string; lastValue: string }[]> {
  const { rows } = await client.query<{ name: string; lastValue: string }>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as "lastValue" from pg_sequences
      where schemaname in ('public', 'telemetry') and last_value is not null order by 1`,
  );
  return rows;
}
