import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { SimulatedDevice } from "../hospital/simulated-device.ts";
import { recordSaid } from "../hospital/simulated-device.ts";
import { StreamSet } from "./stream-set.ts";

const BITS_PER_BYTE = 10;
const PACE_EVERY_MS = 10;

/** What a device collects from its line, and the requests that it found there, in order. */
export interface RequestBuffer {
  receive(bytes: Uint8Array): void;
  next(): string | undefined;
}

/** A reply as it leaves the device; not whole when a fault spoiled it. */
export interface Reply {
  bytes: Buffer;
  whole: boolean;
}

export interface SerialPortOptions {
  device: SimulatedDevice;
  clock: Clock;
  /** Line speed, 8-N-1: ten bits a byte. */
  baudRate: number;
  buffer: RequestBuffer;
  /** What makes the reply at the moment it leaves, or null for a request that earns none. */
  answer(request: string): (() => Reply) | null;
}

/**
 * The serial port of one device. Every stream attached to it hears every byte and may ask, as behind a serial device
 * server: one line, one reply at a time, bytes at the speed of the line.
 */
export class SerialPort {
  readonly #options: SerialPortOptions;
  readonly #streams = new StreamSet();
  readonly #stopped = new AbortController();
  #answering = false;

  constructor(options: SerialPortOptions) {
    this.#options = options;
  }

  get plugged(): boolean {
    return this.#options.device.faults.state.plugged;
  }

  attach(stream: Duplex): void {
    this.#streams.attach(stream, (bytes) => {
      this.#options.buffer.receive(bytes);
      void this.#answerAll();
    });
  }

  close(): void {
    this.#stopped.abort();
    this.#streams.destroy();
  }

  async #answerAll(): Promise<void> {
    if (this.#answering) return;
    this.#answering = true;
    const { buffer, answer } = this.#options;
    try {
      for (let request = buffer.next(); request !== undefined; request = buffer.next()) {
        const makeReply = answer(request);
        if (makeReply !== null) await this.#answer(request, makeReply);
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) throw error;
    } finally {
      this.#answering = false;
    }
  }

  async #answer(request: string, makeReply: () => Reply): Promise<void> {
    const { device, clock } = this.#options;
    const { replyDelayMs } = device.faults.state;
    if (!this.#speaks()) return;
    if (replyDelayMs > 0) await delay(replyDelayMs, undefined, { signal: this.#stopped.signal });
    if (!this.#speaks()) return;
    const { bytes, whole } = makeReply();
    recordSaid(device, clock.nowMs(), request, whole);
    await this.#send(bytes);
  }

  #speaks(): boolean {
    const { device } = this.#options;
    return this.plugged && !device.faults.state.silent && device.body.duty.state !== "off";
  }

  /** Sends at the speed of the line; a plug pulled or power lost on the way ends the reply there. */
  async #send(reply: Buffer): Promise<void> {
    const { device, clock, baudRate } = this.#options;
    const bytesPerMs = (device.faults.state.baudRate ?? baudRate) / BITS_PER_BYTE / 1000;
    const startedMs = clock.monotonicMs();
    for (let sent = 0; sent < reply.length && this.#speaks(); ) {
      await delay(PACE_EVERY_MS, undefined, { signal: this.#stopped.signal });
      const due = Math.min(reply.length, Math.floor((clock.monotonicMs() - startedMs) * bytesPerMs));
      if (due > sent) this.#streams.write(reply.subarray(sent, due));
      sent = Math.max(sent, due);
    }
  }
}
