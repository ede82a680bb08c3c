import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

/** The address of a house's embedded database, as an operator with the data folder's password finds it. */
export function databaseUrlOf(dataDir: string): string {
  const password = readFileSync(join(dataDir, "postgres", "password"), "utf8").trim();
  const port = readFileSync(join(dataDir, "postgres", "cluster", "postmaster.pid"), "utf8").split("\n")[3];
  return `postgres://wardtwin:${password}@127.0.0.1:${port}/wardtwin`;
}

/** One query on a connection of its own. `Row` is the caller's word for what its SQL returns. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Asks the database as it stood at the first question. */
export type Ask = <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<Row[]>;

/** Several queries that see one moment of the database. */
export async function inOneLook<Seen>(url: string, look: (ask: Ask) => Promise<Seen>): Promise<Seen> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    return await look(
      async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
        (await client.query<Row>(sql, values)).rows,
    );
  } finally {
    await client.end();
  }
}
