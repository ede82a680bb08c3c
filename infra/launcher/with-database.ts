import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseStartError } from "@wardtwin/prisma/database-start-error";
import { runningConnectionString, startEmbeddedPostgres } from "@wardtwin/prisma/embedded-postgres";
import { MigrationError } from "@wardtwin/prisma/migration-error";
import type { Settings } from "./settings.ts";
import { EXIT_CONFIG, StartError } from "./start-error.ts";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The database of `DATABASE_URL`, the running one of the data folder, or that one started for as long as this takes. */
export async function withDatabase(
  settings: Settings,
  work: (connectionString: string) => Promise<void>,
): Promise<void> {
  if (settings.databaseUrl !== null) return work(settings.databaseUrl);
  const dataDir = join(settings.dataDir, "postgres");
  const running = runningConnectionString(dataDir);
  if (running !== null) return work(running);
  const own = await startEmbeddedPostgres({ dataDir });
  await work(own.connectionString).finally(() => own.stop());
}

type ErrorKind = abstract new (...args: never[]) => Error;

/** Ends a command with one sentence for what a person can mend, and with everything for what only we can. */
export function endWithSentence(error: unknown, kinds: readonly ErrorKind[]): void {
  const forPerson = [StartError, MigrationError, DatabaseStartError, ...kinds].some((kind) => error instanceof kind);
  process.stderr.write(`${error instanceof Error ? (forPerson ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = forPerson ? EXIT_CONFIG : 70;
}
