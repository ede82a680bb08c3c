import { crc16CcittFalse } from "../crc.ts";

/**
 * Frames of the Alaris Asena protocol: `!` message `|` checksum CR, in ASCII.
 * Source: fact sheet alaris-asena-gh.md, section 1.
 */
const START = "!";
const BAR = "|";
const CR = "\r";
const ESC = "\x1b";
/** No request of the sheet is longer than half of this. */
const FRAME_CHARACTERS_MAX = 128;
const MESSAGE = /^[\x20-\x7b\x7d\x7e]+$/;

/** CRC-16/CCITT-FALSE as four upper-case digits. */
export function checksum(message: string): string {
  const crc = crc16CcittFalse(Buffer.from(message, "latin1"));
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

/** The frame of a message. Throws on a message that no frame can carry: a mistake of the caller. */
export function encodeFrame(message: string): Buffer {
  if (!MESSAGE.test(message) || message.includes(START)) {
    throw new Error(`no frame can carry ${JSON.stringify(message)}`);
  }
  return Buffer.from(`${START}${message}${BAR}${checksum(message)}${CR}`, "latin1");
}

/** What was heard: a message whose checksum is right, or what came between `!` and CR in its place. */
export interface Heard {
  kind: "message" | "broken";
  text: string;
}

/** Finds frames in a stream of bytes. What stands outside a frame is noise; ESC takes back the frame begun. */
export class FrameReader {
  #begun: string | null = null;

  read(bytes: Uint8Array): Heard[] {
    const heard: Heard[] = [];
    for (const character of Buffer.from(bytes).toString("latin1")) {
      const one = this.#take(character);
      if (one !== null) heard.push(one);
    }
    return heard;
  }

  #take(character: string): Heard | null {
    const begun = this.#begun;
    if (character === START) {
      this.#begun = "";
      return begun === null ? null : { kind: "broken", text: begun };
    }
    if (begun === null) return null;
    if (character === ESC || character === CR) {
      this.#begun = null;
      return character === ESC ? null : judge(begun);
    }
    this.#begun = begun.length < FRAME_CHARACTERS_MAX ? begun + character : null;
    return this.#begun === null ? { kind: "broken", text: begun } : null;
  }
}

function judge(frame: string): Heard {
  const message = frame.slice(0, -5);
  const isWhole = MESSAGE.test(message) && frame === `${message}${BAR}${checksum(message)}`;
  return isWhole ? { kind: "message", text: message } : { kind: "broken", text: frame };
}
