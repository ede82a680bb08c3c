/**
 * Frames of Dräger MEDIBUS: ESC code arguments, or SOH code data, then two digits of checksum and CR. Bytes with bit 7 set
 * are a second stream, of realtime data, which may come between any two bytes of a frame.
 * Source: fact sheet draeger-medibus.md, sections 1 to 3.
 */
const ESC = 0x1b;
const SOH = 0x01;
const CR = 0x0d;
const DC1 = 0x11;
const DC3 = 0x13;
const ARGUMENTS_MAX = 251;
/** Start, code, arguments and checksum. */
const FRAME_BYTES_MAX = ARGUMENTS_MAX + 4;
/** A command may begin inside another frame; deeper than this no frame of the sheet goes. */
const DEPTH_MAX = 3;
const ETX = 0x03;

export type FrameKind = "command" | "response";
/** Printable ASCII, and the ETX that closes a text. */
const isData = (data: Uint8Array): boolean => data.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === ETX);

/** Whether a byte can be the code of a frame. */
const isCode = (byte: number): boolean => byte > SOH && byte < 0x80 && ![ESC, CR, DC1, DC3].includes(byte);

const STARTS = { command: ESC, response: SOH } as const;

/** The sum of all bytes modulo 256, as two upper-case digits. */
export function checksum(bytes: Uint8Array): string {
  const sum = bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
  return sum.toString(16).toUpperCase().padStart(2, "0");
}

/** A frame. Throws on a code or data that no frame can carry: a mistake of the caller. */
export function encodeFrame(kind: FrameKind, code: number, data = ""): Buffer {
  const payload = Buffer.from(data, "latin1");
  if (!isCode(code) || !isData(payload) || (kind === "command" && payload.length > ARGUMENTS_MAX)) {
    throw new Error(`no frame can carry ${JSON.stringify(data)} under code ${code}`);
  }
  const bytes = Buffer.from([STARTS[kind], code, ...payload]);
  return Buffer.concat([bytes, Buffer.from(`${checksum(bytes)}\r`, "latin1")]);
}

/** What was heard: a whole frame, what came in the place of one, a byte of the realtime stream, or a word of the handshake. */
export type Heard =
  | { kind: FrameKind; code: number; data: string }
  | { kind: "broken"; text: string }
  | { kind: "fast"; byte: number }
  | { kind: "suspend" | "resume" };

/** Finds frames in a stream of bytes, a frame begun inside another first. Of noise between frames each run is told once. */
export class FrameReader {
  /** The frames begun and not ended, the innermost last. */
  #begun: number[][] = [];
  #inNoise = false;

  read(bytes: Uint8Array): Heard[] {
    return [...bytes].flatMap((byte) => this.#take(byte));
  }

  #take(byte: number): Heard[] {
    if (byte >= 0x80) return [{ kind: "fast", byte }];
    if (byte === DC1 || byte === DC3) return [{ kind: byte === DC3 ? "suspend" : "resume" }];
    if (byte === ESC || byte === SOH) return this.#begin(byte);
    const frame = this.#begun.at(-1);
    if (frame === undefined) return this.#hearNoise(byte);
    if (byte === CR) {
      this.#begun.pop();
      return [judge(frame)];
    }
    frame.push(byte);
    if (frame.length <= FRAME_BYTES_MAX) return [];
    this.#begun.pop();
    return [broken(frame)];
  }

  #begin(start: number): Heard[] {
    this.#inNoise = false;
    this.#begun.push([start]);
    const given = this.#begun.length > DEPTH_MAX ? this.#begun.shift() : undefined;
    return given === undefined ? [] : [broken(given)];
  }

  #hearNoise(byte: number): Heard[] {
    if (this.#inNoise) return [];
    this.#inNoise = true;
    return [{ kind: "broken", text: `noise ${hex(byte)}` }];
  }
}

function judge(frame: number[]): Heard {
  const [start, code] = frame;
  const covered = Buffer.from(frame.slice(0, -2));
  const digits = Buffer.from(frame.slice(-2)).toString("latin1");
  const data = covered.subarray(2);
  const carries = code !== undefined && covered.length >= 2 && isCode(code) && isData(data);
  if (!carries || digits !== checksum(covered)) return broken(frame);
  return { kind: start === ESC ? "command" : "response", code, data: data.toString("latin1") };
}

function broken(frame: number[]): Heard {
  return {
    kind: "broken",
    text: Buffer.from(frame).toString("latin1").replace("\x1b", "ESC ").replace("\x01", "SOH "),
  };
}

/** A byte as two upper-case digits. */
export const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");
