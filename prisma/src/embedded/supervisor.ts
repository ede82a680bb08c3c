import { setTimeout as sleep } from "node:timers/promises";
import { stopLeftovers } from "./leftovers.ts";
import {
  type Postmaster,
  type PostmasterOptions,
  spawnPostmaster,
  stopPostmaster,
  waitUntilReady,
} from "./postmaster.ts";
import { signal } from "./system-process.ts";

const READY_MS = 120_000;
const BACKOFF_FIRST_MS = 200;
const BACKOFF_MAX_MS = 5_000;
/** One that stayed up for this long has recovered; its next death starts the back-off anew. */
const STEADY_MS = 30_000;
const STUCK_AFTER = 5;

/** What happened to the postmaster; `message` is a sentence for a person. */
export type SupervisionEvent = { readonly message: string } & (
  | { readonly kind: "ready"; readonly pid: number; readonly port: number }
  | { readonly kind: "died"; readonly pid: number; readonly how: string }
  | { readonly kind: "restarting"; readonly attempt: number; readonly afterMs: number }
  | { readonly kind: "restarted"; readonly pid: number; readonly attempt: number }
  | { readonly kind: "restart-failed"; readonly attempt: number; readonly reason: string }
  /** The same failure again and again: a person has to look. Reported at the fifth and every tenth after it. */
  | { readonly kind: "stuck"; readonly attempt: number; readonly reason: string }
);

/** Keeps one postmaster running on one port until it is told to stop. */
export class PostmasterSupervisor {
  readonly #options: PostmasterOptions;
  readonly #onEvent: (event: SupervisionEvent) => void;
  #postmaster: Postmaster | null = null;
  #stopping = false;
  #stopped: Promise<void> | null = null;
  #restarting: Promise<void> = Promise.resolve();
  readonly #cancel = new AbortController();
  #attempt = 0;
  #readyAtMs = 0;

  constructor(options: PostmasterOptions, onEvent: (event: SupervisionEvent) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
  }

  /** The id of the running postmaster; null between two. */
  get pid(): number | null {
    return this.#postmaster && !this.#postmaster.hasEnded() ? this.#postmaster.pid : null;
  }

  /** Starts the first postmaster; from its readiness on it is restarted whenever it dies. Cancelled, it returns early. */
  async start(): Promise<void> {
    const postmaster = await this.#run();
    if (this.#stopping) return;
    const { port } = this.#options;
    const message = `PostgreSQL is ready on port ${port} of 127.0.0.1 (process ${postmaster.pid}).`;
    this.#onEvent({ kind: "ready", pid: postmaster.pid, port, message });
  }

  /** Ends the postmaster in order; resolves when it is gone. Later calls get the same promise. */
  stop(): Promise<void> {
    this.#stopping = true;
    this.#cancel.abort();
    this.#stopped ??= (async () => {
      if (this.#postmaster) await stopPostmaster(this.#postmaster);
      await this.#restarting;
      if (this.#postmaster) await stopPostmaster(this.#postmaster);
      await stopLeftovers(this.#options.folder);
    })();
    return this.#stopped;
  }

  /** Sends a last signal without waiting for its effect: `SIGINT` ends in order, `SIGQUIT` at once (recovery follows). */
  abandon(name: "SIGINT" | "SIGQUIT"): void {
    this.#stopping = true;
    this.#cancel.abort();
    if (this.pid !== null) signal(this.pid, name);
  }

  async #run(): Promise<Postmaster> {
    const postmaster = spawnPostmaster(this.#options);
    this.#postmaster = postmaster;
    await waitUntilReady(postmaster, this.#options, READY_MS, () => this.#stopping);
    this.#readyAtMs = performance.now();
    void postmaster.ended.then((how) => {
      if (!this.#stopping) this.#restarting = this.#restart(postmaster.pid, how);
    });
    return postmaster;
  }

  async #restart(pid: number, how: string): Promise<void> {
    this.#onEvent({ kind: "died", pid, how, message: `PostgreSQL (process ${pid}) died: ${how}.` });
    if (performance.now() - this.#readyAtMs > STEADY_MS) this.#attempt = 0;
    let same = 0;
    let lastReason = "";
    while (!this.#stopping) {
      const afterMs = Math.min(BACKOFF_FIRST_MS * 2 ** this.#attempt, BACKOFF_MAX_MS);
      const attempt = ++this.#attempt;
      this.#onEvent({ kind: "restarting", attempt, afterMs, message: `PostgreSQL is started again in ${afterMs} ms.` });
      try {
        await sleep(afterMs, undefined, { ref: false, signal: this.#cancel.signal });
        await stopLeftovers(this.#options.folder);
        if (this.#stopping) return;
        const next = await this.#run();
        const message = `PostgreSQL is back after ${attempt} ${attempt === 1 ? "try" : "tries"} (process ${next.pid}).`;
        if (!this.#stopping) this.#onEvent({ kind: "restarted", pid: next.pid, attempt, message });
        return;
      } catch (error) {
        if (this.#stopping) return;
        const reason = error instanceof Error ? error.message : String(error);
        same = reason === lastReason ? same + 1 : 1;
        lastReason = reason;
        this.#reportFailure(attempt, reason, same);
      }
    }
  }

  #reportFailure(attempt: number, reason: string, same: number): void {
    this.#onEvent({ kind: "restart-failed", attempt, reason, message: reason });
    if (same < STUCK_AFTER || (same - STUCK_AFTER) % 10 !== 0) return;
    const message = `PostgreSQL has failed to come back ${same} times in a row for the same reason, and is tried further: ${reason}`;
    this.#onEvent({ kind: "stuck", attempt, reason, message });
  }
}
