import { readFileSync } from "node:fs";
import profile from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1-serial";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crcCcittFalse } from "../protocol/crc-ccitt-false.ts";
import { defibReadyDecoder } from "./defib-ready-decoder.ts";
import type { StreamEvent } from "./stream-decoder.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const lines = fixture("defib-ready-1-serial.report.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
const meaning = JSON.parse(fixture("defib-ready-1-serial.report.json"));
const clock = { monoMs: () => 0, wallMs: () => Date.parse(meaning.gatewayUtc), zoneOffsetMs: () => 0, bootId: "boot" };
const framed = (payload: string) => Buffer.from(`\x02${payload}|${crcCcittFalse(payload)}\x03\r\n`, "latin1");
/** The sheet's report under another number and time. */
const reportAt = (sequence: number, time: string) =>
  Buffer.concat([framed(`HDR,${sequence},DFX-200,SN00012345,2.01,${time},MANUAL`), ...lines.slice(2, 7)]);

function eventsOf(...chunks: Uint8Array[]): StreamEvent[] {
  const decoder = defibReadyDecoder(profile, clock);
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.finish()];
}
const told = (...chunks: Uint8Array[]) =>
  eventsOf(...chunks).map((event) =>
    event.kind === "fault" ? event.code : event.kind === "other" ? event.what : "heard",
  );
const LINES = ["header", "test", "test", "test", "test"];

test("the sheet's report is heard at its end, and what comes before that is known for what it is", () => {
  expect(told(...lines.slice(0, 7))).toEqual(["request", ...LINES, "heard"]);
  const [heard] = eventsOf(...lines).flatMap((event) => (event.kind === "heard" ? [event] : []));
  expect(heard).toMatchObject({ unit: "1", decoded: { identity: meaning.identity, operatingState: null } });
  const readings = heard?.decoded.readings.map(({ metric, value }) => [metric, value]);
  expect(Object.fromEntries(readings ?? [])).toEqual(meaning.readings);
});

test("a report that lost any line, or has one broken, is a fault; the next one is heard", () => {
  const report = lines.slice(1, 7);
  for (let lost = 0; lost < report.length - 1; lost++) {
    expect(told(...report.toSpliced(lost, 1)).at(-1)).toBe("codec.line-count");
    const broken = report.map((line, at) => (at === lost ? line.with(8, 0x21) : line));
    const fault = lost === 0 ? "codec.line-count" : "frame.checksum";
    expect(told(...broken).at(-1)).toBe(fault);
    expect(told(...broken, ...report).at(-1)).toBe("heard");
  }
  expect(told(...report.slice(0, -1))).not.toContain("heard");
  expect(told(...report.slice(0, 4), ...report)).toEqual([...LINES.slice(0, 4), ...LINES, "heard"]);
});

test("noise between the lines does not spoil a report; a line that is none does", () => {
  const [header, ...rest] = lines.slice(1, 7);
  if (header === undefined) throw new Error("no header");
  expect(told(header, Buffer.from("~"), ...rest).at(-1)).toBe("heard");
  expect(told(header, framed("CHG,200"), ...rest).at(-1)).toBe("codec.command");
});

test("a stored report that comes after a newer one says nothing new", () => {
  const [old, newer] = [reportAt(4, "2026-11-20T02:00:00Z"), reportAt(5, "2026-11-21T02:00:00Z")];
  expect(told(newer, old, newer).filter((what) => !LINES.includes(what))).toEqual(["heard", "older report", "heard"]);
});

test("a report without end keeps no more than its limit, and is refused at last", () => {
  const tests = Array.from({ length: 5_000 }, (_, n) => framed(`TST,T${n},1,1,J,PASS`));
  const events = told(framed("HDR,1,A,B,C,2026-11-22T02:00:00Z,MANUAL"), ...tests, framed("END,PASS,5001"));
  expect(events.filter((what) => what === "codec.line-count")).toHaveLength(5_000 - 64 + 1);
});

test("any bytes end in events that account for every byte, however they are cut", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(...lines),
    fc.string({ maxLength: 40 }).map(framed),
    fc
      .array(fc.constantFrom("HDR", "TST", "END", "PASS", "5", "1", ""), { maxLength: 7 })
      .map((f) => framed(f.join(","))),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(), (pieces, cut) => {
      const all = Buffer.concat(pieces);
      const events = eventsOf(all);
      const at = all.length === 0 ? 0 : cut % all.length;
      expect(events.reduce((sum, event) => sum + event.bytes, 0)).toBe(all.length);
      expect(eventsOf(all.subarray(0, at), all.subarray(at))).toEqual(events);
    }),
  );
});
