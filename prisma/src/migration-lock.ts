import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { MigrationError } from "./migration-error.ts";

/** The locks of this house among all advisory locks of the database: "wrdt" as a number, then which of them. */
const HOUSE = 0x77726474;
const MIGRATOR = 1;
const SCRIPT = 2;
const LOOK_EVERY_MS = 100;

/**
 * To stand before a migration's script, in its transaction. A server may run a script on for a while after its migrator
 * was killed; it then holds this lock, and ends the script when it notices.
 */
export const SCRIPT_PREFIX = `set client_connection_check_interval = '1s'; select pg_advisory_xact_lock(${HOUSE}, ${SCRIPT}); `;

/**
 * Runs the work while neither another process nor the script of a killed one migrates this database, on a connection that the work may use. The lock is asked
 * for again and again rather than waited for in the server: a waiting statement would hold up `create index concurrently`.
 * @throws MigrationError `no-connection`, or `locked` when another process holds the lock for longer than waitMs
 */
export async function withMigrationLock<T>(
  connectionString: string,
  waitMs: number,
  onWait: () => void,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {}); // A connection that breaks rejects the next query; the event would end the process.
  try {
    await client.connect();
  } catch (cause) {
    const said = cause instanceof Error && cause.message ? cause.message : "no connection";
    throw new MigrationError("no-connection", `The database could not be reached to migrate it: ${said}.`, null, cause);
  }
  try {
    const deadlineMs = performance.now() + waitMs;
    for (let tries = 0; !(await tryLock(client)); tries++) {
      if (tries === 0) onWait();
      if (performance.now() > deadlineMs) throw locked(waitMs);
      await sleep(LOOK_EVERY_MS);
    }
    return await work(client);
  } finally {
    await client.end().catch(() => {}); // The lock goes with its connection.
  }
}

/** Takes the migrator's lock, for good, and that of the scripts, for a moment, to see that none is running. */
async function tryLock(client: pg.Client): Promise<boolean> {
  const take = async (lock: number) => {
    const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1, $2) as held", [
      HOUSE,
      lock,
    ]);
    return rows[0]?.held === true;
  };
  const release = (lock: number) => client.query("select pg_advisory_unlock($1, $2)", [HOUSE, lock]);
  if (!(await take(MIGRATOR))) return false;
  const quiet = await take(SCRIPT);
  await release(quiet ? SCRIPT : MIGRATOR);
  return quiet;
}

function locked(waitMs: number): MigrationError {
  return new MigrationError(
    "locked",
    `Another process has been migrating this database for more than ${Math.round(waitMs / 1_000)} s; let it finish or end it, then start again.`,
  );
}
