import { join } from "node:path";
import pg from "pg";
import { DatabaseStartError } from "./database-start-error.ts";
import {
  clusterExists,
  DATABASE_USER,
  type DataFolder,
  initialiseCluster,
  openDataFolder,
  readOrMakePassword,
} from "./embedded/cluster.ts";
import { choosePort } from "./embedded/free-port.ts";
import { readPostmasterFile, stopLeftovers } from "./embedded/leftovers.ts";
import { acquireOwnerLock, type OwnerLock } from "./embedded/owner-lock.ts";
import { findPostgres, type PostgresPrograms } from "./embedded/program.ts";
import { explainStartFailure } from "./embedded/start-failure.ts";
import { PostmasterSupervisor, type SupervisionEvent } from "./embedded/supervisor.ts";
import { postgresProcesses } from "./embedded/system-process.ts";
import { codeAndMessage } from "./error-text.ts";

/** How often a freely chosen port may turn out to be taken after all. */
const PORT_TRIES = 3;

/** What a start or a running embedded database reports; `message` is a sentence for a person. */
export type EmbeddedPostgresEvent =
  | SupervisionEvent
  | { readonly kind: "initialising"; readonly message: string }
  | { readonly kind: "orphan-stopped"; readonly pids: readonly number[]; readonly message: string };

/** How the embedded database is to run. */
export interface EmbeddedPostgresOptions {
  /** A folder of its own, made if absent; one running owner at a time. */
  readonly dataDir: string;
  /** The port on 127.0.0.1; a free one is chosen at each start when absent. */
  readonly port?: number;
  /** Server settings over the built-in ones, by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Each line that the server writes. */
  readonly log?: (line: string) => void;
  readonly onEvent?: (event: EmbeddedPostgresEvent) => void;
  /** Gives the start up; what was started until then is stopped before the call rejects. */
  readonly signal?: AbortSignal;
}

/** A running, supervised database. */
export interface EmbeddedPostgres {
  /** Holds the password: not for logs. It stays valid when the server is restarted. */
  readonly connectionString: string;
  readonly port: number;
  /** The postmaster of the moment; null while a dead one is being replaced. */
  readonly pid: number | null;
  /** Fast shutdown within 5 s, then immediate; resolves when the server is gone and the folder is free. */
  stop(): Promise<void>;
  /** For the very end of a process: orders an immediate shutdown and returns at once. Nothing committed is lost. */
  killNow(): void;
}

/**
 * Starts the PostgreSQL that comes with the packages on a data folder, which is made on first use, and keeps it running:
 * a postmaster that dies is started again on the same port, and the orphan of a killed earlier owner is replaced.
 * @throws DatabaseStartError one sentence about what was wrong, where, and what to do
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const programs = findPostgres();
  const folder = openDataFolder(options.dataDir);
  const lock = await acquireOwnerLock(folder.dataDir);
  try {
    const password = await prepareCluster(folder, programs, options);
    return await startOnFreePort(folder, programs, password, lock, options);
  } catch (error) {
    lock.release();
    throw options.signal?.aborted ? aborted(error) : error;
  }
}

/** How to reach the database of a data folder that another process keeps running; null where none runs. Holds the password. */
export function runningConnectionString(dataDir: string): string | null {
  const clusterDir = join(dataDir, "cluster");
  const running = readPostmasterFile(clusterDir);
  if (!running?.ready || !postgresProcesses(clusterDir).includes(running.pid)) return null;
  const password = readOrMakePassword({ dataDir, clusterDir }, true);
  return `postgres://${DATABASE_USER}:${password}@127.0.0.1:${running.port}/${DATABASE_USER}`;
}

/** Between the look for a free port and the start another program may take it; a port of our own choice is chosen anew. */
async function startOnFreePort(
  folder: DataFolder,
  programs: PostgresPrograms,
  password: string,
  lock: OwnerLock,
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log = () => {}, settings = {}, onEvent = () => {} } = options;
  for (let tries = 1; ; tries++) {
    const port = await choosePort(options.port);
    const supervisor = new PostmasterSupervisor({ folder, programs, port, settings, log }, onEvent);
    try {
      return await superviseUntilUsable(supervisor, { folder, port, password }, lock, options);
    } catch (error) {
      const taken = error instanceof DatabaseStartError && error.problem === "port-taken";
      if (!taken || options.port !== undefined || tries === PORT_TRIES) throw error;
    }
  }
}

async function superviseUntilUsable(
  supervisor: PostmasterSupervisor,
  place: { folder: DataFolder; port: number; password: string },
  lock: OwnerLock,
  { signal }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  // A process that ends without stop() leaves the shutdown to PostgreSQL itself.
  const onExit = () => supervisor.abandon("SIGINT");
  process.on("exit", onExit);
  signal?.addEventListener("abort", onExit);
  const letGo = () => {
    process.off("exit", onExit);
    lock.release();
  };
  try {
    await supervisor.start();
    throwIfAborted(signal);
    const connectionString = await makeDatabase(place);
    throwIfAborted(signal);
    return {
      connectionString,
      port: place.port,
      get pid() {
        return supervisor.pid;
      },
      stop: () => supervisor.stop().finally(letGo),
      killNow() {
        supervisor.abandon("SIGQUIT");
        letGo();
      },
    };
  } catch (error) {
    await supervisor.stop();
    process.off("exit", onExit);
    throw error;
  } finally {
    signal?.removeEventListener("abort", onExit);
  }
}

/** Brings the folder into a state in which a postmaster can start: no survivors in it, and a whole cluster. */
async function prepareCluster(
  folder: DataFolder,
  programs: PostgresPrograms,
  { onEvent, signal }: EmbeddedPostgresOptions,
): Promise<string> {
  const pids = await stopLeftovers(folder);
  if (pids.length > 0) {
    const message = `A PostgreSQL left over by an earlier run on ${folder.dataDir} was stopped (process ${pids.join(", ")}).`;
    onEvent?.({ kind: "orphan-stopped", pids, message });
  }
  const exists = clusterExists(folder, programs.major);
  const password = readOrMakePassword(folder, exists);
  throwIfAborted(signal);
  if (!exists) {
    onEvent?.({
      kind: "initialising",
      message: `The database folder ${folder.dataDir} is being made (once, about 2 s).`,
    });
    await initialiseCluster(folder, programs);
  }
  throwIfAborted(signal);
  return password;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted();
}

function aborted(cause?: unknown): DatabaseStartError {
  return new DatabaseStartError("aborted", "The start of the database was given up as asked.", cause);
}

/** Makes the one database of the house unless it is there; returns its connection string. */
async function makeDatabase(place: { folder: DataFolder; port: number; password: string }): Promise<string> {
  const { folder, port, password } = place;
  const serverUrl = `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}`;
  const client = new pg.Client({ connectionString: `${serverUrl}/postgres` });
  // A server that dies under this very client rejects the query; an unheard "error" event would end the process besides.
  client.on("error", () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [DATABASE_USER]);
    if (rowCount === 0) await client.query(`create database ${DATABASE_USER}`);
    return `${serverUrl}/${DATABASE_USER}`;
  } catch (cause) {
    const { code, message } = codeAndMessage(cause);
    if (code !== "28P01") throw explainStartFailure([`FATAL: ${message}`], "no connection", { ...folder, port });
    throw new DatabaseStartError(
      "damaged",
      `The database in ${folder.dataDir} does not accept the password in its file ${folder.dataDir}/password; restore that file from the backup of the folder.`,
      cause,
    );
  } finally {
    await client.end().catch(() => {});
  }
}
