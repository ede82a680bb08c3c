import { readFileSync } from "node:fs";
import evitaV500 from "@wardtwin/device-profiles/catalog/ventilator/evita-v500";
import fc from "fast-check";
import { expect, test } from "vitest";
import { medibusDecoder } from "./medibus-decoder.ts";
import { medibusFrame } from "./medibus-peer.testing.ts";
import type { StreamEvent } from "./stream-decoder.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const frames = fixture("evita-v500.exchanges.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
const meaning = JSON.parse(fixture("evita-v500.exchanges.json"));

const clock = { monoMs: () => 0, wallMs: () => Date.UTC(2026, 3, 4, 16), zoneOffsetMs: () => 0, bootId: "boot" };
function eventsOf(...chunks: Uint8Array[]): StreamEvent[] {
  const fresh = medibusDecoder(evitaV500, clock);
  return [...chunks.flatMap((chunk) => fresh.push(chunk)), ...fresh.finish()];
}
const response = (body: string) => Buffer.from(medibusFrame("\x01", body), "latin1");
const valuesOf = (event: StreamEvent | undefined) =>
  event?.kind === "heard"
    ? Object.fromEntries(event.decoded.readings.map(({ metric, value }) => [metric, value]))
    : event;

const NAMED = response("R8055'Evita V500'02.51:06.00");
const NO_ALARMS = response("'");
const NO_ALARMS_TWO = response(".");
const STANDBY = response("*547STANDBY\x03");
const MODE = response("*0E5BIPAP\x03");
const PAGE_TWO = response("+21 450");

test("the device's wire of the sheet's exchanges is heard without a request", () => {
  const wire = frames.filter((frame) => frame[0] !== 0x1b);
  const events = eventsOf(...wire);
  const heard = events.filter((event) => event.kind === "heard").map(({ decoded }) => decoded);
  const values = Object.fromEntries(
    heard.flatMap(({ readings }) => readings.map(({ metric, value }) => [metric, value])),
  );
  expect(values).toMatchObject({ oxygenConcentrationSetPct: 40, airwayPressurePeakCmH2O: 24.47328 });
  expect(heard.map(({ identity }) => identity)).toEqual(heard.map(() => meaning.identity));
  expect(events.filter(({ kind }) => kind === "fault")).toEqual([]);
  expect(events.filter(({ kind }) => kind === "other").map((event) => "what" in event && event.what)).toEqual([
    "response to 51",
    "response to 30",
    "response to 53",
    "response to 54",
    "curves",
    "response to 15",
    "response to 55",
    "curves",
  ]);
});

test("both directions of a line may be heard at once: a master's commands are other frames", () => {
  const host = Buffer.from(medibusFrame("\x01", "R0161'Other host'01.00:06.00"), "latin1");
  const events = eventsOf(...frames, host);
  expect(events.filter(({ kind }) => kind === "fault")).toEqual([]);
  expect(events.filter(({ kind }) => kind === "other").map((event) => "what" in event && event.what)).toEqual(
    expect.arrayContaining(["command 24", "command 54", "identification of the host"]),
  );
});

test("each event says where in the stream it stands", () => {
  expect(eventsOf(NAMED, NO_ALARMS).map(({ at, bytes }) => [at, bytes])).toEqual([
    [0, NAMED.length],
    [NAMED.length, NO_ALARMS.length],
  ]);
});

test("what two replies say together is told by the later one, and only within one round", () => {
  const [, first, second, third, fourth] = eventsOf(PAGE_TWO, NO_ALARMS, NO_ALARMS_TWO, NO_ALARMS, NO_ALARMS_TWO);
  expect(valuesOf(first)).not.toHaveProperty("batteryLowAlarm");
  expect(valuesOf(first)).toMatchObject({ expiratoryValveAlarm: 0 });
  expect(valuesOf(second)).toMatchObject({ batteryLowAlarm: 0 });
  expect(valuesOf(second)).not.toHaveProperty("expiratoryValveAlarm");
  expect(valuesOf(third)).toMatchObject({ batteryLowAlarm: 0 });
  expect(valuesOf(fourth)).toMatchObject({ batteryLowAlarm: 0 });
  // A master that no longer asks for codepage 2 makes no alarm of that page clear.
  const alone = eventsOf(PAGE_TWO, NO_ALARMS_TWO, NO_ALARMS, NO_ALARMS);
  expect(valuesOf(alone[2])).toMatchObject({ batteryLowAlarm: 0 });
  expect(valuesOf(alone[3])).not.toHaveProperty("batteryLowAlarm");
});

test("the state is told by texts and alarms together, and by standby alone", () => {
  const states = eventsOf(STANDBY, MODE, NO_ALARMS_TWO, NO_ALARMS).map(
    (event) => event.kind === "heard" && event.decoded.operatingState,
  );
  expect(states).toEqual(["standby", null, "in-use", null]);
});

test("another model is a fault until the profile's own names itself", () => {
  const other = response("R8056'EvitaXL'06.10:04.03");
  const kinds = eventsOf(MODE, other, MODE, NO_ALARMS, NAMED, MODE).map((event) =>
    event.kind === "fault" ? event.code : event.kind,
  );
  expect(kinds).toEqual(["heard", "codec.model", "codec.model", "codec.model", "heard", "heard"]);
});

test("a reply that cannot be read is a fault of its own and spoils no other", () => {
  const kinds = eventsOf(response("'8"), NO_ALARMS_TWO, NO_ALARMS).map((event) =>
    event.kind === "fault" ? event.code : event.kind,
  );
  expect(kinds).toEqual(["codec.field-width", "heard", "heard"]);
});

test("the device's clock is held against the gateway's", () => {
  expect(valuesOf(eventsOf(response("(16:01:30 4-APR-26"))[0])).toEqual({ deviceClockOffsetS: 90 });
});

test("names, age and weight leave no trace in any event", () => {
  const texts = response("*604JANE\x03615SMITH\x03436FEMALE\x0399:JANE SMITH\x03");
  const told = eventsOf(texts, response(")4A   724B 81.583  168"), response("*604JANE\x03xx"));
  expect(told).toHaveLength(3);
  expect(JSON.stringify(told)).not.toMatch(/JANE|SMITH|FEMALE|81\.5|168|"value":72\b/);
});

test("any bytes are events that account for each byte once, however they are cut", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(...frames, NAMED, NO_ALARMS_TWO, STANDBY, MODE, NAMED.subarray(0, 7)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), (chunks, cut) => {
      const all = Buffer.concat(chunks);
      const at = all.length === 0 ? 0 : cut % all.length;
      const events = eventsOf(all);
      expect(events.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(all.length);
      expect(eventsOf(all.subarray(0, at), all.subarray(at))).toEqual(events);
    }),
  );
});
