import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { type Clock, wallClock } from "../../clock.ts";
import { PbVentilator } from "../../devices/pb-ventilator.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import { planHospital } from "../../hospital/plan-hospital.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { PortPool } from "../ports.ts";
import { serialWire } from "../serial-wire.ts";
import { hasSocat, ptyPair, untilQuiet } from "../test-line.ts";
import { ventilatorPort } from "./ventilator-port.ts";

const clock: Clock = { nowMs: () => Date.UTC(2026, 3, 4, 14, 1), monotonicMs: () => performance.now() };
const FRAME_LENGTH = 1244;
const SHORT_FRAME_LENGTH = 723;
const FAST_BAUD = 4_000_000;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function ventilator(): SimulatedDevice<PbVentilator> {
  const entry = planHospital(1).devices.find((device) => device.kind === "ventilator");
  if (entry === undefined) throw new Error("no ventilator planned");
  const body = new PbVentilator("840", { inUseShare: 1, inUseMeanH: 1000 }, createRandom(1));
  body.duty.hold("in-use");
  body.step(0);
  return { entry, body, faults: new FaultBoard("serial"), said: createRing<Said>(8) };
}

const optionsOf = (device: SimulatedDevice<PbVentilator>) => ({
  device,
  clock,
  random: createRandom(2),
  wallTime: wallClock("Europe/Berlin"),
  baudRate: FAST_BAUD,
});

async function overTcp(device = ventilator()) {
  const wire = serialWire(new PortPool(process.pid), ventilatorPort(optionsOf(device)));
  const { url } = await wire.open();
  closers.push(() => wire.close());
  const port = Number(new URL(url).port);
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  return { device, wire, dial, port };
}

/** The end of a connection, whether or not it was reset. */
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve));

/** Bytes that arrive until so many are there. */
async function read(stream: Duplex, length: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < length) bytes = Buffer.concat([bytes, (await once(stream, "data"))[0]]);
  return bytes;
}

test("SNDF over TCP brings the whole report with the ventilator's serial and its wall clock", async () => {
  const { device, dial } = await overTcp();
  const socket = await dial();
  socket.write(Buffer.from([0x53, 0x4e, 0x44, 0x46, 0x0d]));
  const frame = (await read(socket, FRAME_LENGTH)).toString("latin1");
  expect(frame).toHaveLength(FRAME_LENGTH);
  expect(frame.slice(0, 56)).toBe(`MISCF,1225,169 ,\x0216:01 ,840 ${device.entry.serial}    ,APR 04 2026 ,`);
  expect(frame.slice(-2)).toBe("\x03\r");
  expect(device.said.items()).toMatchObject([{ request: "SNDF", operatingState: "in-use", whole: true }]);
});

test("a request is collected until CR; an unknown one earns no reply and spoils nothing", async () => {
  const { dial } = await overTcp();
  const socket = await dial();
  socket.write("SN");
  socket.write("DX\r\r");
  expect(await untilQuiet(socket)).toHaveLength(0);
  socket.write("RSET\rSNDF\rSNDF\r");
  expect(await read(socket, 2 * FRAME_LENGTH)).toHaveLength(2 * FRAME_LENGTH);
});

test("two clients of one serial device server hear the same bytes", async () => {
  const { dial } = await overTcp();
  const [first, second] = [await dial(), await dial()];
  first.write("SNDF\r");
  const [heard, overheard] = await Promise.all([read(first, FRAME_LENGTH), read(second, FRAME_LENGTH)]);
  expect(overheard.equals(heard)).toBe(true);
});

test("pulled out, the port ends its connections and refuses new ones; put back, it answers at the same address", async () => {
  const { device, wire, dial, port } = await overTcp();
  const socket = await dial();
  const ended = closed(socket);
  device.faults.merge({ plugged: false });
  await wire.refresh();
  await ended;
  const refused = connect(port, "127.0.0.1");
  const [error] = await once(refused, "error");
  expect(error.code).toBe("ECONNREFUSED");
  device.faults.merge({ plugged: true });
  await wire.refresh();
  const again = await dial();
  again.write("SNDF\r");
  expect(await read(again, FRAME_LENGTH)).toHaveLength(FRAME_LENGTH);
});

test("silent or switched off, it is connected and says nothing, and does not catch up later", async () => {
  const { device, dial } = await overTcp();
  const socket = await dial();
  device.faults.merge({ silent: true });
  socket.write("SNDF\r");
  expect(await untilQuiet(socket)).toHaveLength(0);
  device.faults.merge({ silent: false });
  device.body.duty.hold("off");
  socket.write("SNDF\r");
  expect(await untilQuiet(socket)).toHaveLength(0);
  device.body.duty.hold("standby");
  socket.write("SNDF\r");
  expect(await read(socket, FRAME_LENGTH)).toHaveLength(FRAME_LENGTH);
});

test("each way of spoiling a reply spoils it in its own way", async () => {
  const { device, dial } = await overTcp();
  const socket = await dial();
  const ask = async (faults: object, length = FRAME_LENGTH): Promise<Buffer> => {
    expect(
      device.faults.merge({ truncatedReply: false, wrongCount: false, garbageReply: false, ...faults }),
    ).toBeNull();
    socket.write("SNDF\r");
    return read(socket, length);
  };
  const truncated = await ask({ truncatedReply: true }, 1);
  expect(truncated.length + (await untilQuiet(socket)).length).toBeLessThan(FRAME_LENGTH);
  expect(truncated.subarray(0, 1).toString()).toBe("M");
  const miscounted = await ask({ wrongCount: true });
  expect(miscounted).toHaveLength(FRAME_LENGTH);
  expect(miscounted.toString("latin1").startsWith("MISCF,1219,169 ,")).toBe(true);
  const noise = await ask({ garbageReply: true });
  expect(noise).toHaveLength(FRAME_LENGTH);
  expect(noise.toString("latin1").startsWith("MISCF")).toBe(false);
  const skewed = await ask({ clockOffsetMin: 90 });
  expect(skewed.subarray(17, 22).toString()).toBe("17:31");
  expect(device.said.items().map((said) => said.whole)).toEqual([false, false, false, true]);
});

test("SNDA brings the shorter report, RSET nothing, and an unknown command a line that says so where that is switched on", async () => {
  const { device, dial } = await overTcp();
  const socket = await dial();
  socket.write(Buffer.from([0x53, 0x4e, 0x44, 0x41, 0x0d]));
  const frame = (await read(socket, SHORT_FRAME_LENGTH)).toString("latin1");
  expect(frame).toHaveLength(SHORT_FRAME_LENGTH);
  expect(frame.slice(0, 59)).toBe(`MISCA,706,97 ,\x0216:01 ,840 ${device.entry.serial}    ,      ,APR 04 2026`);
  expect(frame.slice(-3)).toBe(",\x03\r");
  socket.write("RSET\rSNDX\r");
  expect(await untilQuiet(socket)).toHaveLength(0);
  device.faults.merge({ errorMessage: true });
  socket.write("RSET\rSNDX\r");
  const told = "INVALID COMMAND: SNDX\r";
  expect((await read(socket, told.length)).toString()).toBe(told);
});

test("blank measurements, limits that are off and an alarm of the person's can be switched on, and are on record", async () => {
  const { device, dial } = await overTcp();
  const socket = await dial();
  const fieldsWith = async (faults: object): Promise<string[]> => {
    const calm = { blankMonitored: false, limitsOff: false, clinicalAlarm: null };
    expect(device.faults.merge({ ...calm, ...faults })).toBeNull();
    socket.write("SNDF\r");
    return (await read(socket, FRAME_LENGTH)).toString("latin1").slice(17).split(",");
  };
  const field = (fields: string[], number: number): string => fields[number - 5]?.trim() ?? "?";
  const blank = await fieldsWith({ blankMonitored: true });
  expect([field(blank, 13) === "", field(blank, 70), field(blank, 73)]).toEqual([false, "", ""]);
  const off = await fieldsWith({ limitsOff: true });
  expect([field(off, 34), field(off, 37)]).toEqual(["OFF", "OFF"]);
  const alarmed = await fieldsWith({ clinicalAlarm: "occlusion" });
  expect(field(alarmed, 125)).toBe("ALARM");
  expect(field(await fieldsWith({}), 125)).toBe("NORMAL");
  expect(device.said.items().map(({ whole }) => whole)).toEqual([false, false, false, true]);
});

test("a ventilator that lost its power does not answer, and begins anew without its old alarms", async () => {
  const { device, dial } = await overTcp();
  const socket = await dial();
  device.body.gauges.pin("procedureErrorAlarm", 1);
  device.body.step(0);
  device.body.gauges.pin("procedureErrorAlarm", null);
  device.body.step(0);
  const word = async (): Promise<string | undefined> => {
    socket.write("SNDF\r");
    return (await read(socket, FRAME_LENGTH)).toString("latin1").slice(17).split(",")[127 - 5];
  };
  expect(await word()).toBe("RESET ");
  device.body.duty.hold("off");
  device.body.step(0);
  socket.write("SNDF\r");
  expect(await untilQuiet(socket)).toHaveLength(0);
  device.body.duty.hold("standby");
  device.body.step(0);
  expect(await word()).toBe("NORMAL");
});

test("on a slow line a plug pulled in the middle of a report leaves a part of it", async () => {
  const { device, wire, dial } = await overTcp();
  const socket = await dial();
  device.faults.merge({ baudRate: 1200 });
  socket.write("SNDF\r");
  const ended = closed(socket);
  const [first] = await once(socket, "data");
  expect(first.length).toBeLessThan(FRAME_LENGTH);
  device.faults.merge({ plugged: false });
  await wire.refresh();
  await ended;
});

test.skipIf(!hasSocat)("SNDF over a pty (needs socat)", async () => {
  const [near, gateway] = await ptyPair(closers);
  const port = ventilatorPort(optionsOf(ventilator()));
  closers.push(() => port.close());
  port.attach(near);
  gateway.write("SNDF\r");
  const frame = await read(gateway, FRAME_LENGTH);
  expect(frame.subarray(0, 16).toString()).toBe("MISCF,1225,169 ,");
  expect(frame.subarray(-2).toString("hex")).toBe("030d");
  gateway.write("SNDX\r");
  expect(await untilQuiet(gateway)).toHaveLength(0);
});
