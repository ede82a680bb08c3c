import type { Duplex } from "node:stream";
import type { Clock } from "../clock.ts";
import type { SimulatedDevice } from "../hospital/simulated-device.ts";
import { recordSaid } from "../hospital/simulated-device.ts";
import { SerialLine } from "./serial-line.ts";

const BITS_PER_BYTE = 10;

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

/** The serial port of one device that speaks only when asked: one line, one reply at a time. */
export class SerialPort {
  readonly #options: SerialPortOptions;
  readonly #line: SerialLine;
  #answering = false;

  constructor(options: SerialPortOptions) {
    this.#options = options;
    const { device, clock, baudRate, buffer } = options;
    this.#line = new SerialLine({
      clock,
      bitsPerByte: BITS_PER_BYTE,
      baudRate: () => device.faults.state.baudRate ?? baudRate,
      speaks: () => this.plugged && !device.faults.state.silent && device.body.duty.state !== "off",
      hear: (bytes) => {
        buffer.receive(bytes);
        void this.#answerAll();
      },
    });
  }

  get plugged(): boolean {
    return this.#options.device.faults.state.plugged;
  }

  attach(stream: Duplex): void {
    this.#line.attach(stream);
  }

  close(): void {
    this.#line.close();
  }

  async #answerAll(): Promise<void> {
    if (this.#answering) return;
    this.#answering = true;
    const { buffer, answer } = this.#options;
    for (let request = buffer.next(); request !== undefined; request = buffer.next()) {
      const makeReply = answer(request);
      if (makeReply !== null) await this.#answer(request, makeReply);
    }
    this.#answering = false;
  }

  async #answer(request: string, makeReply: () => Reply): Promise<void> {
    const { device, clock } = this.#options;
    const { replyDelayMs } = device.faults.state;
    if (!this.#line.speaks) return;
    if (replyDelayMs > 0) await this.#line.pause(replyDelayMs);
    if (!this.#line.speaks) return;
    const { bytes, whole } = makeReply();
    recordSaid(device, clock.nowMs(), request, whole);
    await this.#line.send(bytes);
  }
}
