import { createHash } from "node:crypto";
import pg from "pg";
import { databaseUrl } from "./config.ts";
import { type Migration, migrationsDir, readDatamodel, readMigrations, type SchemaFile } from "./datamodel.ts";
import { codeAndMessage } from "./error-text.ts";
import { MigrationError } from "./migration-error.ts";
import { SCRIPT_PREFIX, withMigrationLock } from "./migration-lock.ts";
import { type BoundEngine, NO_FILTER, openSchemaEngine } from "./schema-engine.ts";

const LOCK_WAIT_MS = 600_000;

/** How far a run of migrations has come; `message` is a sentence for a person. */
export interface MigrationProgress {
  readonly kind: "waiting" | "applying" | "done";
  readonly migration?: string;
  readonly message: string;
}

/** What to migrate, and with what. */
export interface MigrateOptions {
  readonly connectionString: string;
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Another folder than prisma/migrations. */
  readonly migrationsDir?: string;
  /** Another datamodel than that of prisma/. */
  readonly datamodel?: readonly SchemaFile[];
  /** The last migration to apply, by its name; all of them when absent. */
  readonly through?: string;
}

/**
 * Brings the database up to the last migration, with Prisma's own engine and its table `_prisma_migrations`. One process
 * at a time does so, and each migration is applied whole or not at all, also when this process is killed in its middle.
 * @returns the names of the migrations that were applied now, none if the database was up to date
 * @throws MigrationError one sentence that names the migration and says what the database said
 */
export async function applyMigrations(options: MigrateOptions): Promise<string[]> {
  const { connectionString, onProgress } = options;
  const migrations = readMigrations(options.migrationsDir);
  const onWait = () =>
    onProgress?.({ kind: "waiting", message: "Another process is migrating the database; waiting for it to finish." });
  return withMigrationLock(connectionString, LOCK_WAIT_MS, onWait, async (client) => {
    const judged = judge(migrations, await recordedMigrations(client));
    const { interrupted } = judged;
    const pending = judged.pending.filter(({ name }) => options.through === undefined || name <= options.through);
    if (pending.length > 0) await runEngine(options, migrations, pending, interrupted);
    const names = pending.map(({ name }) => name);
    const message =
      names.length > 0 ? `${names.length} migration(s) applied to the database.` : "The database is up to date.";
    onProgress?.({ kind: "done", message });
    return names;
  });
}

/**
 * The SQL that would turn schema `public` of the database into what the datamodel says; null when they agree. Other
 * schemas (partitions in `telemetry`, the queue's own in `queue`) are not looked at.
 */
export async function schemaDrift(
  connectionString: string,
  datamodel: readonly SchemaFile[] = readDatamodel(),
): Promise<string | null> {
  await using bound = await openSchemaEngine(connectionString, datamodel);
  const files = [...datamodel];
  const { exitCode, stdout } = await bound.engine.diff({
    from: { tag: "schemaDatasource", files, configDir: migrationsDir },
    to: { tag: "schemaDatamodel", files },
    script: true,
    exitCode: true,
    filters: NO_FILTER,
  });
  return exitCode === 0 ? null : (stdout ?? "");
}

/** A row of `_prisma_migrations` that was not rolled back. */
interface RecordedMigration {
  readonly name: string;
  /** SHA-256 of the script, in hexadecimal. */
  readonly checksum: string;
  readonly finished: boolean;
}

async function recordedMigrations(client: pg.Client): Promise<RecordedMigration[]> {
  const { rows: tables } = await client.query("select 1 where to_regclass('public._prisma_migrations') is not null");
  if (tables.length === 0) return [];
  const { rows } = await client.query<RecordedMigration>(
    `select migration_name as name, checksum, finished_at is not null as finished
       from public._prisma_migrations where rolled_back_at is null order by started_at`,
  );
  return rows;
}

/** What is to be done, from what the folder holds and what the database has on record. */
function judge(migrations: readonly Migration[], recorded: readonly RecordedMigration[]) {
  for (const { name, checksum } of recorded.filter(({ finished }) => finished)) {
    const known = migrations.find((migration) => migration.name === name);
    if (!known) {
      throw new MigrationError(
        "newer-database",
        `The database was migrated by another version of Wardtwin (migration ${name} is not known here); start that version or a newer one.`,
        name,
      );
    }
    if (createHash("sha256").update(known.sql).digest("hex") !== checksum) {
      throw new MigrationError(
        "edited",
        `The migration ${name} was changed after this database had applied it; undo the change and add a new migration instead, or begin with an empty database.`,
        name,
      );
    }
  }
  const finished = new Set(recorded.filter((row) => row.finished).map(({ name }) => name));
  return {
    pending: migrations.filter(({ name }) => !finished.has(name)),
    interrupted: recorded.filter((row) => !row.finished).map(({ name }) => name),
  };
}

async function runEngine(
  options: MigrateOptions,
  migrations: readonly Migration[],
  pending: readonly Migration[],
  interrupted: readonly string[],
): Promise<void> {
  let current: Migration | null = null;
  const amendScript = (script: string) => {
    const migration = pending.find(({ name, sql }) => sql === script && name !== current?.name);
    if (!migration) return script;
    current = migration;
    const message = `Applying migration ${migration.name}.`;
    options.onProgress?.({ kind: "applying", migration: migration.name, message });
    return withRecord(migration);
  };
  await using bound = await openSchemaEngine(
    options.connectionString,
    options.datamodel ?? readDatamodel(),
    amendScript,
  );
  // Nothing of an interrupted migration was kept, so its record may go and it may be tried again.
  for (const migrationName of interrupted) await bound.engine.markMigrationRolledBack({ migrationName });
  try {
    await bound.engine.applyMigrations({ migrationsList: asEngineList(migrations), filters: NO_FILTER });
  } catch (error) {
    throw await explain(error, current, bound);
  }
}

/**
 * The script together with the note that it was applied, so that one transaction keeps both or neither; by itself the
 * engine writes the note later, and a process killed in between would find its own tables in the way. What cannot run
 * in a transaction goes without.
 */
function withRecord({ name, sql }: Migration): string {
  if (/\bconcurrently\b/i.test(sql)) return sql;
  return `${SCRIPT_PREFIX}${sql}
;
update public._prisma_migrations set finished_at = now()
 where migration_name = '${name.replaceAll("'", "''")}' and finished_at is null and rolled_back_at is null;`;
}

function asEngineList(migrations: readonly Migration[]) {
  return {
    baseDir: migrationsDir,
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
    })),
  };
}

async function explain(error: unknown, current: Migration | null, bound: BoundEngine): Promise<MigrationError> {
  const { code, message } = codeAndMessage(error);
  const said = bound.lastScriptError();
  if (current === null || said === null) {
    if (code === "P3005") {
      const sentence =
        "The database already holds tables that are not Wardtwin's; give Wardtwin an empty database of its own.";
      return new MigrationError("foreign-database", sentence, null, error);
    }
    const firstLine = message.split("\n")[0];
    return new MigrationError("failed", `The database could not be migrated: ${firstLine}`, current?.name, error);
  }
  await bound.engine.markMigrationRolledBack({ migrationName: current.name }).catch(() => {}); // Else the next run does it.
  const { position, detail, hint } = said instanceof pg.DatabaseError ? said : {};
  const script = withRecord(current).slice(0, Number(position ?? 0));
  const line = script ? ` (line ${script.split("\n").length})` : "";
  const more = [detail, hint].filter(Boolean).join(" ");
  return new MigrationError(
    "failed",
    `The migration ${current.name} failed and nothing of it was kept; the database says: ${said.message}${line}.${more ? ` ${more}` : ""}`,
    current.name,
    said,
  );
}

/** `node prisma/src/migrate.ts`; the name is looked at because in a bundle every module is the main one. */
if (import.meta.main && import.meta.filename.endsWith("migrate.ts")) {
  if (databaseUrl) {
    await applyMigrations({ connectionString: databaseUrl, onProgress: ({ message }) => console.log(message) }).catch(
      (error) => {
        console.error(error instanceof MigrationError ? error.message : error);
        process.exitCode = 70;
      },
    );
  } else {
    console.error("Set DATABASE_URL to the database to migrate, as in postgres://user:password@host:5432/name.");
    process.exitCode = 78;
  }
}
