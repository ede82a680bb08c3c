import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Two ptys with a cable between them, for a test on either end. */
export interface PtyCable {
  ours: string;
  theirs: string;
  /** Cuts the cable: both ends are gone. */
  cut(): void;
  stop(): void;
}

/** Lays the cable with the socat at this path, and waits until it says that it carries bytes. */
export async function startPtyCable(socat: string): Promise<PtyCable> {
  const dir = mkdtempSync(join(tmpdir(), "wardtwin-pty-"));
  const [ours, theirs] = [join(dir, "ours"), join(dir, "theirs")];
  const ends = [`pty,raw,echo=0,link=${ours}`, `pty,raw,echo=0,link=${theirs}`];
  const child = spawn(socat, ["-d", "-d", ...ends], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes("starting data transfer loop")) resolve();
    });
    child.on("exit", () => reject(new Error(said)));
  });
  const cut = () => void child.kill();
  return {
    ours,
    theirs,
    cut,
    stop: () => {
      cut();
      rmSync(dir, { recursive: true });
    },
  };
}
