import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";

/** Characters in one line of a dump; what is longer is no dump, and would have to be held whole. */
const LINE_CHARS_MAX = 1_000_000;

/** `00000010: 4d49 5343  MISC`, as xxd writes it. */
const WITH_COLON = /^[0-9a-f]{4,16}:\s*/i;
/** `00000010  4d 49 53 43  |MISC|`, as hexdump -C writes it. */
const WITH_SPACES = /^([0-9a-f]{8})( {2,}|$)/i;

/**
 * Makes bytes of a text in hexadecimal digits, piece by piece: pairs with or without spaces, commas and `0x` between them,
 * `#` before a remark, and what xxd and hexdump -C write.
 */
export class HexText {
  #held = "";
  #line = 0;
  #bytes = 0;
  #isDump = false;

  /** The bytes of all lines that are whole, or a sentence about the first one that cannot be. */
  push(text: string): Result<Uint8Array, string> {
    const lines = (this.#held + text).split("\n");
    this.#held = lines.pop() ?? "";
    if (this.#held.length > LINE_CHARS_MAX) {
      return fail(`line ${this.#line + lines.length + 1} is longer than ${LINE_CHARS_MAX} characters`);
    }
    return this.#bytesOf(lines);
  }

  /** The bytes of a last line without an end. */
  finish(): Result<Uint8Array, string> {
    const last = this.#held;
    this.#held = "";
    return this.#bytesOf([last]);
  }

  #bytesOf(lines: readonly string[]): Result<Uint8Array, string> {
    const parts: Buffer[] = [];
    for (const line of lines) {
      this.#line++;
      const digits = this.#digitsOf(line.trimEnd());
      if (!digits.ok) return fail(`line ${this.#line}: ${digits.fault}`);
      const bytes = Buffer.from(digits.value, "hex");
      this.#bytes += bytes.length;
      parts.push(bytes);
    }
    return ok(Buffer.concat(parts));
  }

  #digitsOf(line: string): Result<string, string> {
    if (line === "*") return fail('"*" stands for lines that the dump left out; make it with hexdump -v');
    const pairs = this.#withoutFrame(line.replace(/#.*$/, ""))
      .split(/[\s,]+/)
      .map((pair) => pair.replace(/^0x/i, ""))
      .filter((pair) => pair !== "");
    const wrong = pairs.find((pair) => !/^([0-9a-f]{2})+$/i.test(pair));
    return wrong === undefined
      ? ok(pairs.join(""))
      : fail(`"${wrong.slice(0, 20)}" is not pairs of hexadecimal digits`);
  }

  /** A line of a dump without its offset and without the characters beside it. */
  #withoutFrame(line: string): string {
    const colon = WITH_COLON.exec(line);
    if (colon !== null) return line.slice(colon[0].length).split("  ")[0] ?? "";
    const [spaced, offset = "", gap = ""] = WITH_SPACES.exec(line) ?? [];
    // Eight digits may be four bytes too: they are an offset where they say how many bytes came before.
    if (spaced === undefined || Number.parseInt(offset, 16) !== this.#bytes) return line;
    if (gap === "") return this.#isDump ? "" : line;
    this.#isDump = true;
    return line.slice(spaced.length).replace(/\|.*$/, "");
  }
}
