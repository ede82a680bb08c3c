import type { Random } from "../../random.ts";

/** A frame that waits for its turn; its bytes are made when it begins to leave. */
export interface OutgoingFrame {
  notBeforeMs: number;
  make(): Buffer;
  /** Called when its last byte has left. */
  left(): void;
}

const FRAMES_MAX = 32;
/** Some seconds of realtime data; what a slow line cannot carry in that time is lost. */
const FAST_BYTES_MAX = 2048;

/** What is on its way out: frames one after the other, and realtime bytes between any two bytes of theirs. */
export class Outgoing {
  /** Whether frames wait for the host's word to go on; realtime bytes do not. */
  suspended = false;
  readonly #random: Random;
  #frames: OutgoingFrame[] = [];
  #leaving: { bytes: Buffer; sent: number } | null = null;
  #fast: number[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  pushFrame(frame: OutgoingFrame): void {
    if (this.#frames.length < FRAMES_MAX) this.#frames.push(frame);
  }

  pushFast(bytes: readonly number[]): void {
    if (this.#fast.length + bytes.length <= FAST_BYTES_MAX) this.#fast.push(...bytes);
  }

  get idle(): boolean {
    return this.#frames.length === 0 && this.#fast.length === 0;
  }

  clear(): void {
    this.#frames = [];
    this.#leaving = null;
    this.#fast = [];
    this.suspended = false;
  }

  /** The next bytes on the line, at most so many. */
  take(bytesMax: number, nowMs: number): Buffer {
    const taken: number[] = [];
    while (taken.length < bytesMax) {
      const frame = this.#frameByte(nowMs);
      const fastFirst = this.#fast.length > 0 && (frame === null || this.#random.chance(0.5));
      const byte = fastFirst ? this.#fast.shift() : frame?.();
      if (byte === undefined) break;
      taken.push(byte);
    }
    return Buffer.from(taken);
  }

  /** What takes the next byte of the frame that is leaving, or null while there is none. */
  #frameByte(nowMs: number): (() => number | undefined) | null {
    const [frame] = this.#frames;
    if (frame === undefined || this.suspended || frame.notBeforeMs > nowMs) return null;
    this.#leaving ??= { bytes: frame.make(), sent: 0 };
    const leaving = this.#leaving;
    return () => {
      const byte = leaving.bytes[leaving.sent];
      leaving.sent += 1;
      if (leaving.sent < leaving.bytes.length) return byte;
      this.#frames.shift();
      this.#leaving = null;
      frame.left();
      return byte;
    };
  }
}
