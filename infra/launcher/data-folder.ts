import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { StartError } from "./start-error.ts";

/** What this program puts into its data folder; `--fresh` removes these and nothing else. */
const OURS = [
  "postgres",
  "pki",
  "gateways",
  "simulators",
  "logs",
  "demo-users.json",
  "processes.json",
  "mqtt-port.json",
] as const;

export interface DataFolder {
  path: string;
  file(name: (typeof OURS)[number], ...rest: string[]): string;
}

/** Makes or opens the data folder. @throws StartError where it cannot be written. */
export function openDataFolder(path: string): DataFolder {
  try {
    makeFolder(path);
    if (!statSync(path).isDirectory()) throw new Error("it is not a folder");
    accessSync(path, constants.W_OK | constants.X_OK);
    // Root may write anywhere that the file system allows; only a file that stands there proves it.
    const probe = join(path, `.probe-${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? `${error.code}` : String(error);
    throw new StartError(
      `The data folder ${path} cannot be written (${code}); make it writable or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  return { path, file: (name, ...rest) => join(path, name, ...rest) };
}

/** Folder by folder: Node's recursive mkdir never returns where the kernel says ENOENT below a folder that exists (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Removes what this program put into the folder, once nobody works in it any more. */
export function forgetData(folder: DataFolder): void {
  for (const name of OURS) rmSync(folder.file(name), { recursive: true, force: true });
}

/** Reads a JSON file of ours; null where there is none or it was cut off while written. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

export function writeSecretJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}
