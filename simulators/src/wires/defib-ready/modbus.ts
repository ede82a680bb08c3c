/**
 * The server's side of Modbus over TCP, as far as a device with input registers and discrete inputs needs it.
 * Source: MODBUS Application Protocol V1.1b3 (sections 6.2, 6.4, 7) and MODBUS Messaging on TCP/IP V1.0b (section 3.1.3).
 */
export interface Adu {
  transaction: number;
  unit: number;
  pdu: Buffer;
}

const HEADER_LENGTH = 7;
/** The length field counts the unit id and a PDU of 1 to 253 bytes. */
const LENGTH_MIN = 2;
const LENGTH_MAX = 254;

/** Takes whole requests off the front of a stream of bytes. `broken` when the stream can no longer be Modbus. */
export function takeAdus(bytes: Buffer): { adus: Adu[]; rest: Buffer; broken: boolean } {
  const adus: Adu[] = [];
  let rest = bytes;
  while (rest.length >= HEADER_LENGTH) {
    const protocol = rest.readUInt16BE(2);
    const length = rest.readUInt16BE(4);
    if (protocol !== 0 || length < LENGTH_MIN || length > LENGTH_MAX) return { adus, rest, broken: true };
    const end = 6 + length;
    if (rest.length < end) break;
    adus.push({
      transaction: rest.readUInt16BE(0),
      unit: rest.readUInt8(6),
      pdu: rest.subarray(HEADER_LENGTH, end),
    });
    rest = rest.subarray(end);
  }
  return { adus, rest, broken: false };
}

export function encodeAdu({ transaction, unit, pdu }: Adu): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt16BE(transaction & 0xffff, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unit, 6);
  return Buffer.concat([header, pdu]);
}

export const ILLEGAL_FUNCTION = 1;
export const ILLEGAL_DATA_ADDRESS = 2;
export const ILLEGAL_DATA_VALUE = 3;

export const exceptionPdu = (functionCode: number, code: number): Buffer => Buffer.from([functionCode | 0x80, code]);

const READ_DISCRETE_INPUTS = 2;
const READ_INPUT_REGISTERS = 4;
const BITS_MAX = 2000;
const REGISTERS_MAX = 125;

/** What a unit holds; there is nothing that could be written. */
export interface ReadableUnit {
  inputRegisters(): readonly number[];
  discreteInputs(): readonly boolean[];
}

/** The reply PDU to a request PDU: FC02 and FC04 are answered, everything else is exception 01. */
export function answerPdu(pdu: Buffer, unit: ReadableUnit): Buffer {
  const functionCode = pdu[0] ?? 0;
  if (functionCode === READ_INPUT_REGISTERS) return readRegisters(pdu, unit.inputRegisters());
  if (functionCode === READ_DISCRETE_INPUTS) return readBits(pdu, unit.discreteInputs());
  return exceptionPdu(functionCode, ILLEGAL_FUNCTION);
}

/** The range that a read asks for, or the exception code it earns. */
function range(pdu: Buffer, quantityMax: number, size: number): { start: number; end: number } | number {
  if (pdu.length !== 5) return ILLEGAL_DATA_VALUE;
  const start = pdu.readUInt16BE(1);
  const quantity = pdu.readUInt16BE(3);
  if (quantity < 1 || quantity > quantityMax) return ILLEGAL_DATA_VALUE;
  return start + quantity > size ? ILLEGAL_DATA_ADDRESS : { start, end: start + quantity };
}

function readRegisters(pdu: Buffer, registers: readonly number[]): Buffer {
  const asked = range(pdu, REGISTERS_MAX, registers.length);
  if (typeof asked === "number") return exceptionPdu(READ_INPUT_REGISTERS, asked);
  const values = registers.slice(asked.start, asked.end);
  const reply = Buffer.from([READ_INPUT_REGISTERS, values.length * 2, ...new Uint8Array(values.length * 2)]);
  values.forEach((value, index) => {
    reply.writeUInt16BE(value, 2 + index * 2);
  });
  return reply;
}

/** Bits are packed eight a byte, the first in the lowest bit. */
function readBits(pdu: Buffer, bits: readonly boolean[]): Buffer {
  const asked = range(pdu, BITS_MAX, bits.length);
  if (typeof asked === "number") return exceptionPdu(READ_DISCRETE_INPUTS, asked);
  const values = bits.slice(asked.start, asked.end);
  const packed = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((bit, index) => {
    if (bit) packed[index >> 3] = (packed[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return Buffer.from([READ_DISCRETE_INPUTS, packed.length, ...packed]);
}
