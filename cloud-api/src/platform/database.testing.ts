import { applyMigrations } from "@wardtwin/prisma/migrate";
import { startThrowAwayPostgres } from "@wardtwin/prisma/throw-away-postgres";
import { type Database, openDatabase } from "./database.ts";
import { openLog } from "./log.ts";

export const silent = openLog("silent");

/** A real PostgreSQL with the product's schema, for the tests of one file. */
export interface TestDatabase {
  db: Database;
  connectionString: string;
  /** Another pool on the same database, as another process would have it. */
  another(): Database;
  stop(): Promise<void>;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const { connectionString, stop } = await startThrowAwayPostgres();
  await applyMigrations({ connectionString });
  const opened = [openDatabase(connectionString, silent)];
  const [db] = opened;
  if (db === undefined) throw new Error("no database");
  return {
    db,
    connectionString,
    another: () => {
      const another = openDatabase(connectionString, silent);
      opened.push(another);
      return another;
    },
    stop: async () => {
      await Promise.all(opened.map((one) => one.close()));
      await stop();
    },
  };
}
