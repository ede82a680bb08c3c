import type { Adu, ModbusFraming, Taken } from "./framing.ts";

const HEADER_LENGTH = 7;
/** The length field counts the unit id and a PDU of 1 to 253 bytes. */
const LENGTH_MIN = 2;
const LENGTH_MAX = 254;

/** Takes whole requests off the front of a stream; one that can no longer be Modbus is broken for good. */
function take(bytes: Buffer): Taken {
  const adus: Adu[] = [];
  let rest = bytes;
  while (rest.length >= HEADER_LENGTH) {
    const protocol = rest.readUInt16BE(2);
    const length = rest.readUInt16BE(4);
    if (protocol !== 0 || length < LENGTH_MIN || length > LENGTH_MAX) {
      return { adus, rest: Buffer.alloc(0), broken: rest };
    }
    const end = 6 + length;
    if (rest.length < end) break;
    adus.push({
      transaction: rest.readUInt16BE(0),
      unit: rest.readUInt8(6),
      pdu: rest.subarray(HEADER_LENGTH, end),
    });
    rest = rest.subarray(end);
  }
  return { adus, rest, broken: null };
}

function encode({ transaction, unit, pdu }: Adu): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt16BE(transaction & 0xffff, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unit, 6);
  return Buffer.concat([header, pdu]);
}

/** Modbus on TCP. Source: MODBUS Messaging on TCP/IP V1.0b, section 3.1.3. */
export const TCP_FRAMING: ModbusFraming = { take, encode, silenceMs: null, scheme: "modbus+tcp" };
