import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseStartError } from "../database-start-error.ts";
import { isAlive, type ProcessIdentity, processIdentity } from "./system-process.ts";

const GUARD_WAIT_MS = 5_000;

/** The claim of one process on a data folder; it ends with release() or with the process. */
export interface OwnerLock {
  release(): void;
}

/**
 * Claims the data folder for this process, in `owner.json`. A claim whose process is dead is stale and is replaced.
 * @throws DatabaseStartError `folder-in-use` while another owner lives
 */
export async function acquireOwnerLock(dataDir: string): Promise<OwnerLock> {
  const path = join(dataDir, "owner.json");
  const self = processIdentity(process.pid);
  if (!self) throw new DatabaseStartError("unsupported-platform", "The embedded database needs a mounted /proc.");
  const guard = await enterGuard(dataDir);
  try {
    const owner = readOwner(path);
    if (owner && isAlive(owner)) throw inUse(dataDir, owner);
    writeFileSync(`${path}.new`, `${JSON.stringify(self)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } finally {
    guard.close();
  }
  let held = true;
  return {
    release() {
      if (held) rmSync(path, { force: true });
      held = false;
    },
  };
}

function inUse(dataDir: string, owner: ProcessIdentity): DatabaseStartError {
  return new DatabaseStartError(
    "folder-in-use",
    `The data folder ${dataDir} is in use by a running Wardtwin (process ${owner.pid}); stop that one first, or give this one another folder.`,
  );
}

function readOwner(path: string): ProcessIdentity | null {
  try {
    const { pid, startTicks, bootId } = JSON.parse(readFileSync(path, "utf8"));
    return Number.isSafeInteger(pid) && typeof startTicks === "string" ? { pid, startTicks, bootId } : null;
  } catch {
    return null; // Absent, or cut short by a crash: stale in either case.
  }
}

/**
 * Two processes that find the same stale claim must not both replace it. An abstract socket lets one of them in at a
 * time and cannot itself go stale: the kernel drops it with its process.
 */
async function enterGuard(dataDir: string): Promise<Server> {
  const { dev, ino } = statSync(dataDir);
  const name = `\0wardtwin-${createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 32)}`;
  const deadlineMs = performance.now() + GUARD_WAIT_MS;
  for (;;) {
    const server = createServer();
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once("error", resolve).listen(name, () => resolve(null));
    });
    if (!error) return server;
    if (error.code !== "EADDRINUSE" || performance.now() > deadlineMs) {
      throw new DatabaseStartError(
        "folder-in-use",
        `The data folder ${dataDir} could not be claimed because another process is claiming it; try again.`,
        error,
      );
    }
    await sleep(20);
  }
}
