import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BackupError } from "./backup-error.ts";

export const MANIFEST_FILE = "backup.json";
const FORMAT = 1;

/** One table: its rows as PostgreSQL's COPY writes them in text, compressed with zstd. */
export interface BackedUpTable {
  /** With its schema, quoted where SQL needs it. */
  readonly name: string;
  /** As a list for SQL. */
  readonly columns: string;
  readonly file: string;
  readonly rows: number;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

/** What lies in the folder of a backup. */
export interface BackupManifest {
  readonly format: typeof FORMAT;
  /** The moment whose data it holds, ISO 8601. */
  readonly takenAt: string;
  /** The last migration of the database. */
  readonly migration: string;
  /** The UTC days of the telemetry, as YYYYMMDD. */
  readonly days: readonly string[];
  /** In an order in which every table comes after those that it refers to. */
  readonly tables: readonly BackedUpTable[];
  readonly sequences: readonly { readonly name: string; readonly lastValue: string }[];
}

/** Reads what a folder says of itself. @throws BackupError where it is no backup, or one of another version */
export function readManifest(folder: string): BackupManifest {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(join(folder, MANIFEST_FILE), "utf8"));
  } catch (cause) {
    throw new BackupError(
      `The folder ${folder} is not a whole backup (${MANIFEST_FILE} is missing or unreadable); name the folder that npm run backup made.`,
      { cause },
    );
  }
  if (typeof found !== "object" || found === null || !("format" in found) || found.format !== FORMAT) {
    throw new BackupError(
      `The backup in ${folder} was written by another version of Wardtwin; restore it with that version.`,
    );
  }
  // Written by this program in one piece; each file in it is checked by its own sum.
  return found as BackupManifest;
}
