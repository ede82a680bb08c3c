/**
 * Watches the bytes of an MQTT connection for a packet that is longer than allowed, before anyone gathers it. The fixed header
 * of each packet (MQTT 3.1.1, section 2.2: one byte, then the remaining length in one to four bytes of seven bits) is all it
 * reads.
 */
export class PacketLimit {
  readonly #remainingMax: number;
  /** Bytes of the present packet that are still to come; null while its header is being read. */
  #remaining: number | null = null;
  #length = 0;
  #scale = 0;

  constructor(remainingMax: number) {
    this.#remainingMax = remainingMax;
  }

  /** Takes the next bytes as they come. False once a packet is too long or its length cannot be read; the rest means nothing then. */
  admits(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#remaining !== null) {
        const here = Math.min(this.#remaining, chunk.length - at);
        at += here;
        this.#remaining -= here;
        if (this.#remaining === 0) this.#remaining = null;
      } else if (!this.#header(chunk[at++] ?? 0)) return false;
    }
    return true;
  }

  /** The packet type comes first (scale 0), then the length, low bits first. */
  #header(byte: number): boolean {
    if (this.#scale === 0) {
      this.#scale = 1;
      this.#length = 0;
      return true;
    }
    this.#length += (byte & 0x7f) * this.#scale;
    if (this.#length > this.#remainingMax) return false;
    if (byte >= 0x80) {
      this.#scale *= 0x80;
      return this.#scale < 0x80 ** 4;
    }
    this.#scale = 0;
    this.#remaining = this.#length === 0 ? null : this.#length;
    return true;
  }
}
