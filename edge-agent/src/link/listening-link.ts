import type { Duplex } from "node:stream";
import type { OpenStream } from "./byte-link.ts";
import { asLinkError, type LinkError } from "./link-error.ts";
import { ReconnectGate } from "./reconnect-gate.ts";

const OPEN_TIMEOUT_MS = 1_000;

/**
 * A serial line that is only listened to, while another master asks. It has no way to send: not one byte leaves it.
 */
export class ListeningLink {
  readonly #open: OpenStream;
  readonly #monoMs: () => number;
  readonly #gate: ReconnectGate<LinkError>;
  readonly #onBytes: (bytes: Uint8Array) => void;
  #stream: Duplex | null = null;

  constructor(open: OpenStream, monoMs: () => number, onBytes: (bytes: Uint8Array) => void) {
    this.#open = open;
    this.#monoMs = monoMs;
    this.#gate = new ReconnectGate(monoMs);
    this.#onBytes = onBytes;
  }

  /** Opens the line unless it is open. @throws LinkError */
  async ensureOpen(): Promise<void> {
    if (this.#stream !== null && !this.#stream.destroyed) return;
    this.close();
    const reason = this.#gate.blockedBy();
    if (reason !== null) throw reason;
    const sinceMs = this.#monoMs();
    try {
      const stream = await this.#open(OPEN_TIMEOUT_MS);
      stream.on("data", this.#onBytes);
      stream.on("error", () => stream.destroy());
      stream.on("end", () => stream.destroy());
      this.#stream = stream;
      this.#gate.opened();
    } catch (error) {
      const fault = asLinkError(error);
      this.#gate.failed(fault, sinceMs);
      throw fault;
    }
  }

  close(): void {
    this.#stream?.destroy();
    this.#stream = null;
  }
}
