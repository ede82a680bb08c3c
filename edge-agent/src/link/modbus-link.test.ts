import type { ModbusRead } from "@wardtwin/device-profiles/codec/modbus-reads";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { crcModbus } from "../protocol/crc-modbus.ts";
import { ModbusLink } from "./modbus-link.ts";
import { modbusRtu } from "./modbus-rtu-master.ts";
import { modbusTcp } from "./modbus-tcp-master.ts";
import { tcpStream } from "./open-stream.ts";
import { type Peer, startPeer } from "./peer.testing.ts";

const links: ModbusLink[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
});

const monoMs = () => Math.floor(performance.now());
/** What a peer says to the unit and the data unit (function code and what follows) of a request; null is silence. */
type Answer = (unit: number, pdu: Buffer) => Buffer | null;

/** Each wire with its frames written by hand: of a request the unit and the data unit, and the frame of an answer. */
const WIRES = {
  "Modbus TCP": {
    open: (port: number) => modbusTcp("127.0.0.1", port),
    // Transaction, protocol 0, length, unit; then the data unit.
    split: (bytes: Buffer) => {
      const frames: { unit: number; pdu: Buffer; frame: Buffer }[] = [];
      for (let rest = bytes; rest.length > 0; rest = rest.subarray(6 + rest.readUInt16BE(4))) {
        const frame = rest.subarray(0, 6 + rest.readUInt16BE(4));
        expect(frame.readUInt16BE(2)).toBe(0);
        frames.push({ unit: frame[6] ?? 0, pdu: frame.subarray(7), frame });
      }
      return frames;
    },
    answer: (request: Buffer, unit: number, pdu: Buffer) =>
      Buffer.concat([request.subarray(0, 4), Buffer.from([0, pdu.length + 1, unit]), pdu]),
  },
  "Modbus RTU": {
    open: (port: number) => modbusRtu(tcpStream("127.0.0.1", port), { baudRate: 19_200, monoMs }),
    // A read is always eight bytes: unit, data unit of five, checksum.
    split: (bytes: Buffer) => {
      expect(bytes.length % 8).toBe(0);
      return Array.from({ length: bytes.length / 8 }, (_, at) => {
        const frame = bytes.subarray(8 * at, 8 * at + 8);
        expect(crcModbus(frame)).toBe(0);
        return { unit: frame[0] ?? 0, pdu: frame.subarray(1, 6), frame };
      });
    },
    answer: (_: Buffer, unit: number, pdu: Buffer) => {
      const body = Buffer.concat([Buffer.from([unit]), pdu]);
      const crc = crcModbus(body);
      return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
    },
  },
} as const;

async function linkTo(wire: (typeof WIRES)[keyof typeof WIRES], pduOf: Answer) {
  const peer = await startPeer((socket, bytes) => {
    for (const { unit, pdu, frame } of wire.split(bytes)) {
      const reply = pduOf(unit, pdu);
      if (reply !== null) socket.write(wire.answer(frame, unit, reply));
    }
  });
  peers.push(peer);
  const link = new ModbusLink(wire.open(peer.port), () => 0);
  links.push(link);
  return { peer, link };
}
const hex = (text: string) => Buffer.from(text, "hex");
const at = { unitId: 17, timeoutMs: 200 };
const twoWords = { ...at, table: "input-register", address: 0, count: 2 } as const;

describe.each(Object.entries(WIRES))("on %s", (_, wire) => {
  test("each table is asked for by its own function, and its answer is read", async () => {
    const { peer, link } = await linkTo(wire, (_, pdu) =>
      (pdu[0] ?? 0) < 3 ? hex(`0${pdu[0]}020101`) : hex(`0${pdu[0]}04010007d0`),
    );
    const nineBits = [1, 0, 0, 0, 0, 0, 0, 0, 1];
    expect(await link.read(twoWords)).toEqual([0x0100, 0x07d0]);
    expect(await link.read({ ...twoWords, table: "holding-register" })).toEqual([0x0100, 0x07d0]);
    expect(await link.read({ ...twoWords, table: "discrete-input", count: 9 })).toEqual(nineBits);
    expect(await link.read({ ...twoWords, table: "coil", count: 9 })).toEqual(nineBits);
    const asked = wire.split(peer.heard()).map(({ unit, pdu }) => [unit, pdu.toString("hex")]);
    expect(asked).toEqual([
      [17, "0400000002"],
      [17, "0300000002"],
      [17, "0200000009"],
      [17, "0100000009"],
    ]);
  });

  test("not one byte leaves but reads by the function codes 01 to 04, whatever is asked", async () => {
    const { peer, link } = await linkTo(wire, (_, pdu) => hex(`8${pdu[0]}01`));
    const table = fc.constantFrom<ModbusRead["table"]>("coil", "discrete-input", "holding-register", "input-register");
    const address = fc.integer({ min: 0, max: 0xff00 });
    const read = fc.record({
      table,
      address,
      count: fc.integer({ min: 1, max: 125 }),
      unitId: fc.integer({ min: 1, max: 247 }),
    });
    await fc.assert(
      fc.asyncProperty(read, async (asked) => {
        await expect(link.read({ ...asked, timeoutMs: 1_000 })).rejects.toMatchObject({ code: "link.exception" });
      }),
      { numRuns: 50 },
    );
    const functions = wire.split(peer.heard()).map(({ pdu }) => pdu[0]);
    expect(functions.length).toBeGreaterThanOrEqual(50);
    expect(functions.filter((code) => code !== 1 && code !== 2 && code !== 3 && code !== 4)).toEqual([]);
  });

  test("an exception of the device is told with its code, and keeps the connection", async () => {
    const { peer, link } = await linkTo(wire, () => hex("8402"));
    await expect(link.read(twoWords)).rejects.toMatchObject({ code: "link.exception", exceptionCode: 2 });
    await expect(link.read(twoWords)).rejects.toMatchObject({ code: "link.exception", exceptionCode: 2 });
    expect(peer.connections()).toBe(1);
  });

  test("a gateway that has no answer from a unit says so in its place", async () => {
    const { link } = await linkTo(wire, (unit) => hex(unit === 17 ? "840b" : "840a"));
    await expect(link.read(twoWords)).rejects.toMatchObject({ code: "link.timeout" });
    await expect(link.read({ ...twoWords, unitId: 18 })).rejects.toMatchObject({ code: "link.unreachable" });
  });

  test("silence is a time-out; a second one opens the line anew", async () => {
    const { peer, link } = await linkTo(wire, () => null);
    for (let times = 0; times < 3; times++) {
      await expect(link.read(twoWords)).rejects.toMatchObject({ code: "link.timeout" });
    }
    expect(peer.connections()).toBe(2);
    expect(link.connection).toBe(2);
  });

  test("a unit that never answers does not cost its neighbours the line", async () => {
    const { peer, link } = await linkTo(wire, (unit) => (unit === 17 ? hex("0404010007d0") : null));
    expect(await link.read(twoWords)).toHaveLength(2);
    for (const unitId of [18, 19, 20]) {
      await expect(link.read({ ...twoWords, unitId, timeoutMs: 30 })).rejects.toMatchObject({ code: "link.timeout" });
    }
    expect(await link.read(twoWords)).toHaveLength(2);
    expect(peer.connections()).toBe(1);
  });

  test.each([
    ["too few words", "04020100"],
    ["another function", "0304010007d0"],
    ["a byte count that lies", "04ff010007d0"],
    ["nothing", ""],
  ])("an answer with %s is a fault, never an exception", async (_, pdu) => {
    const { link } = await linkTo(wire, () => hex(pdu));
    await expect(link.read(twoWords)).rejects.toMatchObject({
      code: expect.stringMatching(/^link\.(protocol|timeout)$/),
    });
  });

  test("nobody there is refused, and a peer that dies is found again", async () => {
    const { peer, link } = await linkTo(wire, () => hex("04020001"));
    const oneWord = { ...twoWords, count: 1 };
    expect(await link.read(oneWord)).toEqual([1]);
    await peer.stop();
    await expect(link.read(oneWord)).rejects.toMatchObject({ code: expect.stringMatching(/^link\./) });
    const none = new ModbusLink(wire.open(peer.port), () => 0);
    await expect(none.read(oneWord)).rejects.toMatchObject({ code: "link.refused" });
  });
});

describe("RTU frames on a line that is not clean", () => {
  const wire = WIRES["Modbus RTU"];
  const good = hex("0404010007d0");
  /** A peer that writes these pieces, each a while after the one before, in answer to every request. */
  async function lineOf(...pieces: Buffer[]) {
    const peer = await startPeer((socket) => {
      pieces.forEach((piece, index) => void setTimeout(() => socket.write(piece), 5 * index));
    });
    peers.push(peer);
    const link = new ModbusLink(wire.open(peer.port), () => 0);
    links.push(link);
    return { peer, link };
  }
  const reply = wire.answer(Buffer.of(), 17, good);

  test("a reply in pieces, behind noise and behind another unit's late reply, is the reply", async () => {
    const { link } = await lineOf(
      hex("00ff"),
      wire.answer(Buffer.of(), 18, good),
      reply.subarray(0, 4),
      reply.subarray(4),
    );
    expect(await link.read(twoWords)).toEqual([0x0100, 0x07d0]);
  });

  test("what comes after a reply is let go before the next request, and never read as its reply", async () => {
    const other = wire.answer(Buffer.of(), 17, hex("040400000000"));
    const { link } = await lineOf(Buffer.concat([reply, other]));
    expect(await link.read(twoWords)).toEqual([0x0100, 0x07d0]);
    expect(await link.read(twoWords)).toEqual([0x0100, 0x07d0]);
  });

  test("a reply with a wrong checksum is told as broken, and keeps the line open", async () => {
    const { peer, link } = await lineOf(Buffer.concat([reply.subarray(0, -1), hex("00")]));
    for (let times = 0; times < 3; times++) {
      await expect(link.read({ ...twoWords, timeoutMs: 50 })).rejects.toMatchObject({ code: "link.protocol" });
    }
    expect(peer.connections()).toBe(1);
  });

  test("a line that is cut while a reply is due is closed, and not waited for", async () => {
    const { peer, link } = await lineOf();
    const asked = link.read({ ...twoWords, timeoutMs: 20_000 });
    const cut = expect(asked).rejects.toMatchObject({ code: "link.closed" });
    await expect.poll(() => peer.heard().length).toBe(8);
    await peer.stop();
    await cut;
  });
});
