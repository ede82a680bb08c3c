import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { accountsForEveryByte } from "./any-bytes.testing.ts";
import { type AsenaEvent, AsenaFramer } from "./asena-framer.ts";
import { crcCcittFalse } from "./crc-ccitt-false.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const frames = fixture("alaris-asena-gh.in-use.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
const messages: string[] = JSON.parse(fixture("alaris-asena-gh.in-use.json")).messages;
const text = (words: string) => Buffer.from(words, "latin1");
/** The sheet's reply D, by hand. */
const golden = text("!INF^8002-51740^-^SET^5.00^ml/h^^12.345^ml^17.91^mmHg^24+^EVENT^127904|A13E\r");
const framed = (message: string) => text(`!${message}|${crcCcittFalse(message)}\r`);

function eventsOf(...chunks: Uint8Array[]): AsenaEvent[] {
  const framer = new AsenaFramer();
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.finish()];
}
const codes = (...chunks: Uint8Array[]) =>
  eventsOf(...chunks).map((event) => (event.kind === "frame" ? "frame" : event.code));
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  // Bytes that look like frames are the interesting ones.
  fc
    .array(fc.constantFrom("!", "|", "\r", "\x1b", "A13E\r", "INF^", "!INF|4961\r", golden.toString("latin1")), {
      maxLength: 12,
    })
    .map((parts) => text(parts.join(""))),
);

test("the CRC is that of the catalogue of CRCs, and of every frame of the sheet", () => {
  expect(crcCcittFalse("123456789")).toBe("29B1");
  expect(crcCcittFalse("")).toBe("FFFF");
  expect(frames.map((frame) => frame.toString("latin1"))).toEqual(
    messages.map((message) => framed(message).toString("latin1")),
  );
});

test("every golden frame is one frame, alone and in a row", () => {
  for (const [index, frame] of frames.entries()) {
    expect(eventsOf(frame)).toEqual([{ kind: "frame", frame: messages[index], at: 0, bytes: frame.length }]);
  }
  expect(eventsOf(...frames)).toHaveLength(frames.length);
});

test("a frame split at any byte is the same frame, and byte by byte too", () => {
  for (const frame of frames) {
    const whole = eventsOf(frame);
    for (let at = 0; at <= frame.length; at++) {
      expect(eventsOf(frame.subarray(0, at), frame.subarray(at))).toEqual(whole);
    }
    expect(eventsOf(...Array.from(frame, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  }
});

test("every kind of damage has its own name", () => {
  expect(codes(text("no frame here\r"))).toEqual(["frame.noise"]);
  expect(codes(text("!INF|4962\r"))).toEqual(["frame.checksum"]);
  expect(codes(text("!ALARM|50b2\r"))).toEqual(["frame.checksum"]);
  expect(codes(text("!INF\r"))).toEqual(["frame.checksum"]);
  expect(codes(text("!INF^8002\x1b"))).toEqual(["frame.escape"]);
  expect(codes(text("!INF^80\x0002"))).toEqual(["frame.character", "frame.noise"]);
  expect(codes(text("!INF^8002-51"))).toEqual(["frame.truncated"]);
  expect(codes(text(`!${"A".repeat(255)}`))).toEqual(["frame.length"]);
});

test("any one bit that turns over in a frame is a fault, never another message", () => {
  for (let bit = 0; bit < golden.length * 8; bit++) {
    const broken = golden.with(bit >> 3, (golden[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
    expect(codes(broken)).not.toContain("frame");
  }
});

test("ESC discards what came before it, and the frame after it stands", () => {
  expect(codes(golden.subarray(0, 40), text("\x1b"), golden)).toEqual(["frame.escape", "frame"]);
});

test("a frame is found after noise and after one that broke off; a ! inside a text is text", () => {
  expect(codes(text("~~\r\n"), golden)).toEqual(["frame.noise", "frame"]);
  for (let at = 1; at < golden.length; at++) {
    expect(codes(golden.subarray(0, at), golden)).toEqual(["frame.truncated", "frame"]);
  }
  expect(eventsOf(framed("ALARM^AL_SYRCO^CHECK! SYRINGE|!^"))).toMatchObject([
    { kind: "frame", frame: "ALARM^AL_SYRCO^CHECK! SYRINGE|!^" },
  ]);
});

test("any bytes end in frames and faults that account for every byte, however they are cut", () => {
  accountsForEveryByte(eventsOf, garbage);
});

test("after any bytes a whole frame is found", () => {
  fc.assert(
    fc.property(fc.array(garbage, { maxLength: 6 }), (noise) => codes(...noise, golden).at(-1) === "frame"),
    { numRuns: 500 },
  );
});

test("a flood is told in pieces and never piled up, with and without a beginning", () => {
  for (const flood of [new Uint8Array(100_000).fill(0x41), new Uint8Array(100_000).fill(0x21)]) {
    const events = eventsOf(flood);
    expect(events.length).toBeGreaterThan(40);
    expect(Math.max(...events.map((event) => event.bytes))).toBeLessThanOrEqual(2_048);
  }
});
