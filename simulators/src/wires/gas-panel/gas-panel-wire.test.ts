import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import modbusSerial from "modbus-serial";
import { afterEach, expect, test } from "vitest";
import type { Clock } from "../../clock.ts";
import { GasPanel } from "../../devices/gas-panel.ts";
import { FaultBoard, type WireKind } from "../../faults/fault-board.ts";
import { planHospital } from "../../hospital/plan-hospital.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import type { ModbusFraming } from "../modbus/framing.ts";
import { modbusWire } from "../modbus/modbus-wire.ts";
import { RTU_FRAMING } from "../modbus/rtu-framing.ts";
import { TCP_FRAMING } from "../modbus/tcp-framing.ts";
import { PortPool } from "../ports.ts";
import { gasPanelUnit } from "./map.ts";

const clock: Clock = { nowMs: () => Date.UTC(2026, 10, 22, 12), monotonicMs: () => performance.now() };
const QUIET_MS = 80;
const FRAMINGS = [
  ["TCP", TCP_FRAMING, "modbus"],
  ["RTU", RTU_FRAMING, "modbus-rtu"],
] as const;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function panel(index: number, kind: WireKind): SimulatedDevice<GasPanel> {
  const entry = planHospital(1).devices.filter((device) => device.kind === "medical-gas")[index];
  if (entry === undefined) throw new Error("no gas panel planned");
  const body = new GasPanel({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(index));
  return { entry, body, faults: new FaultBoard(kind), said: createRing<Said>(8) };
}

/** A line with two panels, of the units 1 and 5. */
async function openLine(framing: ModbusFraming, kind: WireKind) {
  const [first, fifth] = [panel(0, kind), panel(1, kind)];
  const units = new Map([
    [1, gasPanelUnit(first)],
    [5, gasPanelUnit(fifth)],
  ]);
  const wire = modbusWire(new PortPool(process.pid + 4500), { clock, random: createRandom(3), framing, units });
  const { url } = await wire.open();
  closers.push(() => wire.close());
  return { first, fifth, wire, port: Number(new URL(url).port) };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  closers.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

async function read(socket: Socket, length: number): Promise<string> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < length) bytes = Buffer.concat([bytes, (await once(socket, "data"))[0]]);
  return bytes.toString("hex");
}

test.each(FRAMINGS)("another maker's client reads all four tables of a panel over %s", async (name, framing, kind) => {
  const { fifth, port } = await openLine(framing, kind);
  fifth.body.gauges.pin("vacuumPressureKPa", -52.3);
  fifth.body.gauges.pin("compressorRunTimeH", 12_345.6);
  fifth.body.gauges.pin("oxygenFlowLPerMin", 82.5);
  fifth.body.gauges.pin("alarmAudioPaused", 1);
  const client = new modbusSerial.default();
  client.setTimeout(5000);
  await (name === "TCP" ? client.connectTCP("127.0.0.1", { port }) : client.connectTelnet("127.0.0.1", { port }));
  closers.push(() => new Promise<void>((resolve) => client.close(() => resolve())));
  client.setID(5);
  const state = await client.readInputRegisters(0, 3);
  expect(state.data).toEqual([0x0200, Number(fifth.entry.firmware), 3]);
  const pressures = await client.readInputRegisters(10, 6);
  expect(pressures.buffer.readInt16BE(4)).toBe(-523);
  const counters = await client.readInputRegisters(40, 6);
  const [low, high] = counters.data;
  expect((high ?? 0) * 65_536 + (low ?? 0)).toBe(123_456);
  expect(counters.buffer.readFloatBE(8)).toBe(82.5);
  expect((await client.readHoldingRegisters(100, 2)).data).toEqual([5500, 3600]);
  expect((await client.readDiscreteInputs(0, 9)).data.slice(0, 8)).toEqual([true, ...Array(7).fill(false)]);
  expect((await client.readCoils(0, 1)).data[0]).toBe(true);
  await expect(client.readInputRegisters(2, 9)).rejects.toMatchObject({ modbusCode: 2 });
  await expect(client.readHoldingRegisters(0, 1)).rejects.toMatchObject({ modbusCode: 2 });
});

test.each(FRAMINGS)(
  "over %s, whatever would change a panel is exception 01, changes nothing, and is kept",
  async (name, framing, kind) => {
    const { fifth, wire, port } = await openLine(framing, kind);
    const before = fifth.body.gauges.snapshot();
    const socket = await dial(port);
    const writes = ["050000ff00", "0600640000", "0f0000000101ff", "10006400010215c7", "16006400000000", "2b0e0100"];
    for (const [index, pdu] of writes.entries()) {
      socket.write(framing.encode({ transaction: index, unit: 5, pdu: Buffer.from(pdu, "hex") }));
      const refusal = Buffer.from([Number.parseInt(pdu.slice(0, 2), 16) | 0x80, 1]);
      const reply = framing.encode({ transaction: index, unit: 5, pdu: refusal });
      expect([name, await read(socket, reply.length)]).toEqual([name, reply.toString("hex")]);
    }
    expect(fifth.body.gauges.snapshot()).toEqual(before);
    // One to a unit that is not there, and one to all of them: nobody answers, and it counts all the same.
    for (const unit of [77, 0]) {
      socket.write(framing.encode({ transaction: 9, unit, pdu: Buffer.from("0600640000", "hex") }));
    }
    socket.write(framing.encode({ transaction: 10, unit: 1, pdu: Buffer.from("0400020001", "hex") }));
    await once(socket, "data");
    const { controlCount, brokenCount, latest } = wire.refused?.() ?? {};
    expect([controlCount, brokenCount]).toEqual([writes.length + 2, 0]);
    expect(latest?.map(({ text }) => text)).toEqual([
      ...writes.map((pdu) => `unit 5 ${pdu}`),
      "unit 77 0600640000",
      "unit 0 0600640000",
    ]);
  },
);

test("a panel that is off says so, one that is silent or unplugged says nothing, and its neighbour is not disturbed", async () => {
  const { first, fifth, wire, port } = await openLine(TCP_FRAMING, "modbus");
  const socket = await dial(port);
  const heard: Buffer[] = [];
  socket.on("data", (bytes) => heard.push(bytes));
  const ask = (unit: number) =>
    socket.write(TCP_FRAMING.encode({ transaction: 1, unit, pdu: Buffer.from("0400020001", "hex") }));
  for (const faults of [{ silent: true }, { silent: false, plugged: false }]) {
    expect(fifth.faults.merge(faults)).toBeNull();
    await wire.refresh();
    ask(5);
    await delay(QUIET_MS);
  }
  expect(heard).toEqual([]);
  ask(1);
  await once(socket, "data");
  expect(Buffer.concat(heard).toString("hex")).toBe("0001000000050104020003");
  first.body.duty.hold("off");
  heard.length = 0;
  ask(1);
  await once(socket, "data");
  expect(Buffer.concat(heard).toString("hex")).toBe("0001000000050104020001");
});

test("over RTU a wrong checksum can be switched on, is of the frame alone, and is no fault of a line on TCP", async () => {
  const { fifth, port } = await openLine(RTU_FRAMING, "modbus-rtu");
  const socket = await dial(port);
  const request = Buffer.from("050400100001318b", "hex");
  socket.write(request);
  expect(await read(socket, 5)).toBe("0584028300");
  expect(fifth.faults.merge({ wrongChecksum: true })).toBeNull();
  socket.write(request);
  expect(await read(socket, 5)).toBe("05840283ff");
  expect(fifth.faults.merge({ wrongTransaction: true })).toContain("no fault wrongTransaction");
  expect(new FaultBoard("modbus").merge({ wrongChecksum: true })).toContain("no fault wrongChecksum");
});

test("over RTU a frame that broke off is given up, and the next request is answered", async () => {
  const { wire, port } = await openLine(RTU_FRAMING, "modbus-rtu");
  const socket = await dial(port);
  const request = Buffer.from("050400100001318b", "hex");
  socket.write(request.subarray(0, 5));
  await delay((RTU_FRAMING.silenceMs ?? 0) + QUIET_MS);
  socket.write(request);
  expect(await read(socket, 5)).toBe("0584028300");
  expect(wire.refused?.().latest).toMatchObject([{ kind: "broken", text: "0504001000" }]);
});
