import type { Duplex } from "node:stream";

/** A listener that does not read is let go rather than remembered for ever. */
const UNREAD_BYTES_MAX = 65_536;

/** The streams attached to one line: each hears every byte and may speak, as behind a serial device server. */
export class StreamSet {
  readonly #streams = new Set<Duplex>();

  get empty(): boolean {
    return this.#streams.size === 0;
  }

  attach(stream: Duplex, hear: (bytes: Uint8Array) => void): void {
    this.#streams.add(stream);
    stream.on("error", () => undefined);
    stream.once("close", () => this.#streams.delete(stream));
    stream.on("data", hear);
  }

  write(bytes: Buffer): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > UNREAD_BYTES_MAX) stream.destroy();
      else if (stream.writable) stream.write(bytes);
    }
  }

  destroy(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}
