import { readFileSync } from "node:fs";
import alarisAsenaGh from "@wardtwin/device-profiles/catalog/infusion-pump/alaris-asena-gh";
import fc from "fast-check";
import { expect, test } from "vitest";
import { asenaDecoder } from "./asena-decoder.ts";
import type { StreamEvent } from "./stream-decoder.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const meaning = JSON.parse(fixture("alaris-asena-gh.in-use.json"));
/** Both directions of a line: each request and its reply in turn. */
const line = Buffer.from(fixture("alaris-asena-gh.in-use.hex").replaceAll("\n", ""), "hex");

/** Frames as the sheet has them, written out by hand. */
const ASK_INF = "!INF|4961\r";
const INF = "!INF^8002-51740^-^SET^5.00^ml/h^^12.345^ml^17.91^mmHg^24+^EVENT^127904|A13E\r";
const OTHER_INF = "!INF^8002-51733^-^SET^0.00^ml/h^^0.000^ml^1.00^mmHg^24+^EVENT^7|4FC0\r";
const ASK_ALARM = "!ALARM|50B2\r";
const CALM = "!ALARM^AL_NOALM^ ^ |C73B\r";
const OCCLUSION = "!ALARM^AL_OCCLU^OCCLUSION^|664D\r";

function eventsOf(...chunks: (Uint8Array | string)[]): StreamEvent[] {
  const decoder = asenaDecoder(alarisAsenaGh);
  const bytes = chunks.map((chunk) => (typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk));
  return [...bytes.flatMap((chunk) => decoder.push(chunk)), ...decoder.finish()];
}
/** What each event is: who was heard and in which state, which command stood there, or the fault. */
const told = (events: readonly StreamEvent[]) =>
  events.map((event) => {
    if (event.kind === "other") return event.what;
    if (event.kind === "fault") return event.code;
    return `${event.decoded.identity.serial ?? "?"} ${event.decoded.operatingState ?? "?"}`;
  });

test("a line on which another master asks is heard frame by frame, in both directions", () => {
  const events = eventsOf(line);
  expect(told(events)).toEqual([
    ...["INST_SERIALNO", "INST_SERIALNO", "COMMS_PROTOCOL", "COMMS_PROTOCOL", "COMMS_RESPONSE_MAX"],
    ...["COMMS_RESPONSE_MAX", "INF", "8002-51740 in-use", "ALARM", "? ?", "ALARM", "? ?"],
    ...["SYRINGE_STATUS", "SYRINGE_STATUS"],
  ]);
  const heard = events.flatMap((event) => (event.kind === "heard" ? [event.decoded] : []));
  const readings = heard.slice(0, 2).flatMap((each) => each.readings.map(({ metric, value }) => [metric, value]));
  expect(Object.fromEntries(readings)).toEqual(meaning.readings);
  expect(heard[2]?.readings).toEqual([]);
  expect(heard[2]?.clinical).toContainEqual({ metric: "occlusionAlarmsPerH", active: ["AL_OCCLU"] });
});

test("replies that miss their requests, come twice or come out of order are each heard for themselves", () => {
  expect(told(eventsOf(INF, CALM))).toEqual(["8002-51740 in-use", "? ?"]);
  expect(told(eventsOf(ASK_INF, ASK_ALARM, OCCLUSION, INF))).toEqual(["INF", "ALARM", "? ?", "8002-51740 in-use"]);
  expect(told(eventsOf(ASK_INF, ASK_INF, INF, INF))).toEqual(["INF", "INF", "8002-51740 in-use", "8002-51740 in-use"]);
  expect(told(eventsOf(ASK_ALARM, ASK_INF, INF))).toEqual(["ALARM", "INF", "8002-51740 in-use"]);
});

test("another pump on the line is heard under its own serial number", () => {
  expect(told(eventsOf(INF, OTHER_INF, INF))).toEqual(["8002-51740 in-use", "8002-51733 standby", "8002-51740 in-use"]);
});

test("a master that controls the pump is told by its command, and never with what it set", () => {
  // The control code of pump 8002-51740, a rate and a volume, as another master sends them.
  const control = "!REMOTE_CTRL^ENABLED^3CC1|B1F1\r!INF_RATE^10.00^ml/h|5178\r!INF_VTBI^ACTIV^11.000^ml^STOP|4433\r";
  const events = eventsOf(control, INF);
  expect(told(events)).toEqual(["REMOTE_CTRL", "INF_RATE", "INF_VTBI", "8002-51740 in-use"]);
  expect(JSON.stringify(events.slice(0, 3))).not.toMatch(/3CC1|10\.00|11\.000/);
});

test("a broken frame is a fault with its place, and the next one is heard", () => {
  expect(told(eventsOf(INF.replace("A13E", "A13F"), INF))).toEqual(["frame.checksum", "8002-51740 in-use"]);
  expect(told(eventsOf(`${INF.slice(0, 30)}\x1b`, CALM))).toEqual(["frame.escape", "? ?"]);
  expect(told(eventsOf(INF.slice(0, 40)))).toEqual(["frame.truncated"]);
  expect(told(eventsOf("!INF^8002-51740|852A\r"))).toEqual(["codec.field-count"]);
});

test("any bytes, however cut, are events that account for every byte in order", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom(INF, CALM, OCCLUSION, ASK_INF, INF.slice(0, 20)).map((text) => Buffer.from(text, "latin1")),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), (pieces, cut) => {
      const all = Buffer.concat(pieces);
      const at = all.length === 0 ? 0 : cut % all.length;
      const events = eventsOf(all.subarray(0, at), all.subarray(at));
      expect(events).toEqual(eventsOf(all));
      let next = 0;
      for (const event of events) {
        expect(event.at).toBe(next);
        next += event.bytes;
      }
      expect(next).toBe(all.length);
    }),
    { numRuns: 300 },
  );
});
