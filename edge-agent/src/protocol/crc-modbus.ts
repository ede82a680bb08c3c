const TABLE = Uint16Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  return value;
});

/**
 * CRC-16 of Modbus RTU over `bytes` from `start` up to `end`: reflected polynomial A001H, initial value FFFFH. On the wire
 * its low byte comes first. Modbus over Serial Line V1.02, section 6.2.2.
 */
export function crcModbus(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffff;
  for (let at = start; at < end; at++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}
