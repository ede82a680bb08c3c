/**
 * Frames of the Fresenius Orchestra protocol: STX, the digit of a slot, a message, two digits of checksum, ETX; and the
 * single characters of its link. Source: fact sheet fresenius-orchestra-dps.md, section 1.
 */
export const ACK = 0x06;
export const NAK = 0x15;
export const ENQ = 0x05;
export const DC4 = 0x14;
const STX = 0x02;
const ETX = 0x03;

/** The base itself answers in slot 0; modules stand in slots 1 to 5. */
export const BASE_SLOT = 0;
export const SLOT_MAX = 5;
export const MESSAGE_CHARACTERS_MAX = 80;
/** The digit of the slot and the two of the checksum. */
const FRAME_CHARACTERS_MAX = MESSAGE_CHARACTERS_MAX + 3;
const MESSAGE = /^[\x20-\x7d]+$/;

/** Why a frame was not taken, as one character after NAK (sheet, section 4). */
export const LINK_ERRORS = {
  reception: "1",
  checksum: "2",
  address: "4",
  acknowledgement: "5",
  notReady: "6",
  length: "7",
  controlCode: "8",
} as const;
export type LinkError = (typeof LINK_ERRORS)[keyof typeof LINK_ERRORS];

/** Two upper-case hexadecimal digits of FFH less the sum of the bytes, modulo 100H. */
export function checksum(text: string): string {
  const sum = Buffer.from(text, "latin1").reduce((total, byte) => total + byte, 0);
  return (0xff - (sum & 0xff)).toString(16).toUpperCase().padStart(2, "0");
}

/** The frame of a message. Throws on a message that no frame can carry: a mistake of the caller. */
export function encodeFrame(slot: number, message: string): Buffer {
  if (!MESSAGE.test(message) || message.length > MESSAGE_CHARACTERS_MAX) {
    throw new Error(`no frame can carry ${JSON.stringify(message)}`);
  }
  const text = `${slot}${message}`;
  return Buffer.from([STX, ...Buffer.from(text + checksum(text), "latin1"), ETX]);
}

/** What a base hears from its host. A broken frame names the error that it earns. */
export type Heard =
  | { kind: "ack" | "nak" | "dc4" }
  | { kind: "frame"; slot: number; message: string }
  | { kind: "broken"; error: LinkError; text: string };

/** Finds frames and characters of the link in a stream of bytes; what else stands outside a frame is noise. */
export class FrameReader {
  #begun: number[] | null = null;
  #error: LinkError | null = null;
  #afterNak = false;

  read(bytes: Uint8Array): Heard[] {
    const heard: Heard[] = [];
    for (const byte of bytes) {
      const one = this.#begun === null ? this.#listen(byte) : this.#collect(byte, this.#begun);
      if (one !== null) heard.push(one);
    }
    return heard;
  }

  #listen(byte: number): Heard | null {
    const isErrorCharacter = this.#afterNak && byte >= 0x30 && byte <= 0x39;
    this.#afterNak = byte === NAK;
    if (isErrorCharacter) return null;
    if (byte === STX) this.#begin();
    if (byte === ACK) return { kind: "ack" };
    if (byte === NAK) return { kind: "nak" };
    return byte === DC4 ? { kind: "dc4" } : null;
  }

  #begin(): void {
    this.#begun = [];
    this.#error = null;
  }

  #collect(byte: number, begun: number[]): Heard | null {
    const text = Buffer.from(begun).toString("latin1");
    if (byte === ETX) {
      this.#begun = null;
      return judge(text, this.#error);
    }
    if (byte === STX) {
      this.#begin();
      return { kind: "broken", error: LINK_ERRORS.controlCode, text };
    }
    if (byte < 0x20) this.#error ??= LINK_ERRORS.controlCode;
    else if (byte > 0x7d) this.#error ??= LINK_ERRORS.reception;
    if (begun.length < FRAME_CHARACTERS_MAX) begun.push(byte);
    else this.#error ??= LINK_ERRORS.length;
    return null;
  }
}

/** @param text what stood between STX and ETX; @param error what was wrong with its characters. */
function judge(text: string, error: LinkError | null): Heard {
  const slot = text.charCodeAt(0) - 0x30;
  const broken = (reason: LinkError): Heard => ({ kind: "broken", error: reason, text });
  if (error !== null) return broken(error);
  if (text.length < 4) return broken(LINK_ERRORS.length);
  if (text.slice(-2) !== checksum(text.slice(0, -2))) return broken(LINK_ERRORS.checksum);
  if (!(slot >= BASE_SLOT && slot <= SLOT_MAX)) return broken(LINK_ERRORS.address);
  return { kind: "frame", slot, message: text.slice(1, -2) };
}
