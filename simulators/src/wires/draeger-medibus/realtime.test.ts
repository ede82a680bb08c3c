import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../random.ts";
import { exchange } from "./exchanges.fixture.ts";
import { encodeFrame } from "./frame.ts";
import { Outgoing } from "./outgoing.ts";
import { type Moment, Realtime, sampleBytes } from "./realtime.ts";
import { STREAMS } from "./report.ts";

const moment = (inspiring: boolean, paw: number, flow: number): Moment => ({
  inspiring,
  valueOf: (code) => (code === 0x00 ? paw : flow),
});

/** A stream turned on at time 0 as the sheet's example H does it. */
function turnedOn(pairs: string): Realtime {
  const realtime = new Realtime(STREAMS);
  realtime.configure(pairs);
  const told = [...exchange("H-enable host")].map((byte) => realtime.hear(byte, 0));
  expect(told).toEqual([null, null, null, null, "fast D0 C1 C3 C0 C0"]);
  return realtime;
}

test("a cycle of the sheet's example H comes out byte for byte, turned on as there", () => {
  const realtime = turnedOn("00010101");
  expect(realtime.due(19, () => moment(false, 0, 0))).toEqual([]);
  expect(Buffer.from(realtime.due(20, () => moment(false, 12.41, -35)))).toEqual(exchange("H-cycle device"));
});

test("a slower stream comes with every so manieth cycle, and a turn of the breath is told", () => {
  const realtime = turnedOn("00010102");
  const bytes = realtime.due(60, (atMs) => moment(atMs >= 40, -20, -200));
  const calm = [0x80, 0x80];
  expect(bytes).toEqual([0xd3, ...calm, ...calm, 0xd1, ...calm, 0xd3, 0xc6, 0xc0, ...calm, ...calm]);
});

test("what is not offered is passed over; stopped, nothing is due; a long delay is not made good", () => {
  const realtime = turnedOn("7F010001");
  expect(realtime.due(20, () => moment(false, 100, 0))).toEqual([0xd1, 0xbf, 0xbf]);
  expect(realtime.due(1e7, () => moment(false, 100, 0)).length).toBeLessThan(500);
  realtime.stop();
  expect(realtime.due(2e7, () => moment(false, 100, 0))).toEqual([]);
});

test("realtime bytes of the host that are no sequence are told, and turn nothing on", () => {
  const realtime = new Realtime(STREAMS);
  realtime.configure("0001");
  expect([0xc1, 0x81].map((byte) => realtime.hear(byte, 0))).toEqual(["fast C1", "fast 81"]);
  const endless = [0xd0, ...Array.from({ length: 30 }, () => 0xc1)].map((byte) => realtime.hear(byte, 0));
  expect(endless.filter((text) => text !== null).length).toBeGreaterThan(0);
  expect(realtime.due(1000, () => moment(false, 0, 0))).toEqual([]);
});

test("whatever its value, a sample is two realtime bytes that say it to half a step", () => {
  fc.assert(
    fc.property(fc.constantFrom(...STREAMS), fc.double({ min: -9999, max: 9999, noNaN: true }), (stream, value) => {
      const [low, high] = sampleBytes(value, stream);
      for (const byte of [low, high]) expect(byte & 0xc0).toBe(0x80);
      const span = stream.max - stream.min;
      const told = (((low & 0x3f) | ((high & 0x3f) << 6)) / 0xfff) * span + stream.min;
      const held = Math.min(Math.max(value, stream.min), stream.max);
      expect(Math.abs(told - held)).toBeLessThanOrEqual(span / 0xfff / 2 + 1e-9);
    }),
  );
});

test("realtime bytes stand between any two bytes of frames, and both streams keep their order", () => {
  const frames = [0x24, 0x2a, 0x30].map((code) => encodeFrame("response", code, "0E5BIPAP"));
  const gaps = new Set<number>();
  for (let seed = 0; seed < 40; seed += 1) {
    const outgoing = new Outgoing(createRandom(seed));
    const left: number[] = [];
    for (const [index, frame] of frames.entries()) {
      outgoing.pushFrame({ notBeforeMs: 0, make: () => frame, left: () => left.push(index) });
    }
    const fast = Array.from({ length: 60 }, (_, index) => 0x80 + index);
    outgoing.pushFast(fast);
    const bytes: number[] = [];
    while (!outgoing.idle) bytes.push(...outgoing.take(7, 0));
    expect(bytes.filter((byte) => byte >= 0x80)).toEqual(fast);
    expect(Buffer.from(bytes.filter((byte) => byte < 0x80))).toEqual(Buffer.concat(frames));
    expect(left).toEqual([0, 1, 2]);
    let slow = 0;
    for (const byte of bytes) {
      if (byte < 0x80) slow += 1;
      else gaps.add(slow);
    }
  }
  expect([1, 2, 3].map((gap) => gaps.has(gap))).toEqual([true, true, true]);
  expect(gaps.size).toBeGreaterThan(Buffer.concat(frames).length * 0.9);
});

test("a frame waits for its time and for the host's word; realtime bytes do not", () => {
  const outgoing = new Outgoing(createRandom(1));
  outgoing.pushFrame({ notBeforeMs: 100, make: () => Buffer.from("AB"), left: () => undefined });
  outgoing.pushFast([0x80]);
  expect(outgoing.take(9, 99)).toEqual(Buffer.from([0x80]));
  outgoing.suspended = true;
  expect(outgoing.take(9, 100)).toHaveLength(0);
  outgoing.suspended = false;
  expect(outgoing.take(9, 100)).toEqual(Buffer.from("AB"));
  for (let count = 0; count < 100; count += 1) {
    outgoing.pushFrame({ notBeforeMs: 0, make: () => Buffer.from("A"), left: () => undefined });
    outgoing.pushFast(Array(100).fill(0x80));
  }
  expect(outgoing.take(1e6, 0).length).toBeLessThan(3000);
});
