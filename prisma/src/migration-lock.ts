import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { MigrationError } from "./migration-error.ts";

/** The lock of this house among all advisory locks of the database: "wrdt" as a number, then one for migrations. */
const LOCK = [0x77726474, 1];
const LOOK_EVERY_MS = 100;

/**
 * Runs the work while no other process migrates this database, on a connection that the work may use. The lock is asked
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

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1, $2) as held", LOCK);
  return rows[0]?.held === true;
}

function locked(waitMs: number): MigrationError {
  return new MigrationError(
    "locked",
    `Another process has been migrating this database for more than ${Math.round(waitMs / 1_000)} s; let it finish or end it, then start again.`,
  );
}
