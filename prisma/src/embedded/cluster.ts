import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";
import { codeAndMessage } from "../error-text.ts";
import type { PostgresPrograms } from "./program.ts";
import { explainStartFailure } from "./start-failure.ts";

/** The superuser of the embedded database, and the name of its one database. */
export const DATABASE_USER = "wardtwin";

/** Below this much free space even an empty database cannot work. */
const FREE_BYTES_MIN = 1_048_576;

/** The data folder and what it holds: `cluster` (PostgreSQL's own), `password`, `socket`, `owner.json`. */
export interface DataFolder {
  readonly dataDir: string;
  readonly clusterDir: string;
}

/**
 * Makes the data folder, or sees that the existing one can be written.
 * @throws DatabaseStartError `folder-unwritable` or `disk-full`
 */
export function openDataFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const dataDir = realpathSync(path);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    // Permission bits do not tell about read-only or full file systems, and root passes them all; a written file does.
    const probe = join(dataDir, `.probe-${process.pid}`);
    writeFileSync(probe, "probe\n");
    rmSync(probe);
    return { dataDir, clusterDir: join(dataDir, "cluster") };
  } catch (cause) {
    const { code } = codeAndMessage(cause);
    if (code === "ENOSPC" || code === "EDQUOT")
      throw explainStartFailure(["No space left on device"], "", { dataDir: path });
    const notFolder = code === "EEXIST" || code === "ENOTDIR";
    throw new DatabaseStartError(
      "folder-unwritable",
      notFolder
        ? `The data folder ${path} is a file, or a folder above it is; give another folder.`
        : `The data folder ${path} cannot be written (${code}); change its owner or permissions, or give another folder.`,
      cause,
    );
  }
}

/** Whether the file system of the data folder has no room left; PostgreSQL may die of it without a word. */
export function diskIsFull(dataDir: string): boolean {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize < FREE_BYTES_MIN;
}

/**
 * Sees that an existing cluster is one that this PostgreSQL and this user can open.
 * @returns false when there is none yet
 * @throws DatabaseStartError `other-version`, `damaged` or `folder-unwritable`
 */
export function clusterExists({ dataDir, clusterDir }: DataFolder, major: string): boolean {
  const folder = statSync(clusterDir, { throwIfNoEntry: false });
  if (!folder) return false;
  if (folder.uid !== process.geteuid?.()) {
    throw new DatabaseStartError(
      "folder-unwritable",
      `The database in ${dataDir} belongs to the user with id ${folder.uid}; start as that user, or give another folder.`,
    );
  }
  const versionFile = join(clusterDir, "PG_VERSION");
  if (!existsSync(versionFile)) {
    throw new DatabaseStartError(
      "damaged",
      `The folder ${clusterDir} is not a PostgreSQL database (PG_VERSION is missing); restore it from a backup, or move it aside to begin with an empty one.`,
    );
  }
  const found = readFileSync(versionFile, "utf8").trim();
  if (found !== major) {
    throw new DatabaseStartError(
      "other-version",
      `The database in ${dataDir} was written by PostgreSQL ${found || "of an unknown version"}, and this is ${major}; start the version of Wardtwin that wrote it and move the data by dump and restore, or give another folder.`,
    );
  }
  return true;
}

/** The superuser's password, random per data folder; made on first use and kept where only the owner can read it. */
export function readOrMakePassword({ dataDir }: DataFolder, clusterIsThere: boolean): string {
  const path = join(dataDir, "password");
  if (existsSync(path)) {
    const password = readFileSync(path, "utf8").trim();
    if (password) return password;
  }
  if (clusterIsThere) {
    throw new DatabaseStartError(
      "damaged",
      `The file ${path} with the password of the database is missing or empty; restore it from the backup of the folder.`,
    );
  }
  const password = randomBytes(24).toString("base64url");
  writeFileSync(path, `${password}\n`, { mode: 0o600 });
  return password;
}

/**
 * Makes the cluster in a folder beside its place and moves it there when it is whole, so that a first start that was
 * killed leaves no half of one.
 * @throws DatabaseStartError what initdb said
 */
export async function initialiseCluster(
  { dataDir, clusterDir }: DataFolder,
  programs: PostgresPrograms,
): Promise<void> {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith("cluster.new-")) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
  const draft = join(dataDir, `cluster.new-${randomBytes(4).toString("hex")}`);
  const { command, args } = programs.commandLine("initdb", [
    `--pgdata=${draft}`,
    `--username=${DATABASE_USER}`,
    `--pwfile=${join(dataDir, "password")}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ]);
  const child = spawn(command, args, { env: programs.env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code, signal]: unknown[] = await once(child, "close");
  if (code !== 0) {
    const full = diskIsFull(dataDir);
    rmSync(draft, { recursive: true, force: true });
    const lines = said.split("\n").filter((line) => line !== "" && !/removing|data directory "/.test(line));
    throw explainStartFailure(lines, `initdb ended with ${signal ?? `code ${code}`}`, { dataDir }, full);
  }
  renameSync(draft, clusterDir);
}
