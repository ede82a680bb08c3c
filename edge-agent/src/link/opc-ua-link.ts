import { Worker } from "node:worker_threads";
import type { OpcUaValue } from "@wardtwin/device-profiles/codec/opc-ua";
import { LinkError } from "./link-error.ts";
import { OPEN_TIMEOUT_MS } from "./opc-ua-limits.ts";
import type { OpcUaSettings } from "./opc-ua-session.ts";
import type { WorkerAnswer, WorkerRequest } from "./opc-ua-worker.ts";
import { ReconnectGate } from "./reconnect-gate.ts";
import { within } from "./within.ts";

/** The library is large: so long may its thread take to be there on a slow gateway, ms. */
const START_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 1_500;
/** A server that floods its line ends its thread, not the agent. */
const MEMORY_MAX_MB = 256;
/** One read asks for at most so many variables. */
const NODES_PER_READ_MAX = 500;

interface Pending {
  resolve(values: Map<string, OpcUaValue>): void;
  reject(fault: LinkError): void;
  sinceMs: number;
}

interface Thread {
  worker: Worker;
  ready: Promise<void>;
}

/**
 * An OPC UA line, read only. The session lives in a thread of its own: whatever a server does to the library there costs
 * this line a pause and no other line anything.
 */
export class OpcUaLink {
  readonly #settings: OpcUaSettings;
  readonly #monoMs: () => number;
  readonly #gate: ReconnectGate<LinkError>;
  #thread: Thread | null = null;
  #pending: (Pending & { id: number }) | null = null;
  #reads = 0;

  constructor(settings: OpcUaSettings, monoMs: () => number) {
    this.#settings = settings;
    this.#monoMs = monoMs;
    this.#gate = new ReconnectGate(monoMs);
  }

  /**
   * Reads the values of variables by the string part of their NodeIds.
   * @throws LinkError; one request at a time is the caller's duty
   */
  async read(nodes: readonly string[], timeoutMs: number): Promise<Map<string, OpcUaValue>> {
    if (nodes.length > NODES_PER_READ_MAX) throw new RangeError(`${nodes.length} variables in one read`);
    const reason = this.#gate.blockedBy();
    if (reason !== null) throw reason;
    this.#thread ??= this.#start();
    const { worker, ready } = this.#thread;
    await within(ready, START_TIMEOUT_MS, "the OPC UA thread does not start");
    const { promise, resolve, reject } = Promise.withResolvers<Map<string, OpcUaValue>>();
    const id = ++this.#reads;
    this.#pending = { id, resolve, reject, sinceMs: this.#monoMs() };
    const request: WorkerRequest = { ask: "read", id, nodes, timeoutMs };
    worker.postMessage(request);
    try {
      // The thread keeps its own times; this one is for a thread that hangs.
      return await within(promise, OPEN_TIMEOUT_MS + timeoutMs + CLOSE_TIMEOUT_MS, "the OPC UA thread hangs");
    } catch (error) {
      if (this.#pending?.id === id) await this.#end();
      throw error;
    }
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    if (thread === null) return;
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    thread.worker.once("exit", () => resolve());
    const request: WorkerRequest = { ask: "close" };
    thread.worker.postMessage(request);
    await within(gone, CLOSE_TIMEOUT_MS, "").catch(() => {});
    await this.#end();
  }

  #start(): Thread {
    const worker = new Worker(new URL("./opc-ua-worker.ts", import.meta.url), {
      workerData: this.#settings,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MAX_MB },
      // What the library prints may hold raw bytes of a device: it is let go.
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    ready.catch(() => {});
    const died = (detail: string) => {
      const fault = new LinkError("link.protocol", detail);
      reject(fault);
      this.#failed(fault);
      if (this.#thread?.worker === worker) this.#thread = null;
    };
    worker.on("message", (answer: WorkerAnswer) => (answer.tell === "ready" ? resolve() : this.#take(answer)));
    worker.on("error", (error) => died(`the OPC UA library failed: ${error instanceof Error ? error.message : error}`));
    worker.on("exit", () => died("the OPC UA thread ended"));
    return { worker, ready };
  }

  #take(answer: Exclude<WorkerAnswer, { tell: "ready" }>): void {
    if (this.#pending?.id !== answer.id) return;
    if (answer.tell === "values") {
      this.#gate.opened();
      this.#pending.resolve(answer.values);
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

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    this.#pending = null;
    await thread?.worker.terminate();
  }
}
