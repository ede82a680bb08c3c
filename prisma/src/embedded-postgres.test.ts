import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { notApplicable, runOwner, smallDiskWrapper, temporaryFolder } from "./embedded/owner.testing.ts";
import { postgresProcesses, processIdentity, waitUntil } from "./embedded/system-process.ts";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresEvent,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "./embedded-postgres.ts";

const DEADLINE_MS = 25_000;
const isRoot = process.geteuid?.() === 0;

/** Starts a database that the test's end stops. */
async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres(options);
  onTestFinished(() => database.stop());
  return database;
}

let made = "";

/** A folder that another start has made and used, as good as one of the test's own and sooner there. */
function usedDataFolder(): string {
  const dataDir = join(temporaryFolder(), "data");
  execFileSync("cp", ["-a", made, dataDir]);
  return dataDir;
}

beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), "wardtwin-made-"));
  await (await startEmbeddedPostgres({ dataDir: made })).stop();
  return () => rmSync(made, { recursive: true, force: true });
});

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const processGroup = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[2];

test("a first start makes the folder, and a second start finds the data of the first", async () => {
  const dataDir = join(temporaryFolder(), "data");
  const events: EmbeddedPostgresEvent[] = [];
  const first = await start({ dataDir, onEvent: (event) => events.push(event) });
  expect(events.map(({ kind }) => kind)).toEqual(["initialising", "ready"]);
  expect(statSync(join(dataDir, "password")).mode & 0o777).toBe(0o600);
  await query(first.connectionString, "create table kept as select 42 as answer");
  const settings = await query(
    first.connectionString,
    `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
            current_setting('listen_addresses') as address, datlocprovider::text as provider, datlocale as locale
       from pg_database where datname = current_database()`,
  );
  expect(settings).toEqual([{ encoding: "UTF8", fsync: "on", address: "127.0.0.1", provider: "b", locale: "C.UTF-8" }]);
  await first.stop();
  expect(postgresProcesses(join(dataDir, "cluster"))).toEqual([]);
  const second = await start({ dataDir });
  expect(await query(second.connectionString, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("the postmaster has a process group of its own, which a terminal's Ctrl-C does not reach", async () => {
  const { pid } = await start({ dataDir: usedDataFolder() });
  expect(pid).not.toBeNull();
  expect(processGroup(pid ?? 0)).toBe(String(pid));
  expect(processGroup(process.pid)).not.toBe(String(pid));
});

test("a SIGKILL of the postmaster is survived: same port, committed rows there, a pool works again by itself", async () => {
  const events: EmbeddedPostgresEvent[] = [];
  const database = await start({
    dataDir: usedDataFolder(),
    onEvent: (event) => events.push(event),
  });
  const pool = new pg.Pool({ connectionString: database.connectionString });
  pool.on("error", () => {});
  onTestFinished(() => pool.end());
  await pool.query("create table kept as select 42 as answer");
  const busy = pool.query("select pg_sleep(60)").catch((error: Error) => error);
  const killed = database.pid ?? 0;
  process.kill(killed, "SIGKILL");
  expect(await busy).toBeInstanceOf(Error);
  expect(await waitUntil(() => events.some(({ kind }) => kind === "restarted"), DEADLINE_MS)).toBe(true);
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["died", "restarting", "restarted"]));
  expect((await pool.query("select answer from kept")).rows).toEqual([{ answer: 42 }]);
  expect(database.pid).not.toBe(killed);
});

test("one that cannot come back says so again and again, and comes back once the reason is gone", async () => {
  const dataDir = usedDataFolder();
  const events: EmbeddedPostgresEvent[] = [];
  const database = await start({ dataDir, onEvent: (event) => events.push(event) });
  const settings = join(dataDir, "cluster", "postgresql.conf");
  const sound = readFileSync(settings);
  appendFileSync(settings, "\nnonsense = on\n");
  process.kill(database.pid ?? 0, "SIGKILL");
  expect(await waitUntil(() => events.some(({ kind }) => kind === "stuck"), DEADLINE_MS)).toBe(true);
  expect(events.find(({ kind }) => kind === "stuck")?.message).toMatch(/5 times in a row .*nonsense/);
  writeFileSync(settings, sound);
  expect(await waitUntil(() => events.some(({ kind }) => kind === "restarted"), DEADLINE_MS)).toBe(true);
  expect(await query(database.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
}, 60_000);

test("stop() in the middle of a restart leaves nothing running", async () => {
  const dataDir = usedDataFolder();
  const database = await start({ dataDir });
  process.kill(database.pid ?? 0, "SIGKILL");
  await waitUntil(() => database.pid === null, DEADLINE_MS);
  await database.stop();
  expect(postgresProcesses(join(dataDir, "cluster"))).toEqual([]);
  expect(existsSync(join(dataDir, "owner.json"))).toBe(false);
});

test("killNow() returns at once, the server goes by itself, and the data stays", async () => {
  const dataDir = usedDataFolder();
  const database = await start({ dataDir });
  await query(database.connectionString, "create table kept as select 42 as answer");
  database.killNow();
  expect(await waitUntil(() => postgresProcesses(join(dataDir, "cluster")).length === 0, DEADLINE_MS)).toBe(true);
  const next = await start({ dataDir });
  expect(await query(next.connectionString, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("a second owner is refused while the first lives, and takes over the orphan once it was killed", async () => {
  const dataDir = usedDataFolder();
  const { child, report, ended } = await runOwner([dataDir, "keep"]);
  await query(report.connectionString ?? "", "create table kept as select 42 as answer");
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
    `in use by a running Wardtwin (process ${child.pid})`,
  );
  child.kill("SIGKILL");
  await ended;
  expect(processIdentity(report.pid ?? 0)).not.toBeNull();
  const events: EmbeddedPostgresEvent[] = [];
  const database = await start({ dataDir, onEvent: (event) => events.push(event) });
  const orphan = events.find((event) => event.kind === "orphan-stopped");
  expect(orphan?.pids).toContain(report.pid);
  expect(processIdentity(report.pid ?? 0)).toBeNull();
  expect(await query(database.connectionString, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("of many who claim a dead owner's folder at once, one gets it", async () => {
  const dataDir = usedDataFolder();
  const first = await runOwner([dataDir, "keep"]);
  first.child.kill("SIGKILL");
  await first.ended;
  const owners = await Promise.all([1, 2, 3].map(() => runOwner([dataDir, "keep"])));
  const problems = owners.map(({ report }) => report.problem ?? "started").sort();
  expect(problems).toEqual(["folder-in-use", "folder-in-use", "started"]);
});

test("the database keeps no parent alive, and ends in order with one that forgot to stop it", async () => {
  const dataDir = usedDataFolder();
  const { ended } = await runOwner([dataDir]);
  expect(await ended).toEqual([0, null]);
  expect(await waitUntil(() => postgresProcesses(join(dataDir, "cluster")).length === 0, DEADLINE_MS)).toBe(true);
});

test("a left postmaster.pid that names a stranger's process is removed, and the stranger is left alone", async () => {
  const dataDir = usedDataFolder();
  const clusterDir = join(dataDir, "cluster");
  writeFileSync(
    join(clusterDir, "postmaster.pid"),
    `${process.pid}\n${clusterDir}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`,
  );
  const database = await start({ dataDir });
  expect(await query(database.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("a start that is given up leaves nothing behind and can be made again", async () => {
  const dataDir = usedDataFolder();
  const abort = new AbortController();
  const given = startEmbeddedPostgres({
    dataDir,
    signal: abort.signal,
    onEvent: ({ kind }) => kind === "ready" && abort.abort(),
  });
  await expect(given).rejects.toMatchObject({ problem: "aborted" });
  expect(postgresProcesses(join(dataDir, "cluster"))).toEqual([]);
  await start({ dataDir });
});

test("a taken port is named", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const given = startEmbeddedPostgres({ dataDir: usedDataFolder(), port });
  await expect(given).rejects.toMatchObject({
    problem: "port-taken",
    message: expect.stringContaining(`Port ${port} `),
  });
});

test("a folder that cannot be one is named", async () => {
  const path = join(temporaryFolder(), "data");
  writeFileSync(path, "a file");
  await expect(startEmbeddedPostgres({ dataDir: path })).rejects.toMatchObject({
    problem: "folder-unwritable",
    message: expect.stringContaining(path),
  });
});

test("a folder of another PostgreSQL, of none, and a damaged one are told apart, and each is then free again", async () => {
  const dataDir = usedDataFolder();
  const version = join(dataDir, "cluster", "PG_VERSION");
  const original = readFileSync(version);
  writeFileSync(version, "17\n");
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
    problem: "other-version",
    message: expect.stringMatching(/written by PostgreSQL 17, and this is 18/),
  });
  rmSync(version);
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ problem: "damaged" });
  writeFileSync(version, original);
  rmSync(join(dataDir, "cluster", "global", "pg_control"));
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
    problem: "damaged",
    message: expect.stringContaining(dataDir),
  });
  expect(existsSync(join(dataDir, "owner.json"))).toBe(false);
});

test("a full disk is named", async () => {
  const disk = join(temporaryFolder(), "disk");
  mkdirSync(disk);
  const wrapper = smallDiskWrapper(disk, "16m");
  if (!wrapper) return notApplicable("this kernel gives no file system of one's own");
  const { report } = await runOwner([join(disk, "data")], { wrapper });
  expect(report).toMatchObject({ problem: "disk-full", message: expect.stringContaining(disk) });
});

test("root needs no system user, also in a folder that only root can enter", async () => {
  if (!isRoot) notApplicable("not run as root");
  const folder = temporaryFolder();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const database = await start({ dataDir: join(folder, "data") });
  expect(readFileSync(`/proc/${database.pid}/status`, "utf8")).toMatch(/^Uid:\t0\t/m);
  expect(await query(database.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("an ordinary user needs nothing", async () => {
  const folder = temporaryFolder();
  const uid = isRoot ? 65_534 : undefined;
  if (uid !== undefined) chownSync(folder, uid, uid);
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const entered = spawnSync("test", ["-r", import.meta.filename, "-a", "-x", process.execPath], identity);
  if (entered.status !== 0) return notApplicable("an ordinary user cannot enter this checkout");
  const owner = await runOwner([join(folder, "data")], { ...identity, cwd: folder });
  expect(owner.report).toMatchObject({ pid: expect.any(Number) });
});
