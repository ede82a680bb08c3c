/** `npm run backup -- <folder>` and `npm run restore -- <folder>`: the database and the keys of one hospital. */
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { backUp } from "@wardtwin/prisma/backup/back-up";
import { BackupError } from "@wardtwin/prisma/backup/backup-error";
import { restore } from "@wardtwin/prisma/backup/restore";
import { runningConnectionString } from "@wardtwin/prisma/embedded-postgres";
import { openDataFolder } from "./data-folder.ts";
import { type Progress, startProgress } from "./progress.ts";
import { readSettings, type Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { endWithSentence, ROOT, withDatabase } from "./with-database.ts";

/** The certificate authority that the gateways trust, beside the tables in a backup. */
const PKI = "pki";

async function main([command, ...rest]: readonly string[]): Promise<void> {
  const startedIn = process.env["INIT_CWD"] ?? process.cwd();
  const [given] = rest;
  if (given === undefined || rest.length > 1)
    throw new StartError(`Name one folder, as in: npm run ${command} -- /backups/monday`);
  const settings = readSettings([], process.env, startedIn, ROOT);
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

function sameFiles(one: string, other: string): boolean {
  const names = (folder: string) => readdirSync(folder).sort();
  const [ours, theirs] = [names(one), names(other)];
  return (
    ours.join("/") === theirs.join("/") &&
    ours.every((name) => readFileSync(join(one, name)).equals(readFileSync(join(other, name))))
  );
}

main(process.argv.slice(2)).catch((error: unknown) => endWithSentence(error, [BackupError]));
