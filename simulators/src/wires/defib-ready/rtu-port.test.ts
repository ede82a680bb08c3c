import { readFileSync } from "node:fs";
import modbusSerial from "modbus-serial";
import { afterEach, expect, test } from "vitest";
import { type Clock, wallClock } from "../../clock.ts";
import { Defibrillator } from "../../devices/defibrillator.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import { countOfEach, planHospital } from "../../hospital/plan-hospital.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { RTU_FRAMING } from "../modbus/rtu-framing.ts";
import { RtuPort } from "../modbus/rtu-port.ts";
import { PortPool } from "../ports.ts";
import { RefusalLog } from "../refusal-log.ts";
import { serialWire } from "../serial-wire.ts";
import { type Closers, dial, hasSocat, ptyPair, readUntil, untilQuiet } from "../test-line.ts";
import { defibrillatorUnit, inputRegisters } from "./registers.ts";
import { pinToSheet } from "./sheet.testing.ts";

const clock: Clock = { nowMs: () => Date.UTC(2026, 10, 22, 12), monotonicMs: () => performance.now() };
const GOLDEN = (
  JSON.parse(readFileSync(new URL("../../../fixtures/defib-ready-1-rtu.json", import.meta.url), "utf8")) as {
    request?: string;
    reply?: string;
  }[]
).map(({ request, reply }) => request ?? reply ?? "");

const encodeRtu = (unit: number, pdu: Uint8Array): Buffer =>
  RTU_FRAMING.encode({ transaction: 0, unit, pdu: Buffer.from(pdu) });

const closers: Closers = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function defibrillator(index: number): SimulatedDevice<Defibrillator> {
  const planned = planHospital(1, { ...countOfEach(0), "rtu-defibrillator": 2 }).devices[index];
  if (planned === undefined) throw new Error("no defibrillator planned");
  const entry = { ...planned, firmware: "7" };
  const duty = { inUseShare: 0, inUseMeanH: 1 };
  const body = new Defibrillator(duty, createRandom(index), clock.nowMs(), wallClock("Europe/Berlin"));
  return { entry, body, faults: new FaultBoard("modbus-rtu"), said: createRing<Said>(16) };
}

function rtuPort() {
  const [first, second] = [defibrillator(0), defibrillator(1)];
  const units = new Map([
    [17, defibrillatorUnit(first)],
    [18, defibrillatorUnit(second)],
  ]);
  const refused = new RefusalLog();
  const port = new RtuPort({ clock, random: createRandom(3), units, refused });
  closers.push(() => port.close());
  return { port, first, second, refused };
}

async function overTcp() {
  const line = rtuPort();
  const wire = serialWire(new PortPool(process.pid + 6500), line.port, line.refused);
  const { url } = await wire.open();
  closers.push(() => wire.close());
  const socket = await dial(url, closers);
  const ask = async (hex: string): Promise<string> => {
    const quiet = untilQuiet(socket);
    socket.write(Buffer.from(hex, "hex"));
    return (await quiet).toString("hex");
  };
  return { ...line, wire, url, socket, ask };
}

const READ_VERSION = "110400000001335a";
const VERSION = encodeRtu(17, Buffer.from("04020100", "hex")).toString("hex");
const READ_CHARGE_OF_18 = "12040007000182a8";

test("the frames of the sheet are answered byte for byte", async () => {
  const { ask, first } = await overTcp();
  pinToSheet(first.body);
  expect(await ask(GOLDEN[0] ?? "")).toBe(GOLDEN[1]);
  expect(await ask("110400100001329f")).toBe(GOLDEN[2]);
  expect(await ask(GOLDEN[3] ?? "")).toBe(GOLDEN[4]);
});

test("each unit answers for itself, in order, and one that is not there, silent, off or pulled out says nothing", async () => {
  const { ask, first, second, wire } = await overTcp();
  const charge = inputRegisters(second.body, 0)[7] ?? -1;
  const chargeReply = encodeRtu(18, Buffer.from([4, 2, charge >> 8, charge & 0xff])).toString("hex");
  expect(await ask(READ_VERSION + READ_CHARGE_OF_18)).toBe(VERSION + chargeReply);
  expect(await ask(encodeRtu(99, Buffer.from("0400000001", "hex")).toString("hex"))).toBe("");
  const quietening: (() => unknown)[] = [
    () => first.faults.merge({ silent: true }),
    () => first.faults.merge({ silent: false, plugged: false }),
    () => {
      first.faults.merge({ plugged: true });
      first.body.duty.hold("off");
    },
  ];
  for (const quieten of quietening) {
    quieten();
    await wire.refresh();
    expect(await ask(READ_VERSION + READ_CHARGE_OF_18)).toBe(chargeReply);
  }
});

test("whatever would write is exception 01, has no effect, and is on record, a broadcast included; a read that it lacks is 01 alone", async () => {
  const { ask, first, wire } = await overTcp();
  const before = first.body.gauges.snapshot();
  const illegal = (functionCode: number) => encodeRtu(17, Buffer.from([functionCode | 0x80, 1])).toString("hex");
  const said: [hex: string, answer: string][] = [
    ["1106000000014a9a", illegal(6)],
    ["11050000ff008eaa", illegal(5)],
    ["111000000001020001aa50", illegal(16)],
    ["112b0e0100b1b4", illegal(0x2b)],
    ["00060000000149db", ""],
  ];
  expect(await ask("110300000001869a")).toBe(illegal(3));
  expect(await ask("110400000001335b")).toBe("");
  for (const [hex, answer] of said) expect([hex, await ask(hex)]).toEqual([hex, answer]);
  expect(first.body.gauges.snapshot()).toEqual(before);
  const refused = wire.refused?.();
  expect(refused).toMatchObject({ controlCount: 5, brokenCount: 1 });
  expect(refused?.latest.map(({ text }) => text)).toEqual([
    "110400000001335b",
    ...said.map(([hex]) => `unit ${Number.parseInt(hex.slice(0, 2), 16)} ${hex.slice(2, -4)}`),
  ]);
  expect(await ask(READ_VERSION)).toBe(VERSION);
});

test("each fault of a unit spoils its replies in its own way, is on record, and leaves its neighbour alone", async () => {
  const { ask, first, second, socket } = await overTcp();
  const spoilt = async (faults: object, calm: object): Promise<string> => {
    expect(first.faults.merge(faults)).toBeNull();
    const reply = await ask(READ_VERSION);
    first.faults.merge(calm);
    return reply;
  };
  expect(await spoilt({ wrongChecksum: true }, { wrongChecksum: false })).toBe(
    VERSION.slice(0, -2) + (Number.parseInt(VERSION.slice(-2), 16) ^ 0xff).toString(16).padStart(2, "0"),
  );
  expect(await spoilt({ otherUnit: true }, { otherUnit: false })).toBe(
    encodeRtu(18, Buffer.from("04020100", "hex")).toString("hex"),
  );
  expect(await spoilt({ exceptionCode: 4 }, { exceptionCode: null })).toBe(
    encodeRtu(17, Buffer.from("8404", "hex")).toString("hex"),
  );
  expect(await spoilt({ wrongCount: true }, { wrongCount: false })).toBe(
    encodeRtu(17, Buffer.from("04040100", "hex")).toString("hex"),
  );
  expect((await spoilt({ truncatedReply: true }, { truncatedReply: false })).length).toBeLessThan(VERSION.length);
  const noise = await spoilt({ garbageReply: true }, { garbageReply: false });
  expect([noise.length, noise === VERSION]).toEqual([VERSION.length, false]);
  expect(first.said.items().map(({ whole }) => whole)).toEqual(Array(6).fill(false));
  expect(await spoilt({ splitReply: true, baudRate: 9600 }, { splitReply: false, baudRate: null })).toBe(VERSION);
  first.faults.merge({ replyDelayMs: 200 });
  socket.write(Buffer.from(READ_VERSION, "hex"));
  expect((await readUntil(socket, (bytes) => bytes.length === 7)).toString("hex")).toBe(VERSION);
  expect(second.said.items()).toEqual([]);
});

test("with every unit pulled out the line is closed; with one back it answers at the same port", async () => {
  const { first, second, wire, url, socket } = await overTcp();
  const ended = new Promise((resolve) => socket.once("close", resolve));
  for (const device of [first, second]) device.faults.merge({ plugged: false });
  await wire.refresh();
  await ended;
  first.faults.merge({ plugged: true });
  await wire.refresh();
  const again = await dial(url, closers);
  again.write(Buffer.from(READ_VERSION, "hex"));
  expect((await readUntil(again, (bytes) => bytes.length === 7)).toString("hex")).toBe(VERSION);
});

test("another maker's client reads the line as RTU over TCP", async () => {
  const { first, url } = await overTcp();
  const client = new modbusSerial.default();
  client.setTimeout(5000);
  await client.connectTelnet("127.0.0.1", { port: Number(new URL(url).port) });
  closers.push(() => new Promise<void>((resolve) => client.close(() => resolve())));
  client.setID(17);
  const { data } = await client.readInputRegisters(0, 16);
  expect(data).toEqual(inputRegisters(first.body, Number(first.entry.firmware)));
  expect((await client.readDiscreteInputs(0, 9)).data.slice(0, 4)).toEqual([true, true, false, true]);
  await expect(client.writeRegister(0, 1)).rejects.toMatchObject({ modbusCode: 1 });
});

test.skipIf(!hasSocat)("a unit is read over a pty (needs socat)", async () => {
  const { port } = rtuPort();
  const [device, gateway] = await ptyPair(closers);
  port.attach(device);
  gateway.write(Buffer.from(READ_VERSION, "hex"));
  expect((await readUntil(gateway, (bytes) => bytes.length === 7)).toString("hex")).toBe(VERSION);
});
