const POLYNOMIAL = 0x1021;

/**
 * CRC-16/CCITT-FALSE of a text, one byte a character: polynomial 1021h, begun with FFFFh, nothing reflected, no final XOR.
 *
 * @returns four upper-case hexadecimal digits, as the Asena protocol writes them
 */
export function crcCcittFalse(text: string): string {
  let crc = 0xffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= (text.charCodeAt(at) & 0xff) << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
    crc &= 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}
