/**
 * A small owner of an embedded database, to be run, killed and looked at by tests.
 * `node owner.fixture.ts <dataDir> [keep]`: prints one line of JSON, what was started or which error came; with `keep` it
 * then stays, without it only the database could keep it alive.
 */
import { DatabaseStartError } from "../database-start-error.ts";
import { startEmbeddedPostgres } from "../embedded-postgres.ts";

const [dataDir = "", keep] = process.argv.slice(2);
try {
  const { connectionString, pid } = await startEmbeddedPostgres({ dataDir });
  console.log(JSON.stringify({ connectionString, pid }));
  if (keep === "keep") setInterval(() => {}, 60_000);
} catch (error) {
  if (!(error instanceof DatabaseStartError)) throw error;
  console.log(JSON.stringify({ problem: error.problem, message: error.message }));
}
