import { crcCcittFalse } from "./crc-ccitt-false.ts";
import { type FrameEvent, type Framer, Placer, type Unplaced } from "./framer.ts";

const STX = 0x02;
const ETX = 0x03;
const CR = 0x0d;
const LF = 0x0a;
const PRINTABLE_FIRST = 0x20;
const PRINTABLE_LAST = 0x7e;

/** The longest line of the sheet has 69 bytes; a frame that is longer than this has lost its end. */
const FRAME_BYTES_MAX = 256;
/** So many bytes without a frame are told as a fault of their own, so that a line of noise is seen. */
const NOISE_BYTES_MAX = 2_048;
/** `|`, four digits. */
const TAIL = /\|([0-9A-F]{4})$/;

/**
 * `noise` bytes outside any frame; `character` a byte that is no text; `length` no end within the longest frame; `checksum`
 * no CRC before the ETX, or a wrong one; `terminator` no CR LF after it; `truncated` it ends where another one begins, or
 * the line fell silent in the middle.
 */
export type DefibReadyFrameFault =
  | "frame.noise"
  | "frame.character"
  | "frame.length"
  | "frame.checksum"
  | "frame.terminator"
  | "frame.truncated";

/** A frame is the payload between STX and `|`. */
export type DefibReadyEvent = FrameEvent<string, DefibReadyFrameFault>;
type Found = Unplaced<DefibReadyEvent>[];

/**
 * Finds frames of DEFIB-READY/1, STX payload `|` CRC ETX CR LF, in a stream of bytes. Bytes in, events out; it keeps at most
 * one frame. A payload is handed on only when its CRC is right.
 */
export class DefibReadyFramer implements Framer<string, DefibReadyFrameFault> {
  readonly #placer = new Placer<string, DefibReadyFrameFault>();
  #state: "outside" | "text" | "cr" | "lf" = "outside";
  #text = "";
  /** Bytes held: of noise outside, else of the frame. */
  #bytes = 0;

  push(chunk: Uint8Array): DefibReadyEvent[] {
    const events: Found = [];
    for (const byte of chunk) this.#take(byte, events);
    return this.#placer.place(events);
  }

  /** The line is silent and no more will come: whatever is held is a fault. */
  finish(): DefibReadyEvent[] {
    const events: Found = [];
    this.#fault(this.#state === "outside" ? "frame.noise" : "frame.truncated", events);
    return this.#placer.place(events);
  }

  #take(byte: number, events: Found): void {
    switch (this.#state) {
      case "outside":
        this.#takeOutside(byte, events);
        break;
      case "text":
        this.#takeText(byte, events);
        break;
      case "cr":
        if (byte === CR) this.#go("lf");
        else this.#unended(byte, events);
        break;
      case "lf":
        if (byte === LF) this.#end(events);
        else this.#unended(byte, events);
    }
  }

  #takeOutside(byte: number, events: Found): void {
    if (byte === STX) {
      this.#fault("frame.noise", events);
      this.#go("text");
    } else if (++this.#bytes === NOISE_BYTES_MAX) this.#fault("frame.noise", events);
  }

  #takeText(byte: number, events: Found): void {
    if (byte === STX) {
      this.#fault("frame.truncated", events);
      this.#go("text");
    } else if (byte === ETX) this.#go("cr");
    else {
      this.#bytes++;
      this.#text += String.fromCharCode(byte);
      if (byte < PRINTABLE_FIRST || byte > PRINTABLE_LAST) this.#fault("frame.character", events);
      else if (this.#bytes === FRAME_BYTES_MAX) this.#fault("frame.length", events);
    }
  }

  /** A frame without its CR LF ends before the byte that is in their place. */
  #unended(byte: number, events: Found): void {
    this.#fault("frame.terminator", events);
    this.#takeOutside(byte, events);
  }

  #end(events: Found): void {
    this.#bytes++;
    const tail = TAIL.exec(this.#text);
    const payload = this.#text.slice(0, tail?.index);
    if (tail === null || crcCcittFalse(payload) !== tail[1]) this.#fault("frame.checksum", events);
    else {
      events.push({ kind: "frame", frame: payload, bytes: this.#bytes });
      this.#reset();
    }
  }

  #go(state: "text" | "cr" | "lf"): void {
    this.#state = state;
    this.#bytes++;
  }

  /** Ends what is held with a fault, if anything is held. */
  #fault(code: DefibReadyFrameFault, events: Found): void {
    if (this.#bytes > 0) events.push({ kind: "fault", code, bytes: this.#bytes });
    this.#reset();
  }

  #reset(): void {
    this.#state = "outside";
    this.#text = "";
    this.#bytes = 0;
  }
}
