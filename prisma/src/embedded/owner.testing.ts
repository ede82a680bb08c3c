import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished, TestRunner } from "vitest";
import { postgresProcesses, signal, waitUntil } from "./system-process.ts";

const SCRIPT = fileURLToPath(new URL("owner.fixture.ts", import.meta.url));

/** A folder for one test, of mode 0700. At the test's end whatever PostgreSQL still works in it is killed, and it goes. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "wardtwin-test-"));
  onTestFinished(async () => {
    const clusterDir = join(folder, "data", "cluster");
    const left = () => postgresProcesses(clusterDir);
    for (const pid of left()) signal(pid, "SIGKILL");
    await waitUntil(() => left().length === 0, 5_000);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** What the fixture prints. */
export interface OwnerReport {
  readonly connectionString?: string;
  readonly pid?: number;
  readonly problem?: string;
  readonly message?: string;
}

/** Runs owner.fixture.ts, behind a wrapper command if given, until it has printed its report. */
export async function runOwner(
  args: readonly string[],
  { wrapper = [], ...options }: SpawnOptions & { wrapper?: readonly string[] } = {},
): Promise<{ child: ChildProcess; report: OwnerReport; ended: Promise<unknown> }> {
  const [command = "", ...rest] = [...wrapper, process.execPath, SCRIPT, ...args];
  const child = spawn(command, rest, { ...options, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  onTestFinished(() => void child.kill("SIGKILL"));
  if (!child.stdout) throw new Error("The owner has no output.");
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, "line").then(([text]) => String(text)), ended.then(() => null)]);
  if (line === null) throw new Error("The owner ended without a report.");
  const report: OwnerReport = JSON.parse(line);
  return { child, report, ended };
}

/** The words before a command that run it with a small file system of its own; null where the kernel forbids that. */
export function smallDiskWrapper(mountPoint: string, size: string): string[] | null {
  const asRoot = process.geteuid?.() === 0;
  const script = `mount -t tmpfs -o size=${size},mode=0700 none "$0" && exec "$@"`;
  const wrapper = [
    "unshare",
    ...(asRoot ? [] : ["--user", "--map-root-user"]),
    "--mount",
    "sh",
    "-c",
    script,
    mountPoint,
  ];
  const [command = "", ...rest] = [...wrapper, "true"];
  return spawnSync(command, rest).status === 0 ? wrapper : null;
}

/**
 * Ends the running test as one that this machine cannot run, in the words that the tally of infra/test looks for; infra
 * rests on this package, so its own helper cannot be asked.
 */
export function notApplicable(reason: string): never {
  const running = TestRunner.getCurrentTest();
  if (!running) throw new Error("notApplicable() is called inside a test.");
  return running.context.skip(`not applicable: ${reason}`);
}
