const CR = 0x0d;
const PARTIAL_MAX = 64;
const WAITING_MAX = 16;

/**
 * The receive buffer of the ventilator's port: commands of ASCII letters, each closed by CR, answered in order. RSET
 * clears what waits in it (fact sheet, section 2; that a reply under way is not cut short is general knowledge of the 840).
 */
export class CommandBuffer {
  #partial = "";
  #overrun = false;
  #waiting: string[] = [];

  receive(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte !== CR) this.#collect(byte);
      else this.#close();
    }
  }

  /** The next command to answer, or undefined. */
  next(): string | undefined {
    return this.#waiting.shift();
  }

  clear(): void {
    this.#partial = "";
    this.#overrun = false;
    this.#waiting = [];
  }

  #collect(byte: number): void {
    if (this.#partial.length >= PARTIAL_MAX) this.#overrun = true;
    else this.#partial += String.fromCharCode(byte);
  }

  #close(): void {
    const command = this.#overrun ? "" : this.#partial;
    this.#partial = "";
    this.#overrun = false;
    if (command === "RSET") this.clear();
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(command);
  }
}
