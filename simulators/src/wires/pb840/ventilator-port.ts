import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock, WallTime } from "../../clock.ts";
import type { Ventilator } from "../../devices/ventilator.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { encodeMiscf } from "./frame.ts";
import { ventilatorReport } from "./report.ts";

export interface VentilatorPortOptions {
  device: SimulatedDevice<Ventilator>;
  clock: Clock;
  random: Random;
  /** The clock on the hospital's wall, to which the ventilator was set. */
  wallTime: (atMs: number) => WallTime;
  /** Line speed, 8-N-1: ten bits a byte. */
  baudRate: number;
}

const BITS_PER_BYTE = 10;
const PACE_EVERY_MS = 10;
/** A listener that does not read is let go rather than remembered for ever. */
const UNREAD_BYTES_MAX = 65_536;

/**
 * The parameter port of one ventilator. Every stream attached to it hears every byte and may ask, as behind a serial
 * device server: one line, one reply at a time, bytes at the speed of the line.
 */
export class VentilatorPort {
  readonly #options: VentilatorPortOptions;
  readonly #streams = new Set<Duplex>();
  readonly #buffer = new CommandBuffer();
  readonly #stopped = new AbortController();
  #answering = false;

  constructor(options: VentilatorPortOptions) {
    this.#options = options;
  }

  attach(stream: Duplex): void {
    this.#streams.add(stream);
    stream.on("error", () => undefined);
    stream.once("close", () => this.#streams.delete(stream));
    stream.on("data", (bytes: Uint8Array) => {
      this.#buffer.receive(bytes);
      void this.#answerAll();
    });
  }

  close(): void {
    this.#stopped.abort();
    for (const stream of this.#streams) stream.destroy();
  }

  async #answerAll(): Promise<void> {
    if (this.#answering) return;
    this.#answering = true;
    try {
      for (let command = this.#buffer.next(); command !== undefined; command = this.#buffer.next()) {
        if (command === "SNDF") await this.#answer(command);
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) throw error;
    } finally {
      this.#answering = false;
    }
  }

  async #answer(command: string): Promise<void> {
    const { device, clock } = this.#options;
    const faults = device.faults.state;
    if (!this.#speaks()) return;
    if (faults.replyDelayMs > 0) await delay(faults.replyDelayMs, undefined, { signal: this.#stopped.signal });
    if (!this.#speaks()) return;
    const reply = spoil(this.#report(), faults, this.#options.random);
    recordSaid(device, clock.nowMs(), command, !(faults.truncatedReply || faults.garbageReply || faults.wrongCount));
    await this.#send(reply);
  }

  #speaks(): boolean {
    const { device } = this.#options;
    return device.faults.state.plugged && !device.faults.state.silent && device.body.duty.state !== "off";
  }

  #report(): Buffer {
    const { device, clock, wallTime } = this.#options;
    const wall = wallTime(clock.nowMs() + device.faults.state.clockOffsetMin * 60_000);
    return encodeMiscf(ventilatorReport(device.body, device.entry.serial, wall));
  }

  /** Sends at the speed of the line; a plug pulled or power lost on the way ends the reply there. */
  async #send(reply: Buffer): Promise<void> {
    const { device, clock, baudRate } = this.#options;
    const bytesPerMs = (device.faults.state.baudRate ?? baudRate) / BITS_PER_BYTE / 1000;
    const startedMs = clock.monotonicMs();
    for (let sent = 0; sent < reply.length && this.#speaks(); ) {
      await delay(PACE_EVERY_MS, undefined, { signal: this.#stopped.signal });
      const due = Math.min(reply.length, Math.floor((clock.monotonicMs() - startedMs) * bytesPerMs));
      if (due > sent) this.#write(reply.subarray(sent, due));
      sent = Math.max(sent, due);
    }
  }

  #write(bytes: Buffer): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > UNREAD_BYTES_MAX) stream.destroy();
      else if (stream.writable) stream.write(bytes);
    }
  }
}

/** A reply as a fault leaves it: broken off, noise, or with a count that is not its own. */
export function spoil(reply: Buffer, faults: FaultState, random: Random): Buffer {
  if (faults.garbageReply) return Buffer.from(reply.map(() => random.integer(0, 255)));
  if (faults.wrongCount) return Buffer.from(reply.toString("latin1").replace("MISCF,1225,", "MISCF,1219,"), "latin1");
  if (faults.truncatedReply) return reply.subarray(0, random.integer(1, reply.length - 1));
  return reply;
}
