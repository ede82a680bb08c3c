import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import modbusSerial from "modbus-serial";
import { afterEach, expect, test } from "vitest";
import { type Clock, wallClock } from "../../clock.ts";
import { Defibrillator } from "../../devices/defibrillator.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import { planHospital } from "../../hospital/plan-hospital.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { modbusWire } from "../modbus/modbus-wire.ts";
import { TCP_FRAMING } from "../modbus/tcp-framing.ts";
import { PortPool } from "../ports.ts";
import { defibrillatorUnit, inputRegisters } from "./registers.ts";

const clock: Clock = { nowMs: () => Date.UTC(2026, 10, 22, 12), monotonicMs: () => performance.now() };
const QUIET_MS = 80;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function defibrillator(seed: number): SimulatedDevice<Defibrillator> {
  const entry = planHospital(seed).devices.find((device) => device.kind === "defibrillator");
  if (entry === undefined) throw new Error("no defibrillator planned");
  const duty = { inUseShare: 0, inUseMeanH: 1 };
  const body = new Defibrillator(duty, createRandom(seed), clock.nowMs(), wallClock("Europe/Berlin"));
  return { entry, body, faults: new FaultBoard("modbus"), said: createRing<Said>(8) };
}

async function openLine() {
  const [first, second] = [defibrillator(1), defibrillator(2)];
  const units = new Map([
    [17, defibrillatorUnit(first)],
    [18, defibrillatorUnit(second)],
  ]);
  const wire = modbusWire(new PortPool(process.pid + 3000), {
    clock,
    random: createRandom(3),
    framing: TCP_FRAMING,
    units,
  });
  const port = Number(new URL((await wire.open()).url).port);
  closers.push(() => wire.close());
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  return { first, second, wire, port, dial };
}

async function read(socket: Socket, length: number): Promise<string> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < length) bytes = Buffer.concat([bytes, (await once(socket, "data"))[0]]);
  return bytes.toString("hex");
}

const send = (socket: Socket, hex: string): boolean => socket.write(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve));

test("each unit answers for itself, in order, with the transaction it was asked in", async () => {
  const { first, second, dial } = await openLine();
  const socket = await dial();
  send(socket, "0001 0000 0006 11 04 0000 0010 0002 0000 0006 12 04 0007 0001 0003 0000 0006 11 06 0000 0001");
  const reply = await read(socket, 41 + 11 + 9);
  const registers = (body: Defibrillator, build: string) =>
    inputRegisters(body, Number(build))
      .map((value) => value.toString(16).padStart(4, "0"))
      .join("");
  const charge = inputRegisters(second.body, 0)[7] ?? -1;
  expect(reply).toBe(
    `000100000023110420${registers(first.body, first.entry.firmware)}` +
      `00020000000512 0402${charge.toString(16).padStart(4, "0")}`.replace(" ", "") +
      "000300000003118601",
  );
  expect(first.said.items().map((said) => said.request)).toEqual(["0400000010", "0600000001"]);
});

test("a unit that is not there, unplugged, silent or off says nothing, and its neighbour is not disturbed", async () => {
  const { first, wire, dial } = await openLine();
  const socket = await dial();
  const heard: Buffer[] = [];
  socket.on("data", (bytes) => heard.push(bytes));
  const nobody = "0001 0000 0006 63 04 0000 0001";
  const ours = "0002 0000 0006 11 04 0000 0001";
  send(socket, nobody);
  first.faults.merge({ plugged: false });
  await wire.refresh();
  send(socket, ours);
  await delay(QUIET_MS);
  first.faults.merge({ plugged: true, silent: true });
  send(socket, ours);
  await delay(QUIET_MS);
  first.faults.merge({ silent: false });
  first.body.duty.hold("off");
  send(socket, ours);
  await delay(QUIET_MS);
  expect(Buffer.concat(heard)).toHaveLength(0);
  send(socket, "0003 0000 0006 12 04 0000 0001");
  expect(await read(socket, 11)).toBe("0003000000051204020100");
});

test("with every unit unplugged the line is closed; with one back it answers at the same port", async () => {
  const { first, second, wire, dial, port } = await openLine();
  const socket = await dial();
  const ended = closed(socket);
  first.faults.merge({ plugged: false });
  second.faults.merge({ plugged: false });
  await wire.refresh();
  await ended;
  const [error] = await once(connect(port, "127.0.0.1"), "error");
  expect(error.code).toBe("ECONNREFUSED");
  second.faults.merge({ plugged: true });
  await wire.refresh();
  const again = await dial();
  send(again, "0003 0000 0006 12 04 0000 0001");
  expect(await read(again, 11)).toBe("0003000000051204020100");
});

test("exceptions, wrong counts, wrong transactions and broken replies can be switched on and off", async () => {
  const { first, dial } = await openLine();
  const socket = await dial();
  const ask = async (faults: object, length: number): Promise<string> => {
    const calm = { exceptionCode: null, wrongCount: false, wrongTransaction: false, garbageReply: false };
    expect(first.faults.merge({ ...calm, ...faults })).toBeNull();
    send(socket, "0001 0000 0006 11 04 0000 0001");
    return read(socket, length);
  };
  expect(await ask({ exceptionCode: 4 }, 9)).toBe("000100000003118404");
  expect(await ask({ wrongCount: true }, 11)).toBe("0001000000051104040100");
  expect(await ask({ wrongTransaction: true }, 11)).toBe("5554000000051104020100");
  const noise = await ask({ garbageReply: true }, 11);
  expect(noise.startsWith("00010000000511")).toBe(true);
  expect(noise).not.toBe("0001000000051104020100");
  expect(await ask({}, 11)).toBe("0001000000051104020100");
  expect(first.faults.merge({ truncatedReply: true })).toBeNull();
  const cut = ask({}, 1);
  expect((await cut).length).toBeLessThan(22);
});

test("bytes that are not Modbus end the connection, and are counted", async () => {
  const { dial, wire } = await openLine();
  const socket = await dial();
  const ended = closed(socket);
  socket.write("GET / HTTP/1.1\r\n\r\n");
  await ended;
  expect(wire.refused?.()).toMatchObject({ controlCount: 0, brokenCount: 1, latest: [{ kind: "broken" }] });
});

test("another maker's client reads the line", async () => {
  const { first, port } = await openLine();
  const client = new modbusSerial.default();
  client.setTimeout(5000);
  await client.connectTCP("127.0.0.1", { port });
  closers.push(() => new Promise<void>((resolve) => client.close(() => resolve())));
  client.setID(17);
  const { data } = await client.readInputRegisters(0, 16);
  expect(data).toEqual(inputRegisters(first.body, Number(first.entry.firmware)));
  expect((await client.readDiscreteInputs(0, 9)).data.slice(0, 9)).toEqual([
    true,
    true,
    false,
    true,
    false,
    false,
    first.body.gauges.read("serviceDue") === 1,
    false,
    false,
  ]);
  await expect(client.writeRegister(0, 1)).rejects.toMatchObject({ modbusCode: 1 });
  await expect(client.readInputRegisters(16, 1)).rejects.toMatchObject({ modbusCode: 2 });
});
