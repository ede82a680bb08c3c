import { crcCcittFalse } from "./crc-ccitt-false.ts";
import { type FrameEvent, type Framer, Placer, type Unplaced } from "./framer.ts";

const CR = 0x0d;
const ESC = 0x1b;
const PRINTABLE_FIRST = 0x20;
const PRINTABLE_LAST = 0x7e;
const START = "!";

/** The longest reply captured has 85 bytes; a frame that is longer than this has lost its end. */
const FRAME_BYTES_MAX = 256;
/** So many bytes without a frame are told as a fault of their own, so that a line of noise is seen. */
const NOISE_BYTES_MAX = 2_048;
/** `|`, four digits. */
const TAIL = /\|([0-9A-F]{4})$/;

/**
 * `noise` bytes outside any frame; `escape` the pump broke off by ESC; `character` a byte that is no text; `length` no end
 * within the longest frame; `checksum` no CRC before the CR, or a wrong one; `truncated` it ends where another one begins,
 * or the line fell silent in the middle.
 */
export type AsenaFrameFault =
  | "frame.noise"
  | "frame.escape"
  | "frame.character"
  | "frame.length"
  | "frame.checksum"
  | "frame.truncated";

/** A frame is the message between `!` and `|`. */
export type AsenaEvent = FrameEvent<string, AsenaFrameFault>;
type Found = Unplaced<AsenaEvent>[];

/**
 * Finds frames of the Asena protocol, `!` message `|` CRC CR, in a stream of bytes. Bytes in, events out; it keeps at most
 * one frame. A message is handed on only when its CRC is right.
 *
 * A `!` may stand in a text or begin the next frame after one that broke off. Which of the two it is shows at the CR: the
 * first `!` from which the CRC is right begins the frame.
 */
export class AsenaFramer implements Framer<string, AsenaFrameFault> {
  readonly #placer = new Placer<string, AsenaFrameFault>();
  /** From a `!` on, or empty while hunting for one. */
  #held = "";
  #noise = 0;

  push(chunk: Uint8Array): AsenaEvent[] {
    const events: Found = [];
    for (const byte of chunk) this.#take(byte, events);
    return this.#placer.place(events);
  }

  /** The line is silent and no more will come: whatever is held is a fault. */
  finish(): AsenaEvent[] {
    const events: Found = [];
    this.#tellNoise(events);
    if (this.#held !== "") this.#drop("frame.truncated", this.#held.length, events);
    return this.#placer.place(events);
  }

  #take(byte: number, events: Found): void {
    const character = String.fromCharCode(byte);
    if (this.#held === "" && character !== START) {
      if (++this.#noise === NOISE_BYTES_MAX) this.#tellNoise(events);
      return;
    }
    this.#tellNoise(events);
    this.#held += character;
    if (byte === CR) this.#end(events);
    else if (byte === ESC) this.#drop("frame.escape", this.#held.length, events);
    else if (byte < PRINTABLE_FIRST || byte > PRINTABLE_LAST) {
      this.#drop("frame.character", this.#held.length, events);
    } else if (this.#held.length === FRAME_BYTES_MAX) {
      const next = this.#held.indexOf(START, 1);
      this.#drop("frame.length", next < 0 ? this.#held.length : next, events);
    }
  }

  /** A CR: one of the `!` held begins a frame whose CRC is right, or all of it is a fault. */
  #end(events: Found): void {
    for (let at = 0; at >= 0; at = this.#held.indexOf(START, at + 1)) {
      const message = messageOf(this.#held.slice(at + 1, -1));
      if (message === null) continue;
      if (at > 0) this.#drop("frame.truncated", at, events);
      events.push({ kind: "frame", frame: message, bytes: this.#held.length });
      this.#held = "";
      return;
    }
    this.#drop("frame.checksum", this.#held.length, events);
  }

  #drop(code: AsenaFrameFault, bytes: number, events: Found): void {
    events.push({ kind: "fault", code, bytes });
    this.#held = this.#held.slice(bytes);
  }

  #tellNoise(events: Found): void {
    if (this.#noise > 0) events.push({ kind: "fault", code: "frame.noise", bytes: this.#noise });
    this.#noise = 0;
  }
}

/** The message of what stands between `!` and CR, or null when its CRC is missing or wrong. */
function messageOf(text: string): string | null {
  const tail = TAIL.exec(text);
  if (tail === null) return null;
  const message = text.slice(0, tail.index);
  return crcCcittFalse(message) === tail[1] ? message : null;
}
