import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";

/** A real, empty database in a temporary folder, for a test or a comparison; stop() removes it. */
export async function startThrowAwayPostgres(): Promise<Pick<EmbeddedPostgres, "connectionString" | "port" | "stop">> {
  const dataDir = mkdtempSync(join(tmpdir(), "wardtwin-database-"));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const { connectionString, port, stop } = await startEmbeddedPostgres({ dataDir, settings: { fsync: "off" } });
    return { connectionString, port, stop: () => stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
