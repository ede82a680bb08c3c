import {
  isAlive,
  type ProcessIdentity,
  processIdentity,
  signal,
  waitUntil,
} from "@wardtwin/prisma/embedded/system-process";
import { readJson, writeSecretJson } from "./data-folder.ts";
import { StartError } from "./start-error.ts";

interface Running {
  launcher: ProcessIdentity;
  children: ProcessIdentity[];
}

const END_TIMEOUT_MS = 5_000;

/** Remembers who runs on this data folder, so that what a killed run left behind can be found and ended. */
export function rememberProcesses(file: string, pids: readonly number[]): void {
  const launcher = processIdentity(process.pid);
  if (launcher === null) return;
  const children = pids.map(processIdentity).filter((identity) => identity !== null);
  writeSecretJson(file, { launcher, children } satisfies Running);
}

/**
 * Ends what a killed run left behind. Only processes that are the very ones written down are touched.
 * @throws StartError where the earlier run is still alive: two may not share a data folder.
 */
export async function endLeftovers(file: string, dataDir: string): Promise<number> {
  const known = runningOf(readJson(file));
  if (known === null) return 0;
  if (known.launcher.pid !== process.pid && isAlive(known.launcher)) {
    throw new StartError(
      `Wardtwin already runs on the data folder ${dataDir} (process ${known.launcher.pid}); stop it, or set DATA_DIR and PORT for a second one.`,
    );
  }
  const left = known.children.filter(isAlive);
  for (const { pid } of left) signal(pid, "SIGTERM");
  const gone = await waitUntil(() => !left.some(isAlive), END_TIMEOUT_MS);
  if (!gone) for (const one of left.filter(isAlive)) signal(one.pid, "SIGKILL");
  return left.length;
}

function runningOf(value: unknown): Running | null {
  if (typeof value !== "object" || value === null || !("launcher" in value) || !("children" in value)) return null;
  const { launcher, children } = value;
  if (!isIdentity(launcher) || !Array.isArray(children)) return null;
  return { launcher, children: children.filter(isIdentity) };
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return typeof value === "object" && value !== null && "pid" in value && "startTicks" in value && "bootId" in value;
}
