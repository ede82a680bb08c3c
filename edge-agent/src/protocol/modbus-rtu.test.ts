import { readFileSync } from "node:fs";
import type { ModbusRead } from "@wardtwin/device-profiles/codec/modbus-reads";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crcModbus } from "./crc-modbus.ts";
import { quietMs, type RtuReply, RtuReplyFinder, rtuRequest, type UnitRead, valuesIn } from "./modbus-rtu.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const hex = (frame: Uint8Array) => Buffer.from(frame).toString("hex");
const golden = readFileSync(
  new URL("../../../device-profiles/fixtures/defib-ready-1.ready.hex", import.meta.url),
  "utf8",
);
const [registers, registerReply, inputs, inputReply] = golden.trim().split("\n").map(bytes);

const read = (change: Partial<UnitRead> = {}): UnitRead => ({
  unitId: 17,
  table: "input-register",
  address: 0,
  count: 16,
  ...change,
});
const firmware = read({ unitId: 5, count: 3 });
const twelveInputs = read({ table: "discrete-input", count: 12 });

function replyIn(asked: UnitRead, ...chunks: Uint8Array[]): RtuReply | null {
  const finder = new RtuReplyFinder(asked);
  for (const chunk of chunks) {
    const reply = finder.push(chunk);
    // Plain bytes, so that replies compare equal whatever buffer they came in.
    if (reply?.kind === "data") return { kind: "data", data: Uint8Array.from(reply.data) };
    if (reply !== null) return reply;
  }
  return null;
}
const framed = (...body: number[]) => {
  const crc = crcModbus(Uint8Array.from(body));
  return Uint8Array.of(...body, crc & 0xff, crc >> 8);
};

test("requests leave as the sheets write them", () => {
  expect(rtuRequest(read())).toEqual(Uint8Array.from(registers ?? []));
  expect(rtuRequest(twelveInputs)).toEqual(Uint8Array.from(inputs ?? []));
  expect(hex(rtuRequest(firmware))).toBe("050400000003b18f");
  expect(hex(rtuRequest(read({ unitId: 5, address: 16, count: 1 })))).toBe("050400100001318b");
});

test("the golden replies are read, whole and byte by byte", () => {
  const words = replyIn(read(), registerReply ?? Buffer.of());
  expect(words).toEqual({ kind: "data", data: Uint8Array.from(registerReply?.subarray(3, 35) ?? []) });
  expect(replyIn(read(), ...Array.from(registerReply ?? [], (byte) => Uint8Array.of(byte)))).toEqual(words);
  expect(replyIn(twelveInputs, inputReply ?? Buffer.of())).toEqual({ kind: "data", data: Uint8Array.of(1, 1) });
  expect(replyIn(firmware, bytes("05 04 06 02 00 00 0C 00 03 D3 B3"))).toMatchObject({ kind: "data" });
  expect(replyIn(read({ unitId: 5, address: 16, count: 1 }), bytes("05 84 02 83 00"))).toEqual({
    kind: "exception",
    exceptionCode: 2,
  });
});

test("words are big-endian, and the first bit is the lowest", () => {
  expect(valuesIn(bytes("0200 000c 0003"), firmware)).toEqual([0x0200, 12, 3]);
  expect(valuesIn(bytes("0101"), twelveInputs)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
});

test.each([
  ["another unit's reply", bytes("06 04 06 02 00 00 0C 00 03 90 F3")],
  ["another function's reply", framed(5, 3, 6, 2, 0, 0, 12, 0, 3)],
  ["a reply of another length", framed(5, 4, 4, 2, 0, 0, 12)],
  ["a reply with one bit turned over", bytes("05 04 06 02 00 00 0D 00 03 D3 B3")],
  ["the exception to another function", framed(5, 0x83, 2)],
  ["an echo of the request", rtuRequest(firmware)],
  ["half a reply", bytes("05 04 06 02 00 00")],
])("%s is no reply, and the reply behind it is found", (_, before) => {
  const reply = bytes("05 04 06 02 00 00 0C 00 03 D3 B3");
  expect(replyIn(firmware, before)).toBeNull();
  expect(replyIn(firmware, before, reply)).toMatchObject({ kind: "data", data: Uint8Array.from(reply.subarray(3, 9)) });
});

const table = fc.constantFrom<ModbusRead["table"]>("coil", "discrete-input", "holding-register", "input-register");
const anyRead = fc.record({
  unitId: fc.integer({ min: 1, max: 247 }),
  table,
  address: fc.integer({ min: 0, max: 0xff00 }),
  count: fc.integer({ min: 1, max: 125 }),
});

test("every request is one of the four reads, eight bytes with a sound checksum", () => {
  fc.assert(
    fc.property(anyRead, (asked) => {
      const frame = rtuRequest(asked);
      expect(frame.length).toBe(8);
      expect([1, 2, 3, 4]).toContain(frame[1]);
      // The checksum of a frame with its checksum is zero.
      expect(crcModbus(frame)).toBe(0);
    }),
  );
});

test("what cannot be asked is a bug, and no frame", () => {
  expect(() => rtuRequest(read({ unitId: 0 }))).toThrow(RangeError);
  expect(() => rtuRequest(read({ unitId: 248 }))).toThrow(RangeError);
  expect(() => rtuRequest(read({ count: 126 }))).toThrow(RangeError);
  expect(() => rtuRequest(read({ address: 0xfff8, count: 9 }))).toThrow(RangeError);
  expect(rtuRequest(read({ table: "coil", count: 2_000 }))).toHaveLength(8);
});

test("a reply is found behind any noise, however it is cut, and never made of noise", () => {
  fc.assert(
    fc.property(
      anyRead,
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
      fc.nat(),
      (asked, noise, cut) => {
        const dataBytes = /register/.test(asked.table) ? 2 * asked.count : Math.ceil(asked.count / 8);
        const data = Array.from({ length: dataBytes }, (_, at) => (at * 37 + cut) & 0xff);
        const frame = framed(asked.unitId, rtuRequest(asked)[1] ?? 0, dataBytes, ...data);
        expect(replyIn(asked, ...noise)).toBeNull();
        const at = cut % frame.length;
        const reply = replyIn(asked, ...noise, frame.subarray(0, at), frame.subarray(at));
        expect(reply).toEqual({ kind: "data", data: Uint8Array.from(data) });
      },
    ),
    // Noise that holds a sound frame by chance would need a hit in 2^40.
    { numRuns: 300 },
  );
});

test("between two frames a line is silent for 3.5 characters, and for 1.75 ms where it is fast", () => {
  expect([9_600, 19_200, 38_400, 115_200].map(quietMs)).toEqual([5, 3, 2, 2]);
});
