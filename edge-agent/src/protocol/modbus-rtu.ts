import { isBitTable, type ModbusRead } from "@wardtwin/device-profiles/codec/modbus-reads";
import { crcModbus } from "./crc-modbus.ts";

/** One read of one unit. */
export interface UnitRead extends ModbusRead {
  unitId: number;
}

/**
 * The function codes that may leave, all of them reads. Nothing else has a name here, so that nothing else can be put into
 * a frame. Modbus Application Protocol V1.1b3, sections 6.1 to 6.4.
 */
const FUNCTION_CODES: Readonly<Record<ModbusRead["table"], number>> = {
  coil: 1,
  "discrete-input": 2,
  "holding-register": 3,
  "input-register": 4,
};
const EXCEPTION_FLAG = 0x80;
/** Unit, function and byte count before the data, the checksum after it. */
const FRAME_BYTES = 5;
/** A unit of a serial line; 0 would be a broadcast, which nobody answers. Modbus over Serial Line V1.02, section 2.2. */
const UNIT_MAX = 247;
const WORDS_MAX = 125;
const BITS_MAX = 2_000;

/** The bytes of a request. @throws RangeError when no such request exists: a bug of the caller's. */
export function rtuRequest({ unitId, table, address, count }: UnitRead): Uint8Array {
  const inRange = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;
  if (!inRange(unitId, 1, UNIT_MAX)) throw new RangeError(`unit ${unitId}`);
  if (!inRange(count, 1, isBitTable(table) ? BITS_MAX : WORDS_MAX)) throw new RangeError(`${count} of ${table}`);
  if (!inRange(address, 0, 0x10000 - count)) throw new RangeError(`address ${address}`);
  const frame = Uint8Array.of(
    unitId,
    FUNCTION_CODES[table],
    address >> 8,
    address & 0xff,
    count >> 8,
    count & 0xff,
    0,
    0,
  );
  const crc = crcModbus(frame, 0, 6);
  frame[6] = crc & 0xff;
  frame[7] = crc >> 8;
  return frame;
}

/** What a unit said: the data of its answer, or the code of the exception in its place. */
export type RtuReply = { kind: "data"; data: Uint8Array } | { kind: "exception"; exceptionCode: number };

/**
 * Finds the reply to one request in whatever comes after it: in pieces, behind noise, behind the adapter's echo of the
 * request, or behind the late reply of somebody else. Unit, function, byte count and checksum all have to fit.
 */
export class RtuReplyFinder {
  readonly #unitId: number;
  readonly #functionCode: number;
  readonly #dataBytes: number;
  /** From the first byte on with which the reply may still begin; less than one frame. */
  #held: Uint8Array = new Uint8Array(0);

  constructor({ unitId, table, count }: UnitRead) {
    this.#unitId = unitId;
    this.#functionCode = FUNCTION_CODES[table];
    this.#dataBytes = isBitTable(table) ? Math.ceil(count / 8) : 2 * count;
  }

  /** The reply as soon as it is whole, else null. */
  push(chunk: Uint8Array): RtuReply | null {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let undecided = bytes.length;
    for (let at = 0; at < bytes.length; at++) {
      const length = this.#lengthAt(bytes, at);
      if (length === 0) continue;
      if (at + length > bytes.length) {
        undecided = Math.min(undecided, at);
        continue;
      }
      if (isWhole(bytes, at, at + length)) return this.#replyAt(bytes, at);
    }
    this.#held = bytes.subarray(undecided);
    return null;
  }

  /** How long a reply would be that began here; 0 where none can begin, and one byte too many where that is not known yet. */
  #lengthAt(bytes: Uint8Array, at: number): number {
    const rest = bytes.length - at;
    if (bytes[at] !== this.#unitId) return 0;
    if (rest < 2) return rest + 1;
    if (bytes[at + 1] === (this.#functionCode | EXCEPTION_FLAG)) return FRAME_BYTES;
    if (bytes[at + 1] !== this.#functionCode) return 0;
    if (rest < 3) return rest + 1;
    return bytes[at + 2] === this.#dataBytes ? FRAME_BYTES + this.#dataBytes : 0;
  }

  #replyAt(bytes: Uint8Array, at: number): RtuReply {
    if (bytes[at + 1] !== this.#functionCode) return { kind: "exception", exceptionCode: bytes[at + 2] ?? 0 };
    return { kind: "data", data: bytes.subarray(at + 3, at + 3 + this.#dataBytes) };
  }
}

const isWhole = (bytes: Uint8Array, start: number, end: number): boolean =>
  crcModbus(bytes, start, end - 2) === (bytes[end - 2] ?? 0) + 256 * (bytes[end - 1] ?? 0);

/** The words or bits in the data of a reply; exactly as many as were asked for. */
export function valuesIn(data: Uint8Array, { table, count }: ModbusRead): number[] {
  if (isBitTable(table)) return Array.from({ length: count }, (_, at) => ((data[at >> 3] ?? 0) >> (at & 7)) & 1);
  return Array.from({ length: count }, (_, at) => 256 * (data[2 * at] ?? 0) + (data[2 * at + 1] ?? 0));
}

/** A character is start, eight data bits, parity or a second stop bit, and stop: 11 bits. */
const BITS_PER_CHARACTER = 11;

/**
 * How long a line has to be silent between two frames, whole ms: 3.5 characters, and 1.75 ms above 19200 baud.
 * Modbus over Serial Line V1.02, section 2.5.1.1.
 */
export const quietMs = (baudRate: number): number =>
  Math.ceil(baudRate > 19_200 ? 1.75 : (3.5 * BITS_PER_CHARACTER * 1_000) / baudRate);
