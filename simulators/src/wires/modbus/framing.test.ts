import fc from "fast-check";
import { expect, test } from "vitest";
import type { Adu, ModbusFraming } from "./framing.ts";
import { crc16, RTU_FRAMING } from "./rtu-framing.ts";
import { TCP_FRAMING } from "./tcp-framing.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Requests as clients make them: reads, writes of one and of several, and one that is none of these. */
const word = fc.integer({ min: 0, max: 0xffff });
const fixed = fc
  .record({ functionCode: fc.constantFrom(1, 2, 3, 4, 5, 6), first: word, second: word })
  .map(({ functionCode, first, second }) => {
    const pdu = Buffer.from([functionCode, 0, 0, 0, 0]);
    pdu.writeUInt16BE(first, 1);
    pdu.writeUInt16BE(second, 3);
    return pdu;
  });
const several = fc
  .record({ functionCode: fc.constantFrom(15, 16), bytes: fc.uint8Array({ minLength: 1, maxLength: 246 }) })
  .map(({ functionCode, bytes }) => Buffer.from([functionCode, 0, 7, 0, 1, bytes.length, ...bytes]));
const identify = fc.constant(Buffer.from([0x2b, 0x0e, 0x01, 0x00]));
const adu = fc.record({
  transaction: word,
  unit: fc.integer({ min: 0, max: 247 }),
  pdu: fc.oneof(fixed, several, identify),
});

/** Feeds a stream in the given pieces, and gives what was taken of it. */
function feed(framing: ModbusFraming, stream: Buffer, cuts: readonly number[]): { adus: Adu[]; rest: Buffer } {
  const ends = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].toSorted((a, b) => a - b);
  const adus: Adu[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  for (const end of ends) {
    const taken = framing.take(Buffer.concat([rest, stream.subarray(start, end)]));
    expect(taken.broken).toBeNull();
    adus.push(...taken.adus);
    rest = taken.rest;
    start = end;
  }
  return { adus, rest };
}

test.each([
  ["TCP", TCP_FRAMING, true],
  ["RTU", RTU_FRAMING, false],
] as const)(
  "on %s, requests are taken whole and in order off a stream, however it is cut",
  (_name, framing, hasTransaction) => {
    fc.assert(
      fc.property(fc.array(adu, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (sent, cuts) => {
        const { adus, rest } = feed(framing, Buffer.concat(sent.map((each) => framing.encode(each))), cuts);
        expect(rest).toHaveLength(0);
        expect(adus.map((each) => ({ ...each, pdu: each.pdu.toString("hex") }))).toEqual(
          sent.map(({ transaction, unit, pdu }) => ({
            transaction: hasTransaction ? transaction : 0,
            unit,
            pdu: pdu.toString("hex"),
          })),
        );
      }),
    );
  },
);

test("on TCP, a wrong protocol or a length that no PDU has breaks the stream", () => {
  for (const header of ["0001000100061104", "0001000000011104", "000100000FFF1104"]) {
    expect(TCP_FRAMING.take(hex(header)).broken?.length).toBe(8);
  }
  expect(TCP_FRAMING.encode({ transaction: 1, unit: 17, pdu: hex("8402") }).toString("hex")).toBe("000100000003118402");
});

test("the checksum is that of the standard: of 02 07 it is 41 12 on the wire", () => {
  // MODBUS over Serial Line V1.02, appendix B.
  expect(crc16(hex("0207"))).toBe(0x1241);
  expect(crc16(hex("02074112"))).toBe(0);
});

test("on RTU, a request with one wrong bit is never taken", () => {
  fc.assert(
    fc.property(fixed, fc.integer({ min: 0, max: 63 }), (pdu, bit) => {
      const frame = RTU_FRAMING.encode({ transaction: 0, unit: 5, pdu });
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { adus } = RTU_FRAMING.take(frame);
      expect(adus.filter((each) => each.pdu.equals(pdu) || each.pdu.length === pdu.length)).toEqual([]);
    }),
  );
});

test("on RTU, whatever comes, no more than one frame waits for its end", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }), (pieces) => {
      let rest: Buffer = Buffer.alloc(0);
      for (const piece of pieces) {
        rest = RTU_FRAMING.take(Buffer.concat([rest, piece])).rest;
        expect(rest.length).toBeLessThan(300);
      }
    }),
  );
});
