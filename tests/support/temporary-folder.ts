import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];
process.on("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder of the suite's own, gone when its process ends at the latest. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "wardtwin-house-"));
  made.push(folder);
  return folder;
}

/** Removes a folder now; a process that is just ending may still write into it, so that it is tried again. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
