import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { authorMigration } from "./author-migration.ts";
import type { SchemaFile } from "./datamodel.ts";
import { applyMigrations, type MigrationProgress, schemaDrift } from "./migrate.ts";
import { startThrowAwayPostgres } from "./throw-away-postgres.ts";

const DEADLINE_MS = 20_000;

let server: Awaited<ReturnType<typeof startThrowAwayPostgres>>;
let admin: pg.Client;
let client: pg.Client;
let connectionString: string;
let migrationsDir: string;
let databases = 0;

beforeAll(async () => {
  server = await startThrowAwayPostgres();
  admin = new pg.Client(server.connectionString);
  await admin.connect();
});

afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

beforeEach(async () => {
  const name = `case_${++databases}`;
  await admin.query(`create database ${name}`);
  connectionString = server.connectionString.replace(/[^/]+$/, name);
  client = new pg.Client(connectionString);
  await client.connect();
  migrationsDir = mkdtempSync(join(tmpdir(), "wardtwin-migrations-"));
  return async () => {
    await client.end();
    rmSync(migrationsDir, { recursive: true, force: true });
  };
});

function write(name: string, sql: string): void {
  mkdirSync(join(migrationsDir, name), { recursive: true });
  writeFileSync(join(migrationsDir, name, "migration.sql"), sql);
}

/** Pumps, and whatever fields a case adds. */
function pumps(fields = ""): SchemaFile[] {
  return [
    { path: "schema.prisma", content: 'datasource db {\n  provider = "postgresql"\n}\n' },
    { path: "models/pump.prisma", content: `model Pump {\n  id Int @id\n${fields}\n@@map("pump")\n}\n` },
  ];
}

const PUMP = 'CREATE TABLE "pump" ("id" INTEGER NOT NULL, CONSTRAINT "pump_pkey" PRIMARY KEY ("id"));\n';
const migrate = (onProgress?: (progress: MigrationProgress) => void) =>
  applyMigrations({ connectionString, migrationsDir, datamodel: pumps(), ...(onProgress ? { onProgress } : {}) });
const tables = async () => {
  const { rows } = await client.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename not like '\\_%' order by 1",
  );
  return rows.map(({ name }) => name);
};

test("migrations are applied in the order of their names, and a second time there is nothing to do", async () => {
  write("20260102000000_second", "create table second as select * from pump;");
  write("20260101000000_first", PUMP);
  const progress: MigrationProgress[] = [];
  expect(await migrate((step) => progress.push(step))).toEqual(["20260101000000_first", "20260102000000_second"]);
  expect(progress.map(({ migration }) => migration)).toEqual([
    "20260101000000_first",
    "20260102000000_second",
    undefined,
  ]);
  expect(await tables()).toEqual(["pump", "second"]);
  expect(await migrate()).toEqual([]);
  const { rows } = await client.query(
    "select distinct finished_at is not null as done, applied_steps_count as steps from _prisma_migrations",
  );
  expect(rows).toEqual([{ done: true, steps: 1 }]);
});

test("a script is PostgreSQL's to parse: semicolons in bodies and strings, comments at the end", async () => {
  write(
    "20260101000000_function",
    "create function f() returns text language plpgsql as $$ begin return 'a;b'; end $$; select f(); -- the end",
  );
  await migrate();
  expect((await client.query("select f()")).rows).toEqual([{ f: "a;b" }]);
});

test("a failing migration is named with the database's sentence and line, keeps nothing, and can be corrected", async () => {
  write("20260101000000_first", PUMP);
  write("20260102000000_broken", "create table half (a int);\n\nselect bogus from pump;\n");
  await expect(migrate()).rejects.toMatchObject({
    name: "MigrationError",
    problem: "failed",
    migration: "20260102000000_broken",
    message: expect.stringMatching(/20260102000000_broken .*column "bogus" does not exist \(line 3\)/),
  });
  expect(await tables()).toEqual(["pump"]);
  write("20260102000000_broken", "create table half (a int);\n");
  expect(await migrate()).toEqual(["20260102000000_broken"]);
  expect(await tables()).toEqual(["half", "pump"]);
});

test("of processes that migrate at once, one does it and the others find it done", async () => {
  write("20260101000000_first", `${PUMP} select pg_sleep(0.3);`);
  const results = await Promise.all([migrate(), migrate(), migrate()]);
  expect(results.flat()).toEqual(["20260101000000_first"]);
});

test("a migrator killed in the middle of a script leaves the database to the next one", async () => {
  write(
    "20260101000000_slow",
    `${PUMP} do $$ begin while to_regclass('go_on') is null loop perform pg_sleep(0.05); end loop; end $$;`,
  );
  const program = `import { applyMigrations } from ${JSON.stringify(new URL("migrate.ts", import.meta.url).href)};
    await applyMigrations(JSON.parse(process.argv[1]));`;
  const options = JSON.stringify({ connectionString, migrationsDir, datamodel: pumps() });
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, options], { stdio: "inherit" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const scripts = () =>
    admin.query("select 1 from pg_stat_activity where datname = $1 and query like '%go_on%'", [
      new URL(connectionString).pathname.slice(1),
    ]);
  await vi.waitUntil(async () => (await scripts()).rowCount === 1, { timeout: DEADLINE_MS });
  child.kill("SIGKILL");
  await once(child, "exit");
  await client.query("create table go_on ()");
  await migrate();
  expect(await tables()).toEqual(["go_on", "pump"]);
  expect(await migrate()).toEqual([]);
});

test("a script and the note that it was applied come in one transaction", async () => {
  write(
    "20260101000000_guard",
    `create function guard() returns trigger language plpgsql as $$ begin
       if new.migration_name like '%_unlucky' and current_setting('test.in_script', true) is distinct from 'yes'
       then raise 'as if killed after the script'; end if;
       return new; end $$;
     create trigger guard before update on _prisma_migrations for each row execute function guard();`,
  );
  write("20260102000000_unlucky", `set local test.in_script = 'yes'; ${PUMP}`);
  await expect(migrate()).rejects.toThrow("as if killed after the script");
  await client.query("drop trigger guard on _prisma_migrations");
  expect(await migrate()).toEqual([]);
  expect(await tables()).toEqual(["pump"]);
});

test("a migration that was changed after it was applied is refused by name", async () => {
  write("20260101000000_first", PUMP);
  await migrate();
  write("20260101000000_first", `${PUMP}-- and more`);
  await expect(migrate()).rejects.toMatchObject({ problem: "edited", migration: "20260101000000_first" });
});

test("a database of a newer version, and one with another program's tables, are refused", async () => {
  write("20260101000000_first", PUMP);
  write("20260102000000_newer", "select 1;");
  await migrate();
  rmSync(join(migrationsDir, "20260102000000_newer"), { recursive: true });
  await expect(migrate()).rejects.toMatchObject({ problem: "newer-database", migration: "20260102000000_newer" });
  await client.query('drop table "_prisma_migrations"');
  await expect(migrate()).rejects.toMatchObject({ problem: "foreign-database" });
});

test("drift is null after the migrations, whatever other schemas hold, and SQL after a change by hand", async () => {
  write(
    "20260101000000_first",
    `${PUMP} create schema telemetry; create table telemetry.chunk (at timestamptz) partition by range (at); create schema queue; create table queue.job ();`,
  );
  await migrate();
  expect(await schemaDrift(connectionString, pumps())).toBeNull();
  await client.query("alter table pump add column ward text");
  expect(await schemaDrift(connectionString, pumps())).toContain('ALTER TABLE "pump" DROP COLUMN "ward"');
});

test("an authored migration leads from the existing ones to the models, and then there is nothing to write", async () => {
  write("20260101000000_first", PUMP);
  const datamodel = pumps("ward String");
  const path = await authorMigration({ name: "add_ward", migrationsDir, datamodel });
  expect(path).toMatch(/\/\d{14}_add_ward\/migration\.sql$/);
  await applyMigrations({ connectionString, migrationsDir, datamodel });
  expect(await schemaDrift(connectionString, datamodel)).toBeNull();
  expect(await authorMigration({ name: "again", migrationsDir, datamodel })).toBeNull();
});

test("the project's own migrations lead to its models, and the generated client reads from them", async () => {
  await applyMigrations({ connectionString });
  expect(await schemaDrift(connectionString)).toBeNull();
  const { PrismaPg } = await import("@prisma/adapter-pg");
  const { PrismaClient } = await import("../generated/client.ts");
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
  expect(await prisma.$queryRaw`select 1 as one`).toEqual([{ one: 1 }]);
  await prisma.$disconnect();
});
