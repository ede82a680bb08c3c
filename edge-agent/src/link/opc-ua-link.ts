import { LinkError } from "./link-error.ts";
import { OPEN_TIMEOUT_MS } from "./opc-ua-limits.ts";
import type { OpcUaAnswer, OpcUaRequest, OpcUaSettings } from "./opc-ua-line.ts";
import type { OpcUaThreads, Rider, Seat } from "./opc-ua-threads.ts";
import type { ReadAnswer } from "./opc-ua-worker.ts";
import { ReconnectGate } from "./reconnect-gate.ts";
import { within } from "./within.ts";

/** The library is large and keys are made once: so long may both take on a slow gateway, ms. */
const START_TIMEOUT_MS = 60_000;
/** How long after its own times are over a thread is taken to hang, ms. */
const GRACE_MS = 1_500;
/** One read asks for at most so many variables. */
const NODES_PER_READ_MAX = 500;

interface Pending {
  id: number;
  resolve(answer: OpcUaAnswer): void;
  reject(fault: LinkError): void;
  sinceMs: number;
}

/**
 * An OPC UA line, read only. Its session lives in a thread (opc-ua-threads.ts): whatever a server does to the library there
 * costs a pause and never the agent.
 */
export class OpcUaLink {
  readonly #threads: OpcUaThreads;
  readonly #monoMs: () => number;
  readonly #gate: ReconnectGate<LinkError>;
  readonly #rider: Rider;
  #seat: Seat | null = null;
  #pending: Pending | null = null;
  #reads = 0;

  constructor(settings: OpcUaSettings, threads: OpcUaThreads, monoMs: () => number) {
    this.#threads = threads;
    this.#monoMs = monoMs;
    this.#gate = new ReconnectGate(monoMs);
    this.#rider = {
      settings,
      isWaiting: () => this.#pending !== null,
      take: (answer) => this.#take(answer),
      stranded: (fault) => {
        this.#seat = null;
        this.#failed(fault);
      },
    };
  }

  /**
   * The newest values of some variables of one unit, by the names asked for; null when the server has no such unit.
   * @throws LinkError; one request at a time is the caller's duty
   */
  async read(request: OpcUaRequest, timeoutMs: number): Promise<OpcUaAnswer> {
    if (request.nodes.length > NODES_PER_READ_MAX)
      throw new RangeError(`${request.nodes.length} variables in one read`);
    const reason = this.#gate.blockedBy();
    if (reason !== null) throw reason;
    this.#seat ??= this.#threads.seat(this.#rider);
    const seat = this.#seat;
    const { promise, resolve, reject } = Promise.withResolvers<OpcUaAnswer>();
    promise.catch(() => {});
    const id = ++this.#reads;
    this.#pending = { id, resolve, reject, sinceMs: this.#monoMs() };
    try {
      await within(seat.ready, START_TIMEOUT_MS, "the OPC UA thread does not start");
      seat.read(id, request, timeoutMs);
      // The thread keeps its own times; this one is for a thread that hangs.
      return await within(promise, OPEN_TIMEOUT_MS + timeoutMs + GRACE_MS, "the OPC UA thread hangs");
    } catch (error) {
      if (this.#pending?.id === id) await seat.end();
      throw error;
    }
  }

  async close(): Promise<void> {
    const seat = this.#seat;
    this.#seat = null;
    await seat?.leave();
  }

  #take(answer: ReadAnswer): void {
    if (this.#pending?.id !== answer.id) return;
    if (answer.tell === "answer") {
      this.#gate.opened();
      this.#pending.resolve(answer.answer);
      this.#pending = null;
      return;
    }
    const { code, detail, during } = answer.fault;
    const fault = new LinkError(code, detail);
    if (during === "open") this.#failed(fault);
    else this.#pending.reject(fault);
    this.#pending = null;
  }

  /** The line cannot be opened for now: the request at hand learns of it, and the next ones until the pause is over. */
  #failed(fault: LinkError): void {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return;
    this.#gate.failed(fault, pending.sinceMs);
    pending.reject(fault);
  }
}
