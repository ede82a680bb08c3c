import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasTool } from "@wardtwin/infra/test/debian-tool";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The wall clock of one gateway, which can be set. Its monotonic clock goes on, as a real one's does. */
export interface GatewayClock {
  env: Record<string, string>;
  /** How far it is from the true time, s. */
  set(offsetS: number): void;
}

const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/** Null where the machine has no libfaketime. */
export function gatewayClock(folder: string): GatewayClock | null {
  if (!hasTool("faketime")) return null;
  const file = join(folder, "clock");
  const set = (offsetS: number) => writeFileSync(file, `${offsetS < 0 ? "" : "+"}${offsetS}\n`);
  set(0);
  return {
    set,
    env: {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
  };
}

/** A disk of one gateway that is small enough to be filled. */
export interface SmallDisk {
  fill(): void;
  free(): void;
  unmount(): void;
}

const DISK_MB = 4;
const MOUNTS = new Set<string>();
process.on("exit", () => {
  for (const path of MOUNTS) umount(path);
});

function umount(path: string): void {
  MOUNTS.delete(path);
  execFileSync("/bin/umount", [path], { stdio: "ignore" });
}

/** @throws where this machine lets nobody mount */
export function smallDisk(path: string): SmallDisk {
  mkdirSync(path, { recursive: true });
  execFileSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m,mode=700`, "tmpfs", path], { stdio: "pipe" });
  MOUNTS.add(path);
  const filler = join(path, "filler");
  return {
    fill: () => {
      const { bavail, bsize } = statfsSync(path);
      try {
        writeFileSync(filler, Buffer.alloc(bavail * bsize));
      } catch (error) {
        // The agent wrote something in this moment; what there was is taken all the same.
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => umount(path),
  };
}

/** Why this machine can mount no small disk, as a sentence; null where it can. */
export function whyNoDisk(): string | null {
  try {
    smallDisk(join(temporaryFolder(), "probe")).unmount();
    return null;
  } catch {
    return "a disk of 4 MB is mounted by root alone, where the kernel lets it";
  }
}
