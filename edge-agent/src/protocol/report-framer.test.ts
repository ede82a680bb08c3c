import { readFileSync } from "node:fs";
import { MISCA, MISCF, type ReportLayout } from "@wardtwin/device-profiles/profile/puritan-bennett-layout";
import fc from "fast-check";
import { expect, test } from "vitest";
import { accountsForEveryByte } from "./any-bytes.testing.ts";
import { type ReportEvent, ReportFramer } from "./report-framer.ts";

const goldenOf = (name: string) => {
  const hex = new URL(`../../../device-profiles/fixtures/${name}.in-use.hex`, import.meta.url);
  return Buffer.from(readFileSync(hex, "utf8").replaceAll("\n", ""), "hex");
};
const golden = goldenOf("puritan-bennett-840");
const goldenSnda = goldenOf("puritan-bennett-840-snda");
const bodyOf = (frame: Buffer) => frame.toString("latin1", frame.indexOf(2) + 1, frame.indexOf(3));
const body = bodyOf(golden);

function eventsBy(layout: ReportLayout, ...chunks: Uint8Array[]): ReportEvent[] {
  const framer = new ReportFramer(layout);
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.finish()];
}
const eventsOf = (...chunks: Uint8Array[]) => eventsBy(MISCF, ...chunks);
const codes = (...chunks: Uint8Array[]) =>
  eventsOf(...chunks).map((event) => (event.kind === "frame" ? "frame" : event.code));
const text = (words: string) => Buffer.from(words, "latin1");
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  // Bytes that look like a report are the interesting ones.
  fc
    .array(fc.constantFrom("MISCF,1225,169 ,", "\x02", "\x03", "\r", "NORMAL,", body.slice(0, 80), body), {
      maxLength: 8,
    })
    .map((parts) => text(parts.join(""))),
);

test("the golden reply is one frame", () => {
  expect(eventsOf(golden)).toEqual([{ kind: "frame", at: 0, frame: body, bytes: 1244 }]);
  expect(eventsBy(MISCA, goldenSnda)).toEqual([
    { kind: "frame", at: 0, frame: bodyOf(goldenSnda), bytes: goldenSnda.length },
  ]);
});

test("a report of the other kind is no frame, and the one after it is found", () => {
  const kinds = (layout: ReportLayout) =>
    eventsBy(layout, golden, goldenSnda, golden, goldenSnda).flatMap((event) =>
      event.kind === "frame" ? [event.frame] : [],
    );
  expect(kinds(MISCF)).toEqual([body, body]);
  expect(kinds(MISCA)).toEqual([bodyOf(goldenSnda), bodyOf(goldenSnda)]);
});

test("a reply split at any byte is the same frame", () => {
  for (let at = 0; at <= golden.length; at++) {
    expect(codes(golden.subarray(0, at), golden.subarray(at))).toEqual(["frame"]);
  }
  for (let at = 0; at <= goldenSnda.length; at++) {
    const events = eventsBy(MISCA, goldenSnda.subarray(0, at), goldenSnda.subarray(at));
    expect(events.map(({ kind }) => kind)).toEqual(["frame"]);
  }
});

test("byte by byte is as good as all at once", () => {
  expect(codes(...Array.from(golden, (byte) => Uint8Array.of(byte)))).toEqual(["frame"]);
});

test("every kind of damage has its own name", () => {
  const changed = (at: number, byte: number) => golden.with(at, byte);
  const etx = golden.indexOf(3);
  expect(codes(golden.subarray(0, 700))).toEqual(["frame.truncated"]);
  expect(codes(text("no report here"))).toEqual(["frame.noise"]);
  expect(codes(changed(etx, 0x41))).toEqual(["frame.length", "frame.noise"]);
  expect(codes(changed(etx - 9, 3))[0]).toBe("frame.length");
  expect(codes(changed(500, 0x80))[0]).toBe("frame.character");
  expect(codes(changed(golden.length - 1, 0x0a))).toEqual(["frame.terminator", "frame.noise"]);
  expect(codes(text("MISCA,706,97 ,\x02"))).toEqual(["frame.header"]);
  expect(codes(text("MISCF,1226,169 ,\x02"))).toEqual(["frame.count"]);
  expect(codes(text("MISCF,1225,170 ,\x02"))).toEqual(["frame.count"]);
});

test("a report is found after noise, and after one that broke off", () => {
  expect(codes(text("~~~~"), golden)).toEqual(["frame.noise", "frame"]);
  expect(codes(golden.subarray(0, 333), golden)).toEqual(["frame.character", "frame"]);
  expect(codes(golden.subarray(0, golden.length - 2), golden)).toEqual(["frame.length", "frame"]);
});

test("any bytes end in frames and faults that account for every byte, however they are cut", () => {
  accountsForEveryByte(eventsOf, garbage);
});

test("after any bytes but an unfinished report, a whole report is found", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (noise) => codes(noise, golden).at(-1) === "frame"),
    { numRuns: 200 },
  );
});

test("a flood of noise is told in pieces and never piled up", () => {
  const events = eventsOf(new Uint8Array(100_000).fill(0x41));
  expect(events.length).toBeGreaterThan(40);
  expect(Math.max(...events.map((event) => event.bytes))).toBeLessThan(2_100);
});
