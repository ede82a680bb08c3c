import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { type DataFolder, diskIsFull } from "./cluster.ts";
import { readPostmasterFile, socketDir } from "./leftovers.ts";
import type { PostgresPrograms } from "./program.ts";
import { explainStartFailure } from "./start-failure.ts";
import { signal, waitUntil } from "./system-process.ts";

const LAST_LINES = 40;

/** For a small machine that also runs everything else; durable as PostgreSQL is by default. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  max_connections: "100",
  shared_buffers: "128MB",
  max_wal_size: "1GB",
  wal_compression: "pglz",
  fsync: "on",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_min_messages: "warning",
};

/** What a postmaster is started with. */
export interface PostmasterOptions {
  readonly folder: DataFolder;
  readonly programs: PostgresPrograms;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** One run of the postmaster. */
export interface Postmaster {
  readonly pid: number;
  readonly hasEnded: () => boolean;
  /** Resolves, with how it ended, when the process is gone. */
  readonly ended: Promise<string>;
  /** The last lines it wrote. */
  readonly lines: readonly string[];
}

/**
 * Starts a postmaster in a process group of its own, so that a terminal's Ctrl-C goes to the parent alone, which then
 * stops the database in order. Neither the process nor its log keeps the parent's event loop alive.
 */
export function spawnPostmaster({ folder, programs, port, settings, log }: PostmasterOptions): Postmaster {
  const all = { ...SETTINGS, ...settings, port: `${port}`, unix_socket_directories: socketDir(folder.dataDir) ?? "" };
  const { command, args } = programs.commandLine("postgres", [
    "-D",
    folder.clusterDir,
    ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  const child = spawn(command, args, { env: programs.env, detached: true, stdio: ["ignore", "ignore", "pipe"] });
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
    log(line);
  });
  let over = false;
  const ended = new Promise<string>((resolve) => {
    const end = (how: string) => {
      over = true;
      resolve(how);
    };
    child.once("error", (error) => end(error.message));
    // "exit" and not "close": backends that outlive a killed postmaster hold the pipe open.
    child.once("exit", (code, name) => setImmediate(end, name === null ? `exit code ${code}` : `signal ${name}`));
  });
  return { pid: child.pid ?? 0, hasEnded: () => over, ended, lines };
}

/**
 * Waits until the postmaster takes connections.
 * @throws DatabaseStartError when it ended instead, or `too-slow`; it is then gone
 */
export async function waitUntilReady(
  postmaster: Postmaster,
  { folder, port }: PostmasterOptions,
  timeoutMs: number,
  isCancelled: () => boolean,
): Promise<void> {
  const ready = () => {
    const file = readPostmasterFile(folder.clusterDir);
    return file?.pid === postmaster.pid && file.ready;
  };
  await waitUntil(() => ready() || postmaster.hasEnded() || isCancelled(), timeoutMs);
  if (!postmaster.hasEnded() && (ready() || isCancelled())) return;
  const ending = postmaster.hasEnded() ? await postmaster.ended : `not ready after ${Math.round(timeoutMs / 1_000)} s`;
  if (!postmaster.hasEnded()) await stopPostmaster(postmaster);
  throw explainStartFailure(postmaster.lines, ending, { dataDir: folder.dataDir, port }, diskIsFull(folder.dataDir));
}

/** Fast shutdown within the given time, then immediate, then by force; resolves when the postmaster is gone. */
export async function stopPostmaster(postmaster: Postmaster, fastMs = 5_000, immediateMs = 3_000): Promise<void> {
  if (postmaster.hasEnded()) return;
  signal(postmaster.pid, "SIGINT");
  if (await waitUntil(postmaster.hasEnded, fastMs)) return;
  signal(postmaster.pid, "SIGQUIT");
  if (await waitUntil(postmaster.hasEnded, immediateMs)) return;
  signal(postmaster.pid, "SIGKILL");
  await waitUntil(postmaster.hasEnded, immediateMs);
}
