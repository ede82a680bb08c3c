import fc from "fast-check";
import { expect, test } from "vitest";
import { PacketLimit } from "./packet-limit.ts";

const LIMIT = 1_000;

/** A packet of a type byte, its length as MQTT writes it, and so many bytes. */
function packet(length: number): Uint8Array {
  const header = [0x30];
  let rest = length;
  do {
    header.push((rest % 0x80) | (rest >= 0x80 ? 0x80 : 0));
    rest = Math.floor(rest / 0x80);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

/** Cuts bytes into pieces, as a network does. */
function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

test("packets within the limit pass, however they are cut and whatever they hold", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: LIMIT })), fc.integer({ min: 1, max: 300 }), (lengths, size) => {
      const limit = new PacketLimit(LIMIT);
      return pieces(Buffer.concat(lengths.map(packet)), size).every((piece) => limit.admits(piece));
    }),
  );
});

test("a packet beyond the limit is seen by its header alone, wherever it comes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: LIMIT })),
      fc.integer({ min: LIMIT + 1, max: 1e6 }),
      (before, long) => {
        const limit = new PacketLimit(LIMIT);
        const header = packet(long).subarray(0, 5);
        return limit.admits(Buffer.concat(before.map(packet))) && !limit.admits(header);
      },
    ),
  );
});

test("a length of more than four bytes is none", () => {
  expect(new PacketLimit(1e9).admits(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01))).toBe(false);
});
