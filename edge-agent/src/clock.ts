import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

/** The gateway's clocks. Everything else is handed one, so that tests can set the time. */
export interface Clock {
  /** Whole ms since the gateway booted; never runs backwards, whatever happens to the wall clock. */
  monoMs(): number;
  wallMs(): number;
  /** What to add to a wall time for the gateway's local time, in ms. */
  zoneOffsetMs(wallMs: number): number;
  /** Which boot of the gateway the monotonic times belong to. */
  readonly bootId: string;
}

const NS_PER_MS = 1_000_000n;

/** The clocks of this machine. */
export function systemClock(): Clock {
  return {
    // hrtime counts from boot on Linux and so goes on across a restart of the agent, as bootId does.
    monoMs: () => Number(process.hrtime.bigint() / NS_PER_MS),
    wallMs: () => Date.now(),
    zoneOffsetMs: (wallMs) => -new Date(wallMs).getTimezoneOffset() * 60_000,
    bootId: bootIdOf("/proc/sys/kernel/random/boot_id"),
  };
}

/** The kernel's name for this boot; where there is none, every start of the agent counts as a boot. */
function bootIdOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return randomUUID();
  }
}
