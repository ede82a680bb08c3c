/**
 * What the server of a Modbus unit answers to a read, as far as a device that is only read needs it.
 * Source: MODBUS Application Protocol V1.1b3 (sections 6.1 to 6.4 and 7).
 */
export const ILLEGAL_FUNCTION = 1;
export const ILLEGAL_DATA_ADDRESS = 2;
export const ILLEGAL_DATA_VALUE = 3;

export const exceptionPdu = (functionCode: number, code: number): Buffer => Buffer.from([functionCode | 0x80, code]);

const READ_COILS = 1;
const READ_DISCRETE_INPUTS = 2;
const READ_HOLDING_REGISTERS = 3;
const READ_INPUT_REGISTERS = 4;
const BITS_MAX = 2000;
const REGISTERS_MAX = 125;

export const isRead = (functionCode: number): boolean =>
  functionCode >= READ_COILS && functionCode <= READ_INPUT_REGISTERS;

/** The content of a table by address; an address that is not there is a hole, and no read goes across it. */
export type Table<Content> = ReadonlyMap<number, Content>;

/** What a unit holds; there is nothing that could be written, and a table that it lacks has no function either. */
export interface ModbusTables {
  coils?: Table<boolean>;
  discreteInputs?: Table<boolean>;
  /** Unsigned 16-bit numbers. */
  holdingRegisters?: Table<number>;
  inputRegisters?: Table<number>;
}

/** A table without holes, from address 0. */
export const tableOf = <Content>(contents: readonly Content[]): Table<Content> => new Map(contents.entries());

/** The reply PDU to a request PDU: a read of a table that the unit has is answered, everything else is exception 01. */
export function answerPdu(pdu: Buffer, tables: ModbusTables): Buffer {
  const functionCode = pdu[0] ?? 0;
  switch (functionCode) {
    case READ_COILS:
      return readTable(pdu, tables.coils, BITS_MAX, packBits);
    case READ_DISCRETE_INPUTS:
      return readTable(pdu, tables.discreteInputs, BITS_MAX, packBits);
    case READ_HOLDING_REGISTERS:
      return readTable(pdu, tables.holdingRegisters, REGISTERS_MAX, packRegisters);
    case READ_INPUT_REGISTERS:
      return readTable(pdu, tables.inputRegisters, REGISTERS_MAX, packRegisters);
    default:
      return exceptionPdu(functionCode, ILLEGAL_FUNCTION);
  }
}

function readTable<Content>(
  pdu: Buffer,
  table: Table<Content> | undefined,
  quantityMax: number,
  pack: (contents: readonly Content[]) => Buffer,
): Buffer {
  const functionCode = pdu[0] ?? 0;
  if (table === undefined) return exceptionPdu(functionCode, ILLEGAL_FUNCTION);
  if (pdu.length !== 5) return exceptionPdu(functionCode, ILLEGAL_DATA_VALUE);
  const start = pdu.readUInt16BE(1);
  const quantity = pdu.readUInt16BE(3);
  if (quantity < 1 || quantity > quantityMax) return exceptionPdu(functionCode, ILLEGAL_DATA_VALUE);
  const contents: Content[] = [];
  for (let address = start; address < start + quantity; address += 1) {
    const content = table.get(address);
    if (content === undefined) return exceptionPdu(functionCode, ILLEGAL_DATA_ADDRESS);
    contents.push(content);
  }
  const packed = pack(contents);
  return Buffer.concat([Buffer.from([functionCode, packed.length]), packed]);
}

function packRegisters(values: readonly number[]): Buffer {
  const packed = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => {
    packed.writeUInt16BE(value, index * 2);
  });
  return packed;
}

/** Bits are packed eight a byte, the first in the lowest bit. */
function packBits(bits: readonly boolean[]): Buffer {
  const packed = Buffer.alloc(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    if (bit) packed[index >> 3] = (packed[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return packed;
}
