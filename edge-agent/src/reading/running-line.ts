import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import type { Clock } from "../clock.ts";
import type { LineSettings } from "../config.ts";
import type { OpcUaThreads } from "../link/opc-ua-threads.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import type { LineReader, Outcome } from "./device.ts";
import { type Pace, runLine } from "./line-scheduler.ts";
import { openReader } from "./open-reader.ts";

export interface RunningLineDeps {
  clock: Clock;
  random: Random;
  log: Log;
  opcUaThreads: OpcUaThreads;
  /** A folder of the line's own for keys and certificates. */
  pkiDir: string;
  onOutcome(outcome: Outcome): void;
}

/** A line that is polled until it is closed, at a pace and by a profile that may change meanwhile. */
export class RunningLine {
  readonly #deps: RunningLineDeps;
  readonly #pace: Pace;
  #line: LineSettings;
  #run: { stopping: AbortController; ended: Promise<void>; stop(): Promise<void> };
  /** Changes of the profile come one after another: a port is open once. */
  #changes: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(line: LineSettings, everyMs: ReadonlyMap<string, number>, deps: RunningLineDeps) {
    this.#deps = deps;
    this.#line = line;
    this.#pace = { everyMs };
    this.#run = this.#start();
  }

  /** Polls at another pace from the next turn on, and by another profile as soon as what is in flight has ended. */
  use({ profile, everyMs }: { profile: Profile; everyMs: ReadonlyMap<string, number> }): void {
    this.#pace.everyMs = everyMs;
    if (profile === this.#line.profile) return;
    this.#line = { ...this.#line, profile };
    this.#changes = this.#changes.then(async () => {
      await Promise.all([this.#run.stop(), this.#run.ended]);
      if (!this.#isClosed) this.#run = this.#start();
    });
  }

  /** Asks and tells nothing more. */
  abort(): void {
    this.#isClosed = true;
    this.#run.stopping.abort();
  }

  async close(): Promise<void> {
    this.abort();
    await Promise.all([this.#run.stop(), this.#changes]);
  }

  #start() {
    const { clock, random, log, opcUaThreads, pkiDir, onOutcome } = this.#deps;
    const { id, units, profile } = this.#line;
    const reader: LineReader = openReader(this.#line, { clock, log, opcUaThreads, pkiDir });
    const devices = units.map((unit) => ({ line: id, unit, profile }));
    const stopping = new AbortController();
    const line = { id, devices, reader, pace: this.#pace };
    const ended = runLine(line, { clock, random }, onOutcome, stopping.signal).catch((error: unknown) => {
      // Faults of the world are data, so this is a bug of ours: it costs this line and no other.
      log.error({ line: id, err: error }, "a line stopped");
    });
    const stop = async () => {
      stopping.abort();
      await reader.close();
    };
    return { stopping, ended, stop };
  }
}
