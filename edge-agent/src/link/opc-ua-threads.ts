import { Worker } from "node:worker_threads";
import { LinkError } from "./link-error.ts";
import type { OpcUaRequest, OpcUaSettings } from "./opc-ua-line.ts";
import type { ReadAnswer, WorkerAnswer, WorkerRequest } from "./opc-ua-worker.ts";
import { within } from "./within.ts";

const CLOSE_TIMEOUT_MS = 1_500;
/** A server that floods its thread ends it, not the agent. */
const MEMORY_MAX_MB = 256;

/** A line, as the thread that carries it sees it. */
export interface Rider {
  readonly settings: OpcUaSettings;
  /** Whether it waits for an answer. */
  isWaiting(): boolean;
  take(answer: ReadAnswer): void;
  /** The thread is no more, and whatever was asked of it. */
  stranded(fault: LinkError): void;
}

/** A line's place in a thread. */
export interface Seat {
  /** Once the line can be read; rejects with a LinkError when the thread ends before that. */
  ready: Promise<void>;
  read(id: number, request: OpcUaRequest, timeoutMs: number): void;
  /** Closes the line's session; the thread ends with its last line. */
  leave(): Promise<void>;
  /** Ends a thread that hangs, for all the lines in it. */
  end(): Promise<void>;
}

/**
 * The threads of an agent's OPC UA lines. The library is large (about 90 MB in each thread that loads it), so one thread
 * carries all lines. The library also throws where nobody can catch it when a server breaks the rules: that ends the thread
 * and never the agent, and whichever lines may have been to blame have a thread of their own from then on.
 */
export class OpcUaThreads {
  readonly #apart = new Set<Rider>();
  #common: Thread | null = null;

  seat(rider: Rider): Seat {
    if (this.#apart.has(rider)) return seatIn(new Thread(() => {}), rider);
    this.#common ??= new Thread((riders) => {
      this.#common = null;
      const asking = riders.filter((each) => each.isWaiting());
      for (const each of asking.length > 0 ? asking : riders) this.#apart.add(each);
    });
    return seatIn(this.#common, rider);
  }
}

function seatIn(thread: Thread, rider: Rider): Seat {
  const { line, ready } = thread.carry(rider);
  return {
    ready,
    read: (id, request, timeoutMs) => thread.post({ ask: "read", line, id, request, timeoutMs }),
    leave: () => thread.leave(line),
    end: () => thread.end(),
  };
}

class Thread {
  readonly #worker: Worker;
  readonly #riders = new Map<number, Rider>();
  readonly #boarding = new Map<number, PromiseWithResolvers<void>>();
  readonly #leaving = new Map<number, () => void>();
  readonly #onEnd: (riders: readonly Rider[]) => void;
  #lines = 0;
  #isOver = false;

  /** @param onEnd learns who was still in the thread when it ended, before they do */
  constructor(onEnd: (riders: readonly Rider[]) => void) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(new URL("./opc-ua-worker.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MAX_MB },
      // What the library prints may hold raw bytes of a device: it is let go.
      stdout: true,
      stderr: true,
    });
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    const died = (detail: string) => this.#over(new LinkError("link.protocol", detail));
    this.#worker.on("message", (answer: WorkerAnswer) => this.#take(answer));
    this.#worker.on("error", (error) => {
      died(`the OPC UA library failed: ${error instanceof Error ? error.message : error}`);
    });
    this.#worker.on("exit", () => died("the OPC UA thread ended"));
  }

  carry(rider: Rider): { line: number; ready: Promise<void> } {
    const line = ++this.#lines;
    const boarding = Promise.withResolvers<void>();
    boarding.promise.catch(() => {});
    this.#riders.set(line, rider);
    this.#boarding.set(line, boarding);
    this.post({ ask: "carry", line, settings: rider.settings });
    return { line, ready: boarding.promise };
  }

  post(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  async leave(line: number): Promise<void> {
    if (this.#isOver) return;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    this.#leaving.set(line, resolve);
    this.post({ ask: "close", line });
    await within(closed, CLOSE_TIMEOUT_MS, "").catch(() => {});
    this.#leaving.delete(line);
    this.#riders.delete(line);
    this.#boarding.delete(line);
    if (this.#riders.size === 0) await this.end();
  }

  async end(): Promise<void> {
    this.#over(new LinkError("link.protocol", "the OPC UA thread hung"));
    await this.#worker.terminate();
  }

  #take(answer: WorkerAnswer): void {
    if (answer.tell === "carried") this.#boarding.get(answer.line)?.resolve();
    else if (answer.tell === "closed") this.#leaving.get(answer.line)?.();
    else this.#riders.get(answer.line)?.take(answer);
  }

  #over(fault: LinkError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const riders = [...this.#riders.values()];
    this.#riders.clear();
    this.#onEnd(riders);
    for (const { reject } of this.#boarding.values()) reject(fault);
    for (const resolve of this.#leaving.values()) resolve();
    for (const rider of riders) rider.stranded(fault);
  }
}
