import { readFileSync } from "node:fs";
import puritanBennett840 from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import puritanBennett840Snda from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840-snda";
import puritanBennett980 from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-980";
import type { ReportProfile } from "@wardtwin/device-profiles/profile/puritan-bennett";
import fc from "fast-check";
import { expect, test } from "vitest";
import { reportDecoder } from "./report-decoder.ts";
import type { StreamEvent } from "./stream-decoder.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const goldenOf = (name: string) => Buffer.from(fixture(`${name}.hex`).replaceAll("\n", ""), "hex");
const ventilator = goldenOf("puritan-bennett-840.in-use");
const text = (words: string) => Buffer.from(words, "latin1");

function eventsOf(profile: ReportProfile, localMs: number, ...chunks: Uint8Array[]): StreamEvent[] {
  const decoder = reportDecoder(profile, {
    monoMs: () => 0,
    wallMs: () => localMs,
    zoneOffsetMs: () => 0,
    bootId: "b",
  });
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.finish()];
}
/** What each event is, without the readings. */
const shape = (events: readonly StreamEvent[]) =>
  events.map((event) => `${event.at}+${event.bytes} ${event.kind === "fault" ? event.code : event.kind}`);

test.each([
  ["puritan-bennett-840.in-use", puritanBennett840],
  ["puritan-bennett-840.bench", puritanBennett840],
  ["puritan-bennett-980.in-use", puritanBennett980],
  ["puritan-bennett-840-snda.in-use", puritanBennett840Snda],
] as const)("%s is heard without a request of ours, and means what its fixture says", (name, profile) => {
  const meaning = JSON.parse(fixture(`${name}.json`));
  const [event, ...more] = eventsOf(profile, Date.parse(meaning.gatewayLocal), goldenOf(name));
  if (event?.kind !== "heard") throw new Error("nothing was heard");
  expect(more).toEqual([]);
  expect(event.unit).toBe("1");
  expect(event.decoded.identity).toEqual(meaning.identity);
  expect(event.decoded.operatingState).toBe(meaning.operatingState);
  expect(Object.fromEntries(event.decoded.readings.map(({ metric, value }) => [metric, value]))).toEqual(
    meaning.readings,
  );
  expect(Object.fromEntries((event.decoded.clinical ?? []).map(({ metric, active }) => [metric, active]))).toEqual(
    meaning.clinical,
  );
});

test("what another master asks is no fault, and no noise passes for a request", () => {
  const line = [text("RSET\rSNDF\r"), ventilator, text("SNDF\r"), ventilator, text("~~SNDF\r"), ventilator];
  expect(shape(eventsOf(puritanBennett840, 0, ...line))).toEqual([
    "0+10 other",
    "10+1244 heard",
    "1254+5 other",
    "1259+1244 heard",
    "2503+7 frame.noise",
    "2510+1244 heard",
  ]);
});

test("a report of another model or another kind is a fault with its place, and the next one is heard", () => {
  const other = goldenOf("puritan-bennett-980.in-use");
  expect(shape(eventsOf(puritanBennett840, 0, other, ventilator))).toEqual(["0+1244 codec.model", "1244+1244 heard"]);
  const snda = goldenOf("puritan-bennett-840-snda.in-use");
  const events = eventsOf(puritanBennett840, 0, snda, ventilator);
  expect(shape(events).at(-1)).toBe(`${snda.length}+1244 heard`);
});

test("nothing that tells of a person's body leaves a stream", () => {
  const at = ventilator.indexOf(2) + 1;
  const fields = ventilator.toString("latin1", at, ventilator.indexOf(3)).split(",");
  const told = fields.map((field, index) => ([60, 84].includes(index + 5) ? "61.73 " : field)).join(",");
  const frame = Buffer.concat([ventilator.subarray(0, at), text(told), text("\x03\r")]);
  expect(frame.length).toBe(ventilator.length);
  const events = eventsOf(puritanBennett840, 0, frame, frame.subarray(0, 900));
  expect(shape(events)).toEqual(["0+1244 heard", "1244+900 frame.truncated"]);
  expect(JSON.stringify(events)).not.toContain("61.73");
});

test("any bytes, however cut, are events that account for every byte in order", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(ventilator, ventilator.subarray(0, 700), text("SNDF\r"), text("MISCF,1225,169 ,\x02")),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(), (pieces, cut) => {
      const all = Buffer.concat(pieces);
      const at = all.length === 0 ? 0 : cut % all.length;
      const events = eventsOf(puritanBennett840, 0, all.subarray(0, at), all.subarray(at));
      expect(events).toEqual(eventsOf(puritanBennett840, 0, all));
      let next = 0;
      for (const event of events) {
        expect(event.at).toBe(next);
        next += event.bytes;
      }
      expect(next).toBe(all.length);
    }),
    { numRuns: 200 },
  );
});
