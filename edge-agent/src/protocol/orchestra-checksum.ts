/**
 * The checksum of an Orchestra message: FFH less the sum of its characters, modulo 100H.
 *
 * @param text from the slot on, one byte a character
 * @returns two upper-case hexadecimal digits
 */
export function orchestraChecksum(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at) & 0xff;
  return (0xff - (sum & 0xff)).toString(16).toUpperCase().padStart(2, "0");
}
