/** `npm run backup -- <folder>` and `npm run restore -- <folder>`: the database and the keys of one hospital. */
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { backUp } from "@wardtwin/prisma/backup/back-up";
import { BackupError } from "@wardtwin/prisma/backup/backup-error";
import { restore } from "@wardtwin/prisma/backup/restore";
import { DatabaseStartError } from "@wardtwin/prisma/database-start-error";
import { runningConnectionString, startEmbeddedPostgres } from "@wardtwin/prisma/embedded-postgres";
import { MigrationError } from "@wardtwin/prisma/migration-error";
import { openDataFolder } from "./data-folder.ts";
import { type Progress, startProgress } from "./progress.ts";
import { readSettings, type Settings } from "./settings.ts";
import { EXIT_CONFIG, StartError } from "./start-error.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** The certificate authority that the gateways trust, beside the tables in a backup. */
const PKI = "pki";

async function main([command, ...rest]: readonly string[]): Promise<void> {
  const startedIn = process.env["INIT_CWD"] ?? process.cwd();
  const [given] = rest;
  if (given === undefined || rest.length > 1)
    throw new StartError(`Name one folder, as in: npm run ${command} -- /backups/monday`);
  const settings = readSettings([], process.env, startedIn, root);
  const folder = resolve(startedIn, given);
  const progress = startProgress(Date.now, (text) => process.stderr.write(text));
  await (command === "backup" ? takeBackup(settings, folder, progress) : restoreBackup(settings, folder, progress));
}

async function takeBackup(settings: Settings, folder: string, progress: Progress): Promise<void> {
  await withDatabase(settings, async (connectionString) => {
    progress.step("backing up the database");
    const { takenAt } = await backUp({ connectionString, folder, now: () => new Date(), onProgress: progress.note });
    const pki = join(settings.dataDir, PKI);
    if (existsSync(pki)) cpSync(pki, join(folder, PKI), { recursive: true, preserveTimestamps: true });
    progress.step(
      `the backup of ${takenAt} is whole in ${folder}; it holds secret keys, keep it where only you can read`,
    );
  });
}

async function restoreBackup(settings: Settings, folder: string, progress: Progress): Promise<void> {
  const data = openDataFolder(settings.dataDir);
  const [kept, present] = [join(folder, PKI), data.file(PKI)];
  if (existsSync(kept) && existsSync(present) && !sameFiles(kept, present)) {
    throw new StartError(
      `The data folder ${data.path} has a certificate authority of its own, which the gateways of this backup do not trust; move ${present} aside, then try again.`,
    );
  }
  const running = settings.databaseUrl === null ? runningConnectionString(data.file("postgres")) : null;
  if (running !== null)
    throw new StartError(`Wardtwin is running on ${data.path}; stop it first, or name another folder in DATA_DIR.`);
  await withDatabase(settings, async (connectionString) => {
    progress.step("restoring the database");
    const { takenAt } = await restore({ connectionString, folder, onProgress: progress.note });
    if (existsSync(kept) && !existsSync(present)) cpSync(kept, present, { recursive: true, preserveTimestamps: true });
    progress.step(`the hospital of ${takenAt} is back; start Wardtwin, and its gateways send what came after`);
  });
}

/** The database of `DATABASE_URL`, the running one of the data folder, or that one started for as long as this takes. */
async function withDatabase(settings: Settings, work: (connectionString: string) => Promise<void>): Promise<void> {
  if (settings.databaseUrl !== null) return work(settings.databaseUrl);
  const dataDir = join(settings.dataDir, "postgres");
  const running = runningConnectionString(dataDir);
  if (running !== null) return work(running);
  const own = await startEmbeddedPostgres({ dataDir });
  await work(own.connectionString).finally(() => own.stop());
}

function sameFiles(one: string, other: string): boolean {
  const names = (folder: string) => readdirSync(folder).sort();
  const [ours, theirs] = [names(one), names(other)];
  return (
    ours.join("/") === theirs.join("/") &&
    ours.every((name) => readFileSync(join(one, name)).equals(readFileSync(join(other, name))))
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const forPerson = [StartError, BackupError, MigrationError, DatabaseStartError].some((kind) => error instanceof kind);
  process.stderr.write(`${error instanceof Error ? (forPerson ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = forPerson ? EXIT_CONFIG : 70;
});
