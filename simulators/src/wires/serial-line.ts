import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import { StreamSet } from "./stream-set.ts";

const PACE_EVERY_MS = 10;
/** What may wait to be sent; a device that has more to say than its line can carry says less. */
const WAITING_MAX = 64;
/** A split reply leaves in pieces of so many bytes with such pauses, as a busy serial device server passes them on. */
const PIECE_BYTES = 5;
const PIECE_PAUSE_MS = 15;

export interface SerialLineOptions {
  clock: Clock;
  /** Start, data, parity and stop bits of one byte. */
  bitsPerByte: number;
  /** Line speed at this moment. */
  baudRate(): number;
  /** Whether anything can leave at this moment: false of what is pulled out, silent or off. */
  speaks(): boolean;
  hear(bytes: Uint8Array): void;
}

/** The wire of a serial port: what leaves, leaves in order and at the speed of the line. */
export class SerialLine {
  readonly #options: SerialLineOptions;
  readonly #streams = new StreamSet();
  readonly #closed = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: SerialLineOptions) {
    this.#options = options;
  }

  /** Whether nothing is leaving or waiting to. */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  get speaks(): boolean {
    return !this.#closed.signal.aborted && this.#options.speaks();
  }

  attach(stream: Duplex): void {
    this.#streams.attach(stream, (bytes) => this.#options.hear(bytes));
  }

  /** Waits so long, or until the line is closed. */
  async pause(durationMs: number): Promise<void> {
    await delay(durationMs, undefined, { signal: this.#closed.signal }).catch(() => undefined);
  }

  /** Sends after what was given before; done when the last byte is out, or when the line can carry no more. */
  async send(bytes: Buffer, inPieces = false): Promise<void> {
    if (this.#waiting >= WAITING_MAX) return;
    this.#waiting += 1;
    const sending = this.#turn.then(() => (inPieces ? this.#sendPieces(bytes) : this.#pace(bytes)));
    this.#turn = sending;
    await sending;
    this.#waiting -= 1;
  }

  close(): void {
    this.#closed.abort();
    this.#streams.destroy();
  }

  async #sendPieces(bytes: Buffer): Promise<void> {
    for (let start = 0; start < bytes.length && this.speaks; start += PIECE_BYTES) {
      if (start > 0) await this.pause(PIECE_PAUSE_MS);
      await this.#pace(bytes.subarray(start, start + PIECE_BYTES));
    }
  }

  /** Bytes at the speed of the line; a plug pulled or power lost on the way ends them there. */
  async #pace(bytes: Buffer): Promise<void> {
    const { clock, bitsPerByte, baudRate } = this.#options;
    const bytesPerMs = baudRate() / bitsPerByte / 1000;
    const startedMs = clock.monotonicMs();
    for (let sent = 0; sent < bytes.length && this.speaks; ) {
      await this.pause(PACE_EVERY_MS);
      const due = Math.min(bytes.length, Math.floor((clock.monotonicMs() - startedMs) * bytesPerMs));
      if (due > sent && this.speaks) this.#streams.write(bytes.subarray(sent, due));
      sent = Math.max(sent, due);
    }
  }
}
