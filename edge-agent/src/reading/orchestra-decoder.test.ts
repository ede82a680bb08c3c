import { readFileSync } from "node:fs";
import profile from "@wardtwin/device-profiles/catalog/infusion-pump/orchestra-module-dps";
import fc from "fast-check";
import { expect, test } from "vitest";
import { orchestraChecksum } from "../protocol/orchestra-checksum.ts";
import { orchestraDecoder } from "./orchestra-decoder.ts";
import type { StreamEvent } from "./stream-decoder.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const golden = Buffer.from(fixture("orchestra-module-dps.in-use.hex").replaceAll("\n", ""), "hex");
const meaning = JSON.parse(fixture("orchestra-module-dps.in-use.json"));
const framed = (text: string) => Buffer.from(`\x02${text}${orchestraChecksum(text)}\x03`, "latin1");

function eventsOf(...chunks: Uint8Array[]): StreamEvent[] {
  const decoder = orchestraDecoder(profile);
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.finish()];
}
const heardIn = (events: readonly StreamEvent[]) =>
  events.flatMap((event) => (event.kind === "heard" ? [{ unit: event.unit, ...event.decoded }] : []));

test("what the sheet's modules say is heard, and everything else in its stream is known for what it is", () => {
  const events = eventsOf(golden);
  const [reply, unasked] = heardIn(events);
  expect(reply).toMatchObject({ unit: "1", identity: {}, operatingState: meaning.operatingState });
  expect(Object.fromEntries(reply?.readings.map(({ metric, value }) => [metric, value]) ?? [])).toEqual(
    meaning.readings,
  );
  expect(unasked).toEqual({
    unit: "1",
    identity: {},
    operatingState: null,
    readings: [],
    clinical: [{ metric: "clinicalAlarmsPerH", active: ["0"] }],
  });
  expect(heardIn(events)).toHaveLength(2);
  const count = (what: string) => events.filter((event) => event.kind === "other" && event.what === what).length;
  expect(
    ["acknowledgement", "request", "base", "keep-alive", "error", "refusal", "reply without values"].map(count),
  ).toEqual([9, 6, 2, 2, 1, 1, 2]);
  expect(events.filter((event) => event.kind === "fault")).toEqual([]);
});

test("alarm bits of a pump out of use are an alarm, and an adjustment is no reading", () => {
  const [idle] = heardIn(eventsOf(framed("4C;d0000;a0010;k0000")));
  expect(idle).toMatchObject({ unit: "4", operatingState: "standby", clinical: [{ active: [] }] });
  expect(idle?.readings).toContainEqual({ metric: "unclassifiedAlarm", value: 1, quality: "good" });
  expect(eventsOf(framed("4M;d0032"))).toEqual([{ kind: "other", at: 0, bytes: 12, what: "adjustment" }]);
});

test("a frame that cannot be is a fault", () => {
  expect(eventsOf(framed("nonsense"))).toMatchObject([{ kind: "fault", code: "codec.command" }]);
  expect(eventsOf(Buffer.from("\x021C8C\x03", "latin1"))).toMatchObject([{ kind: "fault", code: "frame.checksum" }]);
});

test("any bytes end in events that account for every byte, however they are cut", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(golden, golden.subarray(0, 70), golden.subarray(40)),
    fc.string({ maxLength: 40 }).map(framed),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), fc.nat(), (pieces, cut) => {
      const all = Buffer.concat(pieces);
      const events = eventsOf(all);
      const at = all.length === 0 ? 0 : cut % all.length;
      expect(events.reduce((sum, event) => sum + event.bytes, 0)).toBe(all.length);
      expect(eventsOf(all.subarray(0, at), all.subarray(at))).toEqual(events);
    }),
  );
});
