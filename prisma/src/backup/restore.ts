import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { readMigrations } from "../datamodel.ts";
import { applyMigrations } from "../migrate.ts";
import { BackupError } from "./backup-error.ts";
import { type BackedUpTable, type BackupManifest, readManifest } from "./manifest.ts";

/** What to restore, and into what. */
export interface RestoreOptions {
  /** A database without a row of Wardtwin's; nobody else may work with it meanwhile. */
  readonly connectionString: string;
  readonly folder: string;
  readonly onProgress?: (sentence: string) => void;
}

/**
 * Fills an empty database from a backup: all of it or, where anything is wrong, nothing. Every file is checked before the
 * first row is written. The database is brought to the version that the backup was taken from, filled, and brought on to
 * the present one.
 * @throws BackupError in one sentence
 */
export async function restore({ connectionString, folder, onProgress }: RestoreOptions): Promise<BackupManifest> {
  const manifest = readManifest(folder);
  if (!readMigrations().some(({ name }) => name === manifest.migration)) {
    throw new BackupError(
      `The backup in ${folder} was taken from a newer version of Wardtwin (migration ${manifest.migration} is not known here); restore it with that version.`,
    );
  }
  for (const table of manifest.tables) await checkFile(folder, table);
  onProgress?.("every file of the backup is as it was written");
  await applyMigrations({ connectionString, through: manifest.migration });
  const client = new pg.Client({ connectionString, application_name: "wardtwin restore" });
  await client.connect();
  try {
    await client.query("begin");
    await fill(client, folder, manifest, onProgress);
    await client.query("commit");
  } finally {
    await client.end();
  }
  await applyMigrations({ connectionString });
  return manifest;
}

async function checkFile(folder: string, { file, sha256 }: BackedUpTable): Promise<void> {
  const sum = createHash("sha256");
  try {
    for await (const piece of createReadStream(join(folder, file))) sum.update(piece);
  } catch (cause) {
    throw new BackupError(`The file ${file} of the backup in ${folder} cannot be read; take another backup.`, {
      cause,
    });
  }
  if (sum.digest("hex") !== sha256) {
    throw new BackupError(
      `The file ${file} of the backup in ${folder} is not as it was written (its sum differs); take another backup.`,
    );
  }
}

async function fill(
  client: pg.Client,
  folder: string,
  { tables, days, sequences }: BackupManifest,
  onProgress?: (sentence: string) => void,
): Promise<void> {
  for (const { name } of tables) {
    await client.query(`lock table ${name} in exclusive mode`);
    const { rowCount } = await client.query(`select 1 from ${name} limit 1`);
    if (rowCount !== 0)
      throw new BackupError(
        `The database already holds data (in ${name}), and a restore never overwrites any; restore into an empty database, or move the data folder aside first.`,
      );
  }
  for (const day of days) await client.query("select telemetry.ensure_day(to_date($1, 'YYYYMMDD'))", [day]);
  for (const { name, columns, file, rows } of tables) {
    const copy = client.query(copyFrom(`copy ${name} (${columns}) from stdin`));
    await pipeline(createReadStream(join(folder, file)), createZstdDecompress(), copy);
    onProgress?.(`${name}: ${rows.toLocaleString("en")} rows`);
    if (copy.rowCount !== rows) throw new Error(`${name} took ${copy.rowCount} rows of ${rows}`);
  }
  for (const { name, lastValue } of sequences) await client.query("select setval($1, $2)", [name, lastValue]);
}
