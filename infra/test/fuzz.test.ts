import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FuzzSubject, fuzz, SEED_VARIABLE, type StreamMachine, type Told } from "./fuzz.ts";

const LF = 0x0a;

/** Lines of text: the simplest framer there is. Each option breaks one law. */
function lines(
  broken: Partial<Record<"losesTail" | "hoards" | "throws" | "seesCuts" | "forgets" | "leaks", true>> = {},
) {
  return class implements StreamMachine {
    #held: number[] = [];
    #at = 0;
    #lines = 0;

    push(chunk: Uint8Array): Told[] {
      const events: Told[] = [];
      for (const byte of chunk) {
        if (broken.throws && byte === 0xff && this.#held.length === 3) throw new Error("no room");
        this.#held.push(byte);
        if (byte === LF || (!broken.hoards && this.#held.length === 64)) events.push(this.#event("line"));
      }
      if (broken.seesCuts && this.#held.length === 2 && chunk.length === 1) events.push(this.#event("piece"));
      if (broken.leaks) leaked.push(new Array(600).fill(0.5));
      return events;
    }

    finish(): Told[] {
      if (this.#held.length === 0 || broken.losesTail) return [];
      return [this.#event("rest")];
    }

    #event(kind: string): Told {
      const [at, bytes] = [this.#at, this.#held.length];
      this.#at += bytes;
      this.#held = [];
      return { kind: broken.forgets && ++this.#lines > 2 ? "noise" : kind, at, bytes };
    }
  };
}

const leaked: unknown[] = [];
beforeEach(() => vi.stubEnv(SEED_VARIABLE, "7"));
afterEach(() => {
  vi.unstubAllEnvs();
  leaked.length = 0;
});

const subject = (Machine: new () => StreamMachine): FuzzSubject => ({
  name: "lines",
  open: () => new Machine(),
  golden: [Buffer.from("a line\n"), Buffer.from("another one\n")],
  words: [Buffer.from("\n"), Buffer.from("a")],
  separators: Buffer.from("\n"),
  heldMax: 64,
});

test("a machine that keeps every law is tried as often as asked, and says with which seed", () => {
  expect(fuzz(subject(lines()), { inputs: 3_000 })).toMatch(/^fuzz lines: seed 7, 3000 inputs of \d+ bytes in/);
  expect(fuzz(subject(lines()), { ms: 20 })).toMatch(/^fuzz lines: seed 7, \d+ inputs/);
});

test.each([
  ["bytes that no event accounts for", { losesTail: true }, /\d+ bytes are in no event/],
  ["a pile", { hoards: true }, /\d+ bytes are held, 64 at most/],
  ["a throw", { throws: true }, /no room/],
  ["a law that hangs on how the bytes are cut", { seesCuts: true }, /depend on how the bytes are cut/],
  ["a frame that is not found again", { forgets: true }, /a golden frame behind it is lost/],
] as const)("%s is found, with the seed and the input", (_, broken, reason) => {
  const tried = () => fuzz(subject(lines(broken)), { inputs: 3_000 });
  expect(tried).toThrow(reason);
  expect(tried).toThrow(new RegExp(`lines, input \\d+ of ${SEED_VARIABLE}=7: [^]*\\n[0-9a-f]*$`));
});

/** Bytes with bit 7 set stand alone, the others are lines around them. */
class Interleaved implements StreamMachine {
  #at = 0;
  #line: Told | null = null;
  readonly #shift: number;

  constructor(shift = 0) {
    this.#shift = shift;
  }

  push(chunk: Uint8Array): Told[] {
    return [...chunk].flatMap((byte) => {
      const at = this.#at++;
      if (byte >= 0x80) return [{ kind: "fast", at, bytes: 1 }];
      this.#line = { kind: "line", at: (this.#line?.at ?? at) + this.#shift, bytes: (this.#line?.bytes ?? 0) + 1 };
      return byte === LF || this.#line.bytes === 64 ? this.finish() : [];
    });
  }

  finish(): Told[] {
    const line = this.#line;
    this.#line = null;
    return line === null ? [] : [line];
  }
}

test("a machine whose events lie within one another has to say so, and none may end beyond what came", () => {
  const interleaved = { ...subject(Interleaved), interleaves: true } as const;
  expect(fuzz(interleaved, { inputs: 500 })).toMatch(/500 inputs/);
  expect(() => fuzz(subject(Interleaved), { inputs: 500 })).toThrow(/an event begins at \d+, where \d+ is next/);
  expect(() => fuzz({ ...interleaved, open: () => new Interleaved(1) }, { inputs: 500 })).toThrow(/an event begins at/);
});

test("a heap that grows is found", () => {
  expect(() => fuzz(subject(lines({ leaks: true })), { inputs: 2_600 })).toThrow(/the heap grew by \d+ bytes/);
});
