import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { accountsForEveryByte } from "./any-bytes.testing.ts";
import { orchestraChecksum } from "./orchestra-checksum.ts";
import { type OrchestraEvent, type OrchestraFrame, OrchestraFramer } from "./orchestra-framer.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const frames = fixture("orchestra-module-dps.in-use.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
const messages: string[] = JSON.parse(fixture("orchestra-module-dps.in-use.json")).messages;
const bytesOf = (text: string) => Buffer.from(text, "latin1");
const framed = (text: string) => bytesOf(`\x02${text}${orchestraChecksum(text)}\x03`);
/** The sheet's reply D, by hand. */
const golden = bytesOf("\x021C;d0032;r3039AB\x03");

function eventsOf(...chunks: Uint8Array[]): OrchestraEvent[] {
  const framer = new OrchestraFramer();
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.finish()];
}
const wordOf = (frame: OrchestraFrame) => {
  if (frame.is === "message") return frame.text;
  return frame.is === "nak" ? `NAK ${frame.error}` : frame.is.toUpperCase();
};
const told = (...chunks: Uint8Array[]) =>
  eventsOf(...chunks).map((event) => (event.kind === "frame" ? wordOf(event.frame) : event.code));
const said = (text: string) => told(bytesOf(text));
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  // Bytes that look like frames are the interesting ones.
  fc
    .array(fc.constantFrom("\x02", "\x03", "\x05", "\x06", "\x15", "\x152", "1C;d0", "AB\x03", "\x021C8B\x03", "~"), {
      maxLength: 12,
    })
    .map((parts) => bytesOf(parts.join(""))),
);

test("every frame and control character of the sheet is one event, alone and in a row", () => {
  expect(frames.map((frame) => told(frame))).toEqual(messages.map((message) => [message]));
  expect(told(...frames)).toEqual(messages);
  for (const frame of frames) expect(eventsOf(frame)).toMatchObject([{ kind: "frame", at: 0, bytes: frame.length }]);
});

test("a frame split at any byte is the same frame, and byte by byte too", () => {
  const all = Buffer.concat(frames);
  const whole = eventsOf(all);
  for (let at = 0; at <= all.length; at++) expect(eventsOf(all.subarray(0, at), all.subarray(at))).toEqual(whole);
  expect(eventsOf(...Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(whole);
});

test("every kind of damage has its own name", () => {
  expect(said("no frame here")).toEqual(["frame.noise"]);
  expect(said("\x021C;d0033;r3039AB\x03")).toEqual(["frame.checksum"]);
  expect(said("\x021C8b\x03")).toEqual(["frame.checksum"]);
  expect(said("\x02FF\x03")).toEqual(["frame.length"]);
  expect(said("\x02\x03")).toEqual(["frame.length"]);
  expect(said(`\x02${"A".repeat(90)}`)).toEqual(["frame.length", "frame.noise"]);
  expect(said("\x021C~8B\x03")).toEqual(["frame.character", "frame.noise"]);
  expect(said("\x021C;d0")).toEqual(["frame.truncated"]);
  expect(said("\x15")).toEqual(["frame.truncated"]);
  expect(said("\x15\x06")).toEqual(["frame.character", "ACK"]);
});

test("a message of 80 characters is a frame, and one of 81 is none", () => {
  expect(told(framed(`1${"A".repeat(80)}`))).toEqual([`1${"A".repeat(80)}`]);
  expect(told(framed(`1${"A".repeat(81)}`))).toEqual(["frame.length", "frame.noise"]);
});

test("a question whether the host is alive may stand inside a frame", () => {
  for (let at = 1; at < golden.length; at++) {
    const asked = Buffer.concat([golden.subarray(0, at), bytesOf("\x05\x06"), golden.subarray(at)]);
    expect(eventsOf(asked)).toEqual([
      { kind: "frame", frame: { is: "message", text: "1C;d0032;r3039" }, at: 0, bytes: golden.length + 2 },
    ]);
  }
});

test("any one bit that turns over in a frame is a fault, never another message", () => {
  for (let bit = 0; bit < golden.length * 8; bit++) {
    const broken = golden.with(bit >> 3, (golden[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
    expect(eventsOf(broken).filter((event) => event.kind === "frame" && event.frame.is === "message")).toEqual([]);
  }
});

test("a frame is found after noise and after one that broke off", () => {
  expect(told(bytesOf("~~\r\n"), golden)).toEqual(["frame.noise", "1C;d0032;r3039"]);
  for (let at = 1; at < golden.length; at++) {
    expect(told(golden.subarray(0, at), golden)).toEqual(["frame.truncated", "1C;d0032;r3039"]);
  }
});

test("any bytes end in frames and faults that account for every byte, however they are cut", () => {
  accountsForEveryByte(eventsOf, garbage);
});

test("after any bytes a whole frame is found, and any text of the protocol comes through", () => {
  const text = fc.string({ unit: fc.constantFrom(..."0123456789ACDEFLM;abdekmr{}"), minLength: 1, maxLength: 81 });
  fc.assert(
    fc.property(fc.array(garbage, { maxLength: 6 }), text, (noise, message) => {
      expect(told(...noise, framed(message)).at(-1)).toBe(message);
    }),
    { numRuns: 500 },
  );
});

test("a flood is told in pieces and never piled up, whatever it is made of", () => {
  for (const byte of [0x41, 0x02, 0x15, 0x05]) {
    const flood = new Uint8Array(20_000).fill(byte);
    for (const events of [eventsOf(flood), eventsOf(bytesOf("\x02"), flood)]) {
      expect(Math.max(...events.map((event) => event.bytes))).toBeLessThanOrEqual(2_048);
    }
  }
});
