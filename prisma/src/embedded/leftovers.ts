import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";
import type { DataFolder } from "./cluster.ts";
import { postgresProcesses, signal, waitUntil } from "./system-process.ts";

const FAST_MS = 5_000;
const IMMEDIATE_MS = 3_000;
const KILL_MS = 5_000;

/**
 * Stops whatever PostgreSQL still works in this data folder, most politely first: the orphan of a killed parent, or the
 * backends of a killed postmaster. Only the owner of the folder may call this. A process of anything else is not touched.
 * @returns the ids that were found
 * @throws DatabaseStartError `folder-in-use` if one of them cannot be ended
 */
export async function stopLeftovers(folder: DataFolder): Promise<number[]> {
  const { clusterDir } = folder;
  const found = postgresProcesses(clusterDir);
  const gone = () => postgresProcesses(clusterDir).length === 0;
  if (found.length > 0) {
    const postmaster = readPostmasterFile(clusterDir)?.pid;
    if (postmaster !== undefined && found.includes(postmaster)) {
      signal(postmaster, "SIGINT");
      if (!(await waitUntil(gone, FAST_MS))) signal(postmaster, "SIGQUIT");
      await waitUntil(gone, IMMEDIATE_MS);
    } else {
      // Without their postmaster they have nothing to finish; most are already on their way out.
      for (const pid of found) signal(pid, "SIGQUIT");
      await waitUntil(gone, IMMEDIATE_MS / 3);
    }
    for (const pid of postgresProcesses(clusterDir)) signal(pid, "SIGKILL");
    if (!(await waitUntil(gone, KILL_MS))) {
      const pids = postgresProcesses(clusterDir).join(", ");
      throw new DatabaseStartError(
        "folder-in-use",
        `An earlier PostgreSQL still works in ${folder.dataDir} and does not end (process ${pids}); end it or restart the machine.`,
      );
    }
  }
  removeStaleFiles(folder);
  return found;
}

/**
 * PostgreSQL takes any live process with the id in a left postmaster.pid for its twin, a zombie or a stranger with a
 * reused id too. Once nothing works in the cluster such a file is proven stale. One whose process is gone stays, because
 * PostgreSQL then looks for left shared memory by it.
 */
function removeStaleFiles({ dataDir, clusterDir }: DataFolder): void {
  const left = readPostmasterFile(clusterDir);
  if (left && existsSync(`/proc/${left.pid}`)) rmSync(join(clusterDir, "postmaster.pid"), { force: true });
  const sockets = socketDir(dataDir);
  if (sockets === null) return;
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(sockets)) rmSync(join(sockets, name), { force: true });
}

/** What a running PostgreSQL writes into postmaster.pid. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** Whether it takes connections. */
  readonly ready: boolean;
}

/** Reads postmaster.pid: the id stands in the first line, the port in the fourth, the state in the eighth. */
export function readPostmasterFile(clusterDir: string): PostmasterFile | null {
  try {
    const lines = readFileSync(join(clusterDir, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isSafeInteger(pid) && pid > 0
      ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" }
      : null;
  } catch {
    return null;
  }
}

/** The folder for PostgreSQL's socket; null when its path is longer than a socket address can be (107 bytes). */
export function socketDir(dataDir: string): string | null {
  const path = join(dataDir, "socket");
  return Buffer.byteLength(join(path, ".s.PGSQL.65535")) <= 107 ? path : null;
}
