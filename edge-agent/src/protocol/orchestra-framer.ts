import { type FrameEvent, type Framer, Placer, type Unplaced } from "./framer.ts";
import { orchestraChecksum } from "./orchestra-checksum.ts";

const STX = 0x02;
const ETX = 0x03;
const DC4 = 0x14;
const NAK = 0x15;
export const ENQ = 0x05;
export const ACK = 0x06;
const TEXT_FIRST = 0x20;
const TEXT_LAST = 0x7d;

/** STX, a slot, a message of 80 characters, its checksum, ETX. */
const FRAME_BYTES_MAX = 85;
const CHECKSUM_CHARS = 2;
/** So many bytes without a frame are told as a fault of their own, so that a line of noise is seen. */
const NOISE_BYTES_MAX = 2_048;

/**
 * `noise` bytes outside any frame; `character` a byte that is no text of the protocol; `length` no end within the longest
 * frame, or an end before anything was said; `checksum` a wrong one; `truncated` it ends where another one begins, or the
 * line fell silent in the middle.
 */
export type OrchestraFrameFault =
  | "frame.noise"
  | "frame.character"
  | "frame.length"
  | "frame.checksum"
  | "frame.truncated";

/** A message without its checksum; a refusal of the other side's receiver; or one character of control. */
export type OrchestraFrame =
  | { is: "message"; text: string }
  | { is: "nak"; error: string }
  | { is: "ack" | "enq" | "dc4" };

export type OrchestraEvent = FrameEvent<OrchestraFrame, OrchestraFrameFault>;
type Found = Unplaced<OrchestraEvent>[];

const CONTROL: ReadonlyMap<number, "ack" | "enq" | "dc4"> = new Map([
  [ACK, "ack"],
  [ENQ, "enq"],
  [DC4, "dc4"],
]);

/**
 * Finds what an Orchestra base says in a stream of bytes. Bytes in, events out; it keeps at most one frame. A message is
 * handed on only when its checksum is right.
 *
 * A base may ask whether the host is alive, or acknowledge, in the middle of its own frame: such a character is no part of
 * the message, and counts among the bytes of its frame.
 */
export class OrchestraFramer implements Framer<OrchestraFrame, OrchestraFrameFault> {
  readonly #placer = new Placer<OrchestraFrame, OrchestraFrameFault>();
  #state: "outside" | "message" | "nak" = "outside";
  #text = "";
  /** Bytes held: of noise outside, else of the frame. */
  #bytes = 0;

  push(chunk: Uint8Array): OrchestraEvent[] {
    const events: Found = [];
    for (const byte of chunk) this.#take(byte, events);
    return this.#placer.place(events);
  }

  /** The line is silent and no more will come: whatever is held is a fault. */
  finish(): OrchestraEvent[] {
    const events: Found = [];
    this.#fault(this.#state === "outside" ? "frame.noise" : "frame.truncated", events);
    return this.#placer.place(events);
  }

  #take(byte: number, events: Found): void {
    if (byte === STX) {
      this.#fault(this.#state === "outside" ? "frame.noise" : "frame.truncated", events);
      this.#hold("message");
      return;
    }
    switch (this.#state) {
      case "outside":
        this.#takeOutside(byte, events);
        break;
      case "message":
        this.#takeInMessage(byte, events);
        break;
      case "nak":
        if (byte > TEXT_FIRST && byte <= TEXT_LAST) {
          this.#frame({ is: "nak", error: String.fromCharCode(byte) }, 1, events);
        } else {
          this.#fault("frame.character", events);
          this.#takeOutside(byte, events);
        }
    }
  }

  #takeOutside(byte: number, events: Found): void {
    const control = CONTROL.get(byte);
    if (control === undefined && byte !== NAK) {
      if (++this.#bytes === NOISE_BYTES_MAX) this.#fault("frame.noise", events);
      return;
    }
    this.#fault("frame.noise", events);
    if (control === undefined) this.#hold("nak");
    else this.#frame({ is: control }, 1, events);
  }

  #takeInMessage(byte: number, events: Found): void {
    this.#bytes++;
    if (byte === ETX) this.#end(events);
    else if (byte >= TEXT_FIRST && byte <= TEXT_LAST) this.#text += String.fromCharCode(byte);
    else if (byte !== ENQ && byte !== ACK) this.#fault("frame.character", events);
    if (this.#bytes === FRAME_BYTES_MAX) this.#fault("frame.length", events);
  }

  #end(events: Found): void {
    const text = this.#text.slice(0, -CHECKSUM_CHARS);
    if (text === "") this.#fault("frame.length", events);
    else if (orchestraChecksum(text) !== this.#text.slice(-CHECKSUM_CHARS)) this.#fault("frame.checksum", events);
    else this.#frame({ is: "message", text }, 0, events);
  }

  #hold(state: "message" | "nak"): void {
    this.#state = state;
    this.#text = "";
    this.#bytes = 1;
  }

  #frame(frame: OrchestraFrame, more: number, events: Found): void {
    events.push({ kind: "frame", frame, bytes: this.#bytes + more });
    this.#reset();
  }

  /** Ends what is held with a fault, if anything is held. */
  #fault(code: OrchestraFrameFault, events: Found): void {
    if (this.#bytes > 0) events.push({ kind: "fault", code, bytes: this.#bytes });
    this.#reset();
  }

  #reset(): void {
    this.#state = "outside";
    this.#text = "";
    this.#bytes = 0;
  }
}
