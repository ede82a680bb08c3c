import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { type ShadowMessage, type ShadowRequest, unanswered } from "./rules.ts";
import type { ShadowStore } from "./store.ts";

interface Deps {
  store: ShadowStore;
  clock: Clock;
  log: Log;
}

interface Waiting {
  request: ShadowRequest;
  answered: (messages: readonly ShadowMessage[]) => void;
}

const WAITING_MAX = 10_000;
const GROUP_MAX = 256;
/** The service is behind the broker and sees no connections: what AWS counts for each of them is counted for each thing. */
const IN_FLIGHT_PER_THING_MAX = 10;

/**
 * Where requests wait for their turn. One group is settled at a time, and whatever came meanwhile makes the next one, so that
 * load makes larger groups. Requests for one shadow are answered in the order in which they came.
 */
export class ShadowDesk {
  readonly #deps: Deps;
  readonly #waiting: Waiting[] = [];
  readonly #inFlight = new Map<string, number>();
  #pump: Promise<void> | null = null;
  #closing = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @returns what is to be sent: after the commit where there was something to commit, and never earlier */
  async ask(request: ShadowRequest): Promise<readonly ShadowMessage[]> {
    const { thing } = request.address;
    const inFlight = this.#inFlight.get(thing) ?? 0;
    if (this.#closing) return this.#unanswered("failure", request);
    if (inFlight >= IN_FLIGHT_PER_THING_MAX || this.#waiting.length >= WAITING_MAX)
      return this.#unanswered("too-many", request);
    this.#inFlight.set(thing, inFlight + 1);
    return new Promise((answered) => {
      this.#waiting.push({ request, answered });
      this.#pump ??= this.#drain();
    });
  }

  /** Settles what waits, and takes no more. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#pump;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_MAX);
      const messages = await this.#settle(group.map(({ request }) => request));
      for (const [i, { request, answered }] of group.entries()) {
        this.#leave(request.address.thing);
        answered(messages[i] ?? []);
      }
    }
    // In the same breath as the last look: whoever asks next has to start a pump of its own.
    this.#pump = null;
  }

  async #settle(requests: readonly ShadowRequest[]): Promise<(readonly ShadowMessage[])[]> {
    try {
      return await this.#deps.store.settle(requests, this.#deps.clock.nowMs());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#deps.log.warn({ why, requests: requests.length }, "shadows could not be reached in the database");
      return requests.map((request) => this.#unanswered("failure", request));
    }
  }

  #unanswered(why: "too-many" | "failure", { payload }: ShadowRequest): readonly ShadowMessage[] {
    return unanswered(why, payload, Math.floor(this.#deps.clock.nowMs() / 1_000));
  }

  #leave(thing: string): void {
    const left = (this.#inFlight.get(thing) ?? 1) - 1;
    if (left === 0) this.#inFlight.delete(thing);
    else this.#inFlight.set(thing, left);
  }
}
