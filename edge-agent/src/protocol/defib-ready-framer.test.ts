import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { accountsForEveryByte } from "./any-bytes.testing.ts";
import { crcCcittFalse } from "./crc-ccitt-false.ts";
import { type DefibReadyEvent, DefibReadyFramer } from "./defib-ready-framer.ts";
import { requestBytes } from "./request.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const lines = fixture("defib-ready-1-serial.report.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
/** The last line is the host's acknowledgement, a lone character. */
const frames = lines.slice(0, -1);
const messages: string[] = JSON.parse(fixture("defib-ready-1-serial.report.json")).messages;
const text = (words: string) => Buffer.from(words, "latin1");
const framed = (payload: string) => text(`\x02${payload}|${crcCcittFalse(payload)}\x03\r\n`);
/** A line of the sheet, by hand. */
const golden = text("\x02TST,ENERGY,30,29.8,J,PASS|6E50\x03\r\n");

function eventsOf(...chunks: Uint8Array[]): DefibReadyEvent[] {
  const framer = new DefibReadyFramer();
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.finish()];
}
const codes = (...chunks: Uint8Array[]) =>
  eventsOf(...chunks).map((event) => (event.kind === "frame" ? "frame" : event.code));
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  // Bytes that look like frames are the interesting ones.
  fc
    .array(fc.constantFrom("\x02", "\x03", "\r\n", "|", "|6E50\x03\r\n", "TST,", "\x02END,PASS,5|BF74\x03", "\x06"), {
      maxLength: 12,
    })
    .map((parts) => text(parts.join(""))),
);

test("every line of the sheet is one frame, alone and in a row, and the request is the sheet's", () => {
  expect(frames.map((frame) => eventsOf(frame))).toEqual(
    frames.map((frame, index) => [{ kind: "frame", frame: messages[index], at: 0, bytes: frame.length }]),
  );
  expect(eventsOf(...frames)).toHaveLength(frames.length);
  expect(lines.map((line) => line.toString("latin1"))).toContain(text("\x06").toString("latin1"));
  expect(requestBytes("defib-ready.report")).toEqual(frames[0]);
  expect([...requestBytes("defib-ready.report-taken"), ...requestBytes("defib-ready.report-refused")]).toEqual([6, 21]);
});

test("a frame split at any byte is the same frame, and byte by byte too", () => {
  const all = Buffer.concat(frames);
  const whole = eventsOf(all);
  for (let at = 0; at <= all.length; at++) expect(eventsOf(all.subarray(0, at), all.subarray(at))).toEqual(whole);
  expect(eventsOf(...Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(whole);
});

test("every kind of damage has its own name", () => {
  expect(codes(text("no frame here\r\n"))).toEqual(["frame.noise"]);
  expect(codes(text("\x02END,PASS,5|BF75\x03\r\n"))).toEqual(["frame.checksum"]);
  expect(codes(text("\x02END,PASS,5|bf74\x03\r\n"))).toEqual(["frame.checksum"]);
  expect(codes(text("\x02END,PASS,5\x03\r\n"))).toEqual(["frame.checksum"]);
  expect(codes(text("\x02END,PASS,5|BF74\x03\n"))).toEqual(["frame.terminator", "frame.noise"]);
  expect(codes(text("\x02END,PASS,5|BF74\x03\r\r"))).toEqual(["frame.terminator", "frame.noise"]);
  expect(codes(text("\x02END,\x00PASS"))).toEqual(["frame.character", "frame.noise"]);
  expect(codes(text("\x02END,PA"))).toEqual(["frame.truncated"]);
  expect(codes(text(`\x02${"A".repeat(255)}`))).toEqual(["frame.length"]);
});

test("any one bit that turns over in a frame is a fault, never another line", () => {
  for (let bit = 0; bit < golden.length * 8; bit++) {
    const broken = golden.with(bit >> 3, (golden[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
    expect(codes(broken)).not.toContain("frame");
  }
});

test("a frame is found after noise and after one that broke off anywhere; a | inside a text is text", () => {
  expect(codes(text("~~\r\n"), golden)).toEqual(["frame.noise", "frame"]);
  for (let at = 1; at < golden.length; at++) expect(codes(golden.subarray(0, at), golden).at(-1)).toBe("frame");
  expect(eventsOf(framed("TST,A|B,1,2,|,PASS"))).toMatchObject([{ kind: "frame", frame: "TST,A|B,1,2,|,PASS" }]);
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
  for (const byte of [0x41, 0x02, 0x03]) {
    const flood = new Uint8Array(20_000).fill(byte);
    for (const events of [eventsOf(flood), eventsOf(text("\x02"), flood)]) {
      expect(Math.max(...events.map((event) => event.bytes))).toBeLessThanOrEqual(2_048);
    }
  }
});
