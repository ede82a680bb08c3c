import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { migrationsDir, readDatamodel, type SchemaFile } from "./datamodel.ts";
import { applyMigrations, schemaDrift } from "./migrate.ts";
import { startThrowAwayPostgres } from "./throw-away-postgres.ts";

/** What to write, and from what. */
export interface AuthorOptions {
  /** In lower case, words joined by `_`; the time is put before it. */
  readonly name: string;
  /** Write a migration for SQL of one's own when models and migrations already agree. */
  readonly empty?: boolean;
  readonly migrationsDir?: string;
  readonly datamodel?: readonly SchemaFile[];
}

/**
 * Writes the migration that leads from the existing ones to the models. The existing ones are applied to a throw-away
 * database for that, so the difference is the one that a real database will have.
 * @returns the path of the new migration.sql; null when there is nothing to write
 */
export async function authorMigration(options: AuthorOptions): Promise<string | null> {
  const { name, empty = false, migrationsDir: dir = migrationsDir, datamodel = readDatamodel() } = options;
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `A migration's name is written in lower case with _ between words, as in add_ward_floor; not "${name}".`,
    );
  }
  const sql = (await differenceTo(datamodel, dir)) ?? (empty ? "-- Write the SQL of this migration here.\n" : null);
  if (sql === null) return null;
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = join(dir, `${time}_${name}`);
  mkdirSync(folder);
  writeFileSync(join(dir, "migration_lock.toml"), 'provider = "postgresql"\n');
  writeFileSync(join(folder, "migration.sql"), sql);
  return join(folder, "migration.sql");
}

async function differenceTo(datamodel: readonly SchemaFile[], dir: string): Promise<string | null> {
  const { connectionString, stop } = await startThrowAwayPostgres();
  try {
    await applyMigrations({ connectionString, migrationsDir: dir, datamodel });
    return await schemaDrift(connectionString, datamodel);
  } finally {
    await stop();
  }
}

/** `node prisma/src/author-migration.ts <name> [--empty]`; the name is looked at because of bundles. */
if (import.meta.main && import.meta.filename.endsWith("author-migration.ts")) {
  const [name = "", flag] = process.argv.slice(2);
  try {
    const path = await authorMigration({ name, empty: flag === "--empty" });
    console.log(
      path ? `Written: ${path}` : "The migrations already lead to the models; add --empty to write SQL of your own.",
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 70;
  }
}
