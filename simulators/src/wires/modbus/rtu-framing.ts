import type { Adu, ModbusFraming, Taken } from "./framing.ts";

/** Unit id, PDU of 1 to 253 bytes, checksum. */
const FRAME_LENGTH_MIN = 4;
const FRAME_LENGTH_MAX = 256;
/** On TCP there is no silence of 3.5 characters to be measured; what has not come on within so long will not come. */
const SILENCE_MS = 250;

/** CRC-16 of Modbus: polynomial A001 reflected, all bits set at the start; the low byte travels first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** A frame followed by its own checksum has the checksum 0. */
const isWhole = (frame: Uint8Array): boolean => crc16(frame) === 0;

/** The length of a request by its function code, the least it can be while too little has come; null where the code does not tell. */
function requestLength(bytes: Buffer): number | null {
  const functionCode = bytes[1] ?? 0;
  if (functionCode >= 1 && functionCode <= 6) return 8;
  // Several coils or registers are written by a count of bytes, in the seventh place.
  if (functionCode === 15 || functionCode === 16) return 9 + (bytes[6] ?? 0);
  return null;
}

/** The shortest beginning that is a whole frame, for requests whose length nothing tells; 0 when there is none yet. */
function wholeLength(bytes: Buffer): number {
  for (let length = FRAME_LENGTH_MIN; length <= Math.min(bytes.length, FRAME_LENGTH_MAX); length += 1) {
    if (isWhole(bytes.subarray(0, length))) return length;
  }
  return 0;
}

/** Takes whole requests off the front of a stream. Nothing marks where the next one begins after one that is broken, so all goes with it. */
function take(bytes: Buffer): Taken {
  const adus: Adu[] = [];
  let rest = bytes;
  while (rest.length >= FRAME_LENGTH_MIN) {
    const stated = requestLength(rest);
    const length = stated ?? wholeLength(rest);
    if (length === 0 && rest.length < FRAME_LENGTH_MAX) break;
    if (rest.length < length) break;
    const frame = rest.subarray(0, length);
    if (length === 0 || !isWhole(frame)) return { adus, rest: Buffer.alloc(0), broken: rest };
    adus.push({ transaction: 0, unit: frame.readUInt8(0), pdu: frame.subarray(1, -2) });
    rest = rest.subarray(length);
  }
  return { adus, rest, broken: null };
}

function encode({ unit, pdu }: Adu): Buffer {
  const frame = Buffer.from([unit, ...pdu, 0, 0]);
  frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2);
  return frame;
}

/** Modbus RTU, as a serial device server passes it on. Source: MODBUS over Serial Line V1.02, sections 2.5.1 and 6.2.2. */
export const RTU_FRAMING: ModbusFraming = { take, encode, silenceMs: SILENCE_MS, scheme: "tcp" };
