/** The input ended too early, or a number in it is not what the layout allows. Caught by the decoder that owns the layout. */
export class LayoutError extends Error {}

/** 2^53 - 1, seven bits to a byte. */
const VARINT_BYTES_MAX = 8;

/** Appends numbers and text to a buffer that grows by doubling. Multi-byte numbers are little-endian. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  #room(count: number): number {
    const at = this.#length;
    if (at + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + count));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = at + count;
    return at;
  }

  u8(value: number): void {
    // Room first: growing replaces the buffer that an index expression would already have taken.
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  /** An unsigned integer up to 2^53 - 1, seven bits to a byte, low bits first. */
  varint(value: number): void {
    let at = this.#room(VARINT_BYTES_MAX);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[at++] = rest;
    this.#length = at;
  }

  /** A signed integer with |value| < 2^52, folded so that small magnitudes stay short. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Nearly every text is a name in ASCII: those are written without an encoder. */
  text(value: string): void {
    if (this.#ascii(value)) return;
    const utf8 = new TextEncoder().encode(value);
    this.varint(utf8.length);
    const at = this.#room(utf8.length);
    this.#bytes.set(utf8, at);
  }

  /** Writes a short text in ASCII; one that is not leaves nothing behind. @returns whether it was one */
  #ascii(value: string): boolean {
    if (value.length >= 0x80) return false;
    const at = this.#room(1 + value.length);
    this.#bytes[at] = value.length;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) {
        this.#length = at;
        return false;
      }
      this.#bytes[at + 1 + index] = code;
    }
    return true;
  }

  bytes(value: ArrayLike<number>): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  append(other: ByteWriter): void {
    this.bytes(other.#bytes.subarray(0, other.#length));
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: false });

/**
 * Texts that were read lately, by a hash of their bytes: the same few hundred names come again with every column, and a look
 * costs a tenth of decoding. One that shares its slot with another is decoded again.
 */
const KNOWN_SLOTS = 4_096;
const KNOWN_BYTES_MAX = 64;
const known: { bytes: Uint8Array; text: string }[] = [];

function textOf(bytes: Uint8Array, from: number, length: number): string {
  if (length > KNOWN_BYTES_MAX) return utf8.decode(bytes.subarray(from, from + length));
  let hash = length;
  for (let at = from; at < from + length; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const slot = (hash ^ (hash >>> 15)) & (KNOWN_SLOTS - 1);
  const found = known[slot];
  if (found !== undefined && holds(found.bytes, bytes, from, length)) return found.text;
  const text = utf8.decode(bytes.subarray(from, from + length));
  known[slot] = { bytes: bytes.slice(from, from + length), text };
  return text;
}

function holds(own: Uint8Array, bytes: Uint8Array, from: number, length: number): boolean {
  if (own.length !== length) return false;
  for (let at = 0; at < length; at++) if (own[at] !== bytes[from + at]) return false;
  return true;
}

/** Reads what ByteWriter wrote. @throws LayoutError whenever the bytes do not hold what is asked for. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new LayoutError(`ends at byte ${this.#bytes.length}`);
    this.#at = at + count;
    return at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 0x80;
    }
    throw new LayoutError("a number above 2^53");
  }

  zigzag(): number {
    const folded = this.varint();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** A count that the layout bounds: a hostile length never becomes an allocation. */
  count(max: number, what: string): number {
    const value = this.varint();
    if (value > max) throw new LayoutError(`${value} ${what}, more than ${max}`);
    return value;
  }

  text(maxBytes: number): string {
    const length = this.count(maxBytes, "bytes of text");
    const at = this.#take(length);
    return textOf(this.#bytes, at, length);
  }

  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.slice(at, at + count);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new LayoutError(`${this.#bytes.length - this.#at} bytes too many`);
  }
}
