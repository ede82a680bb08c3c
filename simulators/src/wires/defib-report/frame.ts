/**
 * Lines of DEFIB-READY/1 on a serial port: STX, a payload, `|`, four digits of checksum, ETX CR LF.
 * Source: fact sheet defibrillator-readiness.md, section 3 (synthetic, no vendor's).
 */
import { crc16CcittFalse } from "../crc.ts";

const STX = 0x02;
const ETX = 0x03;
const ACK = 0x06;
const NAK = 0x15;
/** No query of a host is longer than a few characters. */
const LINE_CHARACTERS_MAX = 128;

/** Four upper-case digits of CRC-16/CCITT-FALSE over a payload. */
export const checksum = (payload: string): string =>
  crc16CcittFalse(Buffer.from(payload, "latin1")).toString(16).toUpperCase().padStart(4, "0");

export const encodeLine = (payload: string, digits = checksum(payload)): Buffer =>
  Buffer.from(`\x02${payload}|${digits}\x03\r\n`, "latin1");

/** What a device hears from its host. */
export type Heard =
  | { kind: "ack" }
  | { kind: "nak" }
  | { kind: "line"; text: string }
  | { kind: "broken"; text: string };

/** Finds lines and answers to reports in a stream of bytes; what else stands outside a line is noise. */
export class LineReader {
  #begun: string | null = null;

  read(bytes: Uint8Array): Heard[] {
    const heard: Heard[] = [];
    for (const byte of bytes) {
      const one = this.#take(byte);
      if (one !== null) heard.push(one);
    }
    return heard;
  }

  #take(byte: number): Heard | null {
    const begun = this.#begun;
    if (byte === STX) {
      this.#begun = "";
      return begun === null ? null : { kind: "broken", text: begun };
    }
    if (begun === null) {
      if (byte === ACK) return { kind: "ack" };
      return byte === NAK ? { kind: "nak" } : null;
    }
    this.#begun = byte === ETX || begun.length >= LINE_CHARACTERS_MAX ? null : begun + String.fromCharCode(byte);
    return this.#begun === null ? judge(begun) : null;
  }
}

function judge(text: string): Heard {
  const payload = text.slice(0, -5);
  return payload !== "" && text === `${payload}|${checksum(payload)}`
    ? { kind: "line", text: payload }
    : { kind: "broken", text };
}
