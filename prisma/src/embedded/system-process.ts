import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same id: ids are reused, start times of one boot are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process (proc(5), stat, field 22). */
  readonly startTicks: string;
  readonly bootId: string;
}

/** The identity of a live process; null if there is none with this id or if it is a zombie. */
export function processIdentity(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const startTicks = rest[18];
    if (state === "Z" || state === "X" || startTicks === undefined) return null;
    return { pid, startTicks, bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
  } catch {
    return null;
  }
}

/** Whether that very process still lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = processIdentity(identity.pid);
  return now !== null && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/**
 * The live PostgreSQL processes, postmaster and backends, that work in this cluster folder. PostgreSQL makes the cluster
 * its working directory, so this finds survivors that no postmaster.pid names and never a process of something else.
 */
export function postgresProcesses(clusterDir: string): number[] {
  const folder = statSync(clusterDir, { throwIfNoEntry: false });
  if (!folder) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const cwd = statSync(`/proc/${pid}/cwd`);
        if (cwd.ino !== folder.ino || cwd.dev !== folder.dev) return false;
        const program = basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
        return program === "postgres" && processIdentity(pid) !== null;
      } catch {
        return false; // Gone meanwhile, or another user's.
      }
    });
}

/** Sends a signal; a process that has gone meanwhile is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile.
  }
}

/** Looks again and again until the condition holds; false when the deadline passes first. */
export async function waitUntil(condition: () => boolean, timeoutMs: number, everyMs = 20): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) return false;
    await sleep(everyMs);
  }
  return true;
}
