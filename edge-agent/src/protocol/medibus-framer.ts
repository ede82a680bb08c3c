import type { FrameEvent, Framer } from "./framer.ts";
import { type RealtimeEvent, RealtimeReader, type RealtimeRecord } from "./medibus-realtime.ts";

const SOH = 0x01;
const CR = 0x0d;
const DC1 = 0x11;
const DC3 = 0x13;
const ESC = 0x1b;
/** Bytes with this bit are fast data, all others slow data. */
const FAST_BIT = 0x80;

/** ESC, code, 251 bytes of arguments, checksum, CR. */
const COMMAND_BYTES_MAX = 256;
/** A reply with an alarm for each of 256 codes has 3,845 bytes; a frame that is longer than this has lost its end. */
const RESPONSE_BYTES_MAX = 4_096;
/** So many slow bytes outside any frame are told as a fault of their own, so that a line of noise is seen. */
const NOISE_BYTES_MAX = 2_048;
/** The code of the answer to a corrupt command. */
export const MEDIBUS_NAK = 0x15;

/**
 * `noise` slow bytes outside any frame; `length` no end within the longest frame; `checksum` a response whose checksum is
 * missing or wrong; `command` a command of which that is true, which its sender expects to be told; `truncated` a frame that
 * ends where another one begins, or the line fell silent in the middle; `realtime` fast bytes that are no record.
 */
export type MedibusFrameFault =
  | "frame.noise"
  | "frame.length"
  | "frame.checksum"
  | "frame.command"
  | "frame.truncated"
  | "frame.realtime";

/** A command or a response with its code and what follows it; a record of curves; a request to send no more, or to go on. */
export type MedibusFrame =
  | { kind: "command" | "response"; code: number; data: string }
  | { kind: "realtime"; record: RealtimeRecord }
  | { kind: "pause" | "resume" };

export type MedibusEvent = FrameEvent<MedibusFrame, MedibusFrameFault>;

interface Held {
  kind: "command" | "response";
  at: number;
  /** From ESC or SOH on. */
  text: string;
}

/**
 * Takes a stream of MEDIBUS apart. Two streams share the line: fast bytes may come between any two slow ones, and within a
 * frame a command may begin, end, and let the frame go on. So the bytes of an event need not lie side by side: `at` is the
 * offset of its first byte, `bytes` counts those that are its own, and every byte that was pushed belongs to exactly one
 * event or is still held. Events come in the order in which they end.
 *
 * A frame is handed on only when its checksum is right. What is held is one frame, one command within it and one record.
 */
export class MedibusFramer implements Framer<MedibusFrame, MedibusFrameFault> {
  readonly #realtime = new RealtimeReader();
  #at = 0;
  #outer: Held | null = null;
  #inner: Held | null = null;
  #noise: { at: number; bytes: number } | null = null;

  push(chunk: Uint8Array): MedibusEvent[] {
    const events: MedibusEvent[] = [];
    for (const byte of chunk) {
      if ((byte & FAST_BIT) === 0) this.#takeSlow(byte, events);
      else events.push(...this.#realtime.take(byte, this.#at).map(asFrameEvent));
      this.#at++;
    }
    return events;
  }

  /** The line is silent and no more will come: whatever is held is a fault, save a record that lacks nothing. */
  finish(): MedibusEvent[] {
    const events: MedibusEvent[] = [];
    this.#tellNoise(events);
    this.#drop("frame.truncated", events);
    events.push(...this.#realtime.finish().map(asFrameEvent));
    return events;
  }

  #takeSlow(byte: number, events: MedibusEvent[]): void {
    switch (byte) {
      case DC1:
      case DC3:
        events.push({ kind: "frame", frame: { kind: byte === DC1 ? "resume" : "pause" }, at: this.#at, bytes: 1 });
        break;
      case SOH:
        this.#tellNoise(events);
        this.#drop("frame.truncated", events);
        this.#outer = { kind: "response", at: this.#at, text: "\x01" };
        break;
      case ESC:
        this.#tellNoise(events);
        this.#beginCommand(events);
        break;
      default:
        this.#add(byte, events);
    }
  }

  #beginCommand(events: MedibusEvent[]): void {
    const begun: Held = { kind: "command", at: this.#at, text: "\x1b" };
    if (this.#outer === null) {
      this.#outer = begun;
      return;
    }
    if (this.#inner !== null) events.push(faultOf(this.#inner, "frame.truncated"));
    this.#inner = begun;
  }

  #add(byte: number, events: MedibusEvent[]): void {
    const held = this.#inner ?? this.#outer;
    if (held === null) {
      this.#noise ??= { at: this.#at, bytes: 0 };
      if (++this.#noise.bytes === NOISE_BYTES_MAX) this.#tellNoise(events);
      return;
    }
    held.text += String.fromCharCode(byte);
    const isTooLong = held.text.length === (held.kind === "command" ? COMMAND_BYTES_MAX : RESPONSE_BYTES_MAX);
    if (byte === CR) events.push(endOf(held));
    else if (isTooLong) events.push(faultOf(held, "frame.length"));
    else return;
    if (this.#inner === null) this.#outer = null;
    this.#inner = null;
  }

  #drop(code: MedibusFrameFault, events: MedibusEvent[]): void {
    for (const held of [this.#outer, this.#inner]) if (held !== null) events.push(faultOf(held, code));
    this.#outer = null;
    this.#inner = null;
  }

  #tellNoise(events: MedibusEvent[]): void {
    if (this.#noise !== null) events.push({ kind: "fault", code: "frame.noise", ...this.#noise });
    this.#noise = null;
  }
}

const faultOf = ({ at, text }: Held, code: MedibusFrameFault): MedibusEvent => ({
  kind: "fault",
  code,
  at,
  bytes: text.length,
});

/** ESC or SOH, code, data, two digits, CR: the digits are the sum of all bytes before them, modulo 256. */
function endOf(held: Held): MedibusEvent {
  const { kind, at, text } = held;
  const [, body = "", sum] = /^(.{2,})([0-9A-F]{2})\r$/s.exec(text) ?? [];
  if (sum !== sumOf(body)) return faultOf(held, kind === "command" ? "frame.command" : "frame.checksum");
  return {
    kind: "frame",
    frame: { kind, code: body.charCodeAt(1), data: body.slice(2) },
    at,
    bytes: text.length,
  };
}

function sumOf(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
  return (sum & 0xff).toString(16).toUpperCase().padStart(2, "0");
}

function asFrameEvent(event: RealtimeEvent): MedibusEvent {
  const { at, bytes } = event;
  if (event.kind === "record") return { kind: "frame", frame: { kind: "realtime", record: event.record }, at, bytes };
  return { kind: "fault", code: event.cause === "truncated" ? "frame.truncated" : "frame.realtime", at, bytes };
}
