import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@wardtwin/prisma/client";
import pg from "pg";
import type { Log } from "./log.ts";

export type Tx = pg.PoolClient;

/** The two ways into PostgreSQL: Prisma for the registry and the people, `pg` for what is fed by telemetry. */
export interface Database {
  prisma: PrismaClient;
  pool: pg.Pool;
  /** Runs `work` in one transaction on one connection; rolls back when it rejects. */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 30_000;

export function openDatabase(connectionString: string, log: Log, connectionsMax = 12): Database {
  const pool = new pg.Pool({
    connectionString,
    max: connectionsMax,
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A connection that was cut without a word answers nothing, not even the server's own time-out.
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    keepAlive: true,
    application_name: "wardtwin",
  });
  // A connection that dies while idle is replaced by the next query; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ err: error.message }, "database connection lost"));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return { prisma, pool, transaction: (work) => inTransaction(pool, work), close: () => closeBoth(prisma, pool) };
}

async function inTransaction<Result>(pool: pg.Pool, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies in the middle tells its waiting query and then this listener.
  const onError = (error: Error) => {
    broken = error;
  };
  tx.on("error", onError);
  try {
    await tx.query("begin");
    const result = await work(tx);
    await tx.query("commit");
    return result;
  } catch (error) {
    await tx.query("rollback").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    tx.off("error", onError);
    tx.release(broken);
  }
}

async function closeBoth(prisma: PrismaClient, pool: pg.Pool): Promise<void> {
  await prisma.$disconnect();
  await pool.end();
}

/** 42 (a missing table, a missing right) is among them: our statements are the same for every batch, so no batch causes it. */
const TRANSIENT_CLASSES = ["08", "25", "40", "42", "53", "55", "57", "58"];

/** Whether Prisma refused a row because another one has what may stand once. */
export const isTaken = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "P2002";

/** Whether two transactions met and one had to give way: the same again succeeds at once. */
export const isRaceLost = (error: unknown): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("40");

/**
 * Whether the database itself was out of reach or unwilling (connection lost, shutting down, read-only, out of space,
 * serialisation): trying again later may succeed. Anything else is the fault of what was sent.
 * Source: PostgreSQL manual, appendix A, error code classes.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (!("code" in error) || typeof error.code !== "string")
    return /terminated|timeout|ECONN|Connection/i.test(error.message);
  return TRANSIENT_CLASSES.includes(error.code.slice(0, 2)) || /^E(?!RR_)[A-Z_]+$/.test(error.code);
}

/**
 * Whether the database could not be asked at all, told by `pg` or by Prisma: its connection errors are P1001 to P1017 and
 * P2024, and it passes on PostgreSQL's own code (57P03, starting up) in its words alone.
 */
export function isOutOfReach(error: unknown): boolean {
  if (isTransient(error)) return true;
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return /^(P10\d\d|P2024)$/.test(code) || /Code: `(08|53|57|58)\w{3}`/.test(error.message);
}
