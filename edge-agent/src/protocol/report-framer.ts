import type { ReportLayout } from "@wardtwin/device-profiles/profile/puritan-bennett-layout";
import { type FrameEvent, type Framer, Placer, type Unplaced } from "./framer.ts";

const STX = 0x02;
const ETX = 0x03;
const CR = 0x0d;
const PRINTABLE_FIRST = 0x20;
const PRINTABLE_LAST = 0x7e;

/** `MISCF,1225,169 ,` in all the spacings that were seen; anchored to the STX that follows it. */
const headerOf = (name: string): RegExp => new RegExp(`${name},(\\d{1,4}) {0,2},(\\d{1,3}) {0,2},$`);
const HEADER_CHARS_MAX = 24;
/** So many bytes without a header are told as a fault of their own, so that a line of noise is seen. */
const NOISE_BYTES_MAX = 2_048;

/**
 * `noise` bytes outside any report; `header` an STX without a report's header before it; `count` a report that announces
 * another length than the one known; `length` it ends too early or too late; `character` a byte that is no text;
 * `terminator` no CR after it; `truncated` the line fell silent in the middle.
 */
export type ReportFrameFault =
  | "frame.noise"
  | "frame.header"
  | "frame.count"
  | "frame.length"
  | "frame.character"
  | "frame.terminator"
  | "frame.truncated";

/** A frame is the body of a report, strictly between STX and ETX. */
export type ReportEvent = FrameEvent<string, ReportFrameFault>;
type Found = Unplaced<ReportEvent>[];

type State = "header" | "body" | "etx" | "cr";

/**
 * Finds the reports of one layout in a stream of bytes. Bytes in, events out; it keeps at most one report.
 *
 * After a fault it goes on with the byte that did not fit, so that a report which begins inside a broken one is not lost.
 */
export class ReportFramer implements Framer<string, ReportFrameFault> {
  readonly #placer = new Placer<string, ReportFrameFault>();
  readonly #layout: ReportLayout;
  readonly #header: RegExp;
  #state: State = "header";
  /** The text held: the last characters while hunting, the body inside a report. */
  #text = "";
  #bytes = 0;

  constructor(layout: ReportLayout) {
    this.#layout = layout;
    this.#header = headerOf(layout.name);
  }

  push(chunk: Uint8Array): ReportEvent[] {
    const events: Found = [];
    for (const byte of chunk) this.#take(byte, events);
    return this.#placer.place(events);
  }

  /** The line is silent and no more will come: whatever is held is a fault. */
  finish(): ReportEvent[] {
    if (this.#bytes === 0) return [];
    const events: Found = [];
    this.#fault(this.#state === "header" ? "frame.noise" : "frame.truncated", events);
    return this.#placer.place(events);
  }

  #take(byte: number, events: Found): void {
    switch (this.#state) {
      case "header":
        this.#hunt(byte, events);
        break;
      case "body":
        if (byte === ETX) this.#fault("frame.length", events, byte);
        else if (byte < PRINTABLE_FIRST || byte > PRINTABLE_LAST) this.#fault("frame.character", events, byte);
        else this.#keep(byte);
        if (this.#state === "body" && this.#text.length === this.#layout.chars) this.#state = "etx";
        break;
      case "etx":
        if (byte === ETX) {
          this.#bytes++;
          this.#state = "cr";
        } else this.#fault("frame.length", events, byte);
        break;
      case "cr":
        if (byte === CR) {
          events.push({ kind: "frame", frame: this.#text, bytes: this.#bytes + 1 });
          this.#reset();
        } else this.#fault("frame.terminator", events, byte);
    }
  }

  #hunt(byte: number, events: Found): void {
    if (byte === STX) {
      this.#begin(events);
      return;
    }
    this.#keep(byte);
    if (this.#text.length > HEADER_CHARS_MAX) this.#text = this.#text.slice(-HEADER_CHARS_MAX);
    if (this.#bytes > NOISE_BYTES_MAX) {
      const held = this.#text.length;
      events.push({ kind: "fault", code: "frame.noise", bytes: this.#bytes - held });
      this.#bytes = held;
    }
  }

  /** An STX: a report begins, if the text before it is a header of its kind. */
  #begin(events: Found): void {
    const header = this.#header.exec(this.#text);
    if (header === null) {
      this.#fault("frame.header", events, STX);
      return;
    }
    const [, chars, fields] = header.map(Number);
    if (chars !== this.#layout.chars || fields !== this.#layout.fields) {
      this.#fault("frame.count", events, STX);
      return;
    }
    // Noise before the header is told apart from the report that follows it.
    const noise = this.#bytes - header[0].length;
    if (noise > 0) events.push({ kind: "fault", code: "frame.noise", bytes: noise });
    this.#bytes = header[0].length + 1;
    this.#text = "";
    this.#state = "body";
  }

  #keep(byte: number): void {
    this.#text += String.fromCharCode(byte);
    this.#bytes++;
  }

  /** Ends what is held with a fault, and goes on with the byte that did not fit. */
  #fault(code: ReportFrameFault, events: Found, next?: number): void {
    if (this.#state === "header") {
      events.push({ kind: "fault", code, bytes: this.#bytes + (next === undefined ? 0 : 1) });
      this.#reset();
      return;
    }
    // A report that cuts another one short begins with a header, which stands at the end of the text held.
    const cutShort = next === STX && this.#state !== "cr";
    const header = cutShort ? (this.#header.exec(this.#text)?.[0] ?? "") : "";
    events.push({ kind: "fault", code, bytes: this.#bytes - header.length });
    this.#reset();
    this.#text = header;
    this.#bytes = header.length;
    if (next !== undefined) this.#hunt(next, events);
  }

  #reset(): void {
    this.#state = "header";
    this.#text = "";
    this.#bytes = 0;
  }
}
