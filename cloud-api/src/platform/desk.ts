import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

interface Deps<Request, Answer> {
  /** What waits here, as a line of the log names it. */
  what: string;
  /** Answers requests, those of one key in their order. @throws where the database is out of reach */
  settle(requests: readonly Request[], nowMs: number): Promise<readonly Answer[]>;
  /** The answer to a request that was never looked at. */
  unanswered(why: "too-many" | "failure", request: Request, nowMs: number): Answer;
  /** Whose requests are counted together. */
  keyOf(request: Request): string;
  /** How many requests of one key may be on their way. */
  inFlightMax: number;
  clock: Clock;
  log: Log;
}

interface Waiting<Request, Answer> {
  request: Request;
  answered: (answer: Answer) => void;
}

const WAITING_MAX = 10_000;
const GROUP_MAX = 256;

/**
 * Where requests wait for their turn. One group is settled at a time, and whatever came meanwhile makes the next one, so that
 * load makes larger groups. Requests are answered in the order in which they came.
 */
export class Desk<Request, Answer> {
  readonly #deps: Deps<Request, Answer>;
  readonly #waiting: Waiting<Request, Answer>[] = [];
  readonly #inFlight = new Map<string, number>();
  #pump: Promise<void> | null = null;
  #closing = false;

  constructor(deps: Deps<Request, Answer>) {
    this.#deps = deps;
  }

  /** @returns what is to be sent: after the commit where there was something to commit, and never earlier */
  async ask(request: Request): Promise<Answer> {
    const { keyOf, inFlightMax } = this.#deps;
    const key = keyOf(request);
    const inFlight = this.#inFlight.get(key) ?? 0;
    if (this.#closing) return this.#unanswered("failure", request);
    if (inFlight >= inFlightMax || this.#waiting.length >= WAITING_MAX) return this.#unanswered("too-many", request);
    this.#inFlight.set(key, inFlight + 1);
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
      const answers = await this.#settle(group.map(({ request }) => request));
      for (const [i, { request, answered }] of group.entries()) {
        this.#leave(this.#deps.keyOf(request));
        answered(answers[i] ?? this.#unanswered("failure", request));
      }
    }
    // In the same breath as the last look: whoever asks next has to start a pump of its own.
    this.#pump = null;
  }

  async #settle(requests: readonly Request[]): Promise<readonly Answer[]> {
    const { settle, clock, log, what } = this.#deps;
    try {
      return await settle(requests, clock.nowMs());
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ why, requests: requests.length }, `${what} could not be reached in the database`);
      return requests.map((request) => this.#unanswered("failure", request));
    }
  }

  #unanswered(why: "too-many" | "failure", request: Request): Answer {
    return this.#deps.unanswered(why, request, this.#deps.clock.nowMs());
  }

  #leave(key: string): void {
    const left = (this.#inFlight.get(key) ?? 1) - 1;
    if (left === 0) this.#inFlight.delete(key);
    else this.#inFlight.set(key, left);
  }
}
