import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Clock } from "../../clock.ts";
import { DpsModule } from "../../devices/dps-module.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { PortPool } from "../ports.ts";
import { RefusalLog } from "../refusal-log.ts";
import { serialWire } from "../serial-wire.ts";
import { type Closers, dial, hasSocat, ptyPair, untilQuiet } from "../test-line.ts";
import { encodeFrame, FrameReader } from "./frame.ts";
import { OrchestraPort, type OrchestraTiming } from "./orchestra-port.ts";
import { TestHost } from "./test-host.ts";

const clock: Clock = { nowMs: () => Date.UTC(2026, 3, 4, 14, 1), monotonicMs: () => performance.now() };
/** Long enough for a test to answer in time on a busy machine; what runs out in a test is shortened there. */
const PATIENT: OrchestraTiming = { acknowledgedWithinMs: 10_000, eventEveryMs: 10_000, enqEveryMs: 60_000 };

const closers: Closers = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function dpsModule(slot: number): SimulatedDevice<DpsModule> {
  const body = new DpsModule({ inUseShare: 1, inUseMeanH: 1000 }, createRandom(slot));
  return {
    entry: {
      id: `dps-0${slot}`,
      kind: "infusion-pump",
      manufacturer: "Fresenius Kabi",
      model: "Module DPS",
      serial: `DPS00000${slot}`,
      firmware: "3-simulated",
      assetNumber: `SGH-O000${slot}`,
      ward: "icu-b",
      profile: "fresenius/orchestra-module-dps",
    },
    body,
    faults: new FaultBoard("orchestra-module"),
    said: createRing<Said>(16),
  };
}

function basePort(timing: Partial<OrchestraTiming>) {
  const [first, second] = [dpsModule(1), dpsModule(2)];
  first.body.gauges.pin("infusionRateMlPerH", 5);
  first.body.gauges.pin("volumeInfusedMl", 12.345);
  first.body.gauges.pin("unclassifiedAlarm", 0);
  const units = new Map([
    [1, first],
    [2, second],
  ]);
  const refused = new RefusalLog();
  const options = { clock, random: createRandom(3), units, refused, timing: { ...PATIENT, ...timing } };
  const port = new OrchestraPort(options);
  closers.push(() => port.close());
  return { port, first, second, refused };
}

async function overTcp(timing: Partial<OrchestraTiming> = {}) {
  const base = basePort(timing);
  const wire = serialWire(new PortPool(process.pid + 4500), base.port, base.refused);
  const { url } = await wire.open();
  closers.push(() => wire.close());
  const socket = await dial(url, closers);
  const host = new TestHost(socket);
  const open = async (...slots: number[]): Promise<void> => {
    for (const slot of slots) expect(await host.ask(slot, "DC")).toBe(`${slot}C`);
  };
  /** Lets a change of switches take effect, as the control API does. */
  const settle = (device: SimulatedDevice<DpsModule>, faults: object): Promise<void> => {
    expect(device.faults.merge(faults)).toBeNull();
    return wire.refresh();
  };
  return { ...base, wire, socket, host, open, settle };
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

test("the session of the sheet runs byte for byte: ACK first, the reply as a frame of its own", async () => {
  const { host, first, refused } = await overTcp();
  const exchange = async (request: string, reply: string): Promise<void> => {
    host.write(hex(request));
    expect(await host.next()).toBe("ACK");
    expect(await host.next()).toBe(reply.replaceAll(" ", ""));
    host.write(hex("06"));
  };
  await exchange("02 30 44 43 34 38 03", "02 30 43 38 43 03");
  await exchange("02 30 4C 45 3B 62 41 31 03", "02 30 43 3b 62 30 33 38 43 03");
  host.write(encodeFrame(1, "LE;dr"));
  expect(await host.next()).toBe("ACK");
  expect(await host.next()).toBe("0231493b3145443403");
  host.ack();
  await exchange("02 31 44 43 34 37 03", "02 31 43 38 42 03");
  await exchange("02 31 4C 45 3B 64 72 32 43 03", "02 31 43 3b 64 30 30 33 32 3b 72 33 30 33 39 41 42 03");
  await exchange("02 31 44 45 3B 61 64 34 35 03", "02 31 43 38 42 03");
  first.body.gauges.pin("unclassifiedAlarm", 1);
  expect(await host.next()).toBe("0231453b6130303031324303");
  host.ack();
  host.write(hex("02 31 45 38 39 03"));
  expect(await host.next()).toBe("ACK");
  await exchange("02 31 46 43 34 35 03", "02 31 43 38 42 03");
  expect(refused.read()).toEqual({ controlCount: 0, brokenCount: 0, latest: [] });
  expect(first.said.items().map(({ request, whole }) => [request, whole])).toEqual([
    ["LE;dr", true],
    ["E", true],
  ]);
});

test("a reply without ACK is said once more and then given up; NAK asks for it at once", async () => {
  const { host } = await overTcp({ acknowledgedWithinMs: 150 });
  const reply = encodeFrame(0, "C").toString("hex");
  host.say(0, "DC");
  expect([await host.next(), await host.next(), await host.next()]).toEqual(["ACK", reply, reply]);
  for (let tries = 0, sign = ""; sign !== "ACK"; tries += 1) {
    expect(tries).toBeLessThan(100);
    host.say(0, "DC");
    sign = await host.next();
    expect(["ACK", "NAK 6"]).toContain(sign);
  }
  expect(await host.next()).toBe(reply);
  host.write(Buffer.from("\x152", "latin1"));
  expect(await host.next()).toBe(reply);
});

test("while a reply waits for its ACK the base is not ready, and a broken frame is refused by its character", async () => {
  const { host, refused } = await overTcp();
  host.say(0, "DC");
  expect(await host.next()).toBe("ACK");
  expect(await host.reply()).toBe("0C");
  host.say(0, "LE;b");
  expect(await host.next()).toBe("NAK 6");
  host.ack();
  expect(await host.ask(0, "LE;b")).toBe("0C;b03");
  host.write(Buffer.from("\x020LE;bA2\x03", "latin1"));
  expect(await host.next()).toBe("NAK 2");
  host.write(Buffer.from("\x027DC41\x03", "latin1"));
  expect(await host.next()).toBe("NAK 4");
  expect(refused.read()).toMatchObject({ controlCount: 0, brokenCount: 2 });
});

test("an event is told again until it is acknowledged, and its module's readings go on meanwhile", async () => {
  const { host, open, first } = await overTcp({ eventEveryMs: 100 });
  await open(0, 1);
  expect(await host.ask(1, "DE;a")).toBe("1C");
  first.body.gauges.pin("unclassifiedAlarm", 1);
  for (let times = 0; times < 3; times += 1) {
    expect(await host.reply()).toBe("1E;a0001");
    host.ack();
  }
  host.say(1, "E");
  for (let sign = ""; sign !== "ACK"; ) {
    sign = await host.next();
    if (sign === "NAK 6") host.say(1, "E");
    else if (sign !== "ACK") host.ack();
  }
  expect(await host.ask(1, "LE;a")).toBe("1C;a0001");
});

test("a host that answers ENQ keeps its sessions, and one that does not loses them", async () => {
  const { host, open } = await overTcp({ enqEveryMs: 600 });
  await open(0, 1);
  for (let times = 0; times < 2; times += 1) {
    expect(await host.next()).toBe("ENQ");
    host.write(Buffer.from([0x14]));
  }
  expect(await host.ask(1, "LE;d")).toBe("1C;d0032");
  expect(await host.next()).toBe("ENQ");
  let reply = "";
  for (let tries = 0; reply !== "1I;0D" && tries < 200; tries += 1) {
    await delay(20);
    reply = await host.ask(1, "LE;d");
  }
  expect(reply).toBe("1I;0D");
});

test("control has no effect, is answered with an error and is on record, even when the base is silent or refuses all", async () => {
  const { host, open, port, first, socket, wire } = await overTcp();
  await open(0, 1);
  const before = first.body.gauges.snapshot();
  expect(await host.ask(1, "MO;2")).toBe("1I;20");
  expect(await host.ask(1, "PR;0064")).toBe("1I;02");
  expect(await host.ask(1, "ZZ")).toBe("1I;01");
  port.faults.merge({ nakCode: "6" });
  host.say(1, "PO");
  expect(await host.next()).toBe("NAK 6");
  port.faults.merge({ nakCode: null, silent: true });
  const quiet = untilQuiet(socket);
  host.say(2, "OF");
  expect(await quiet).toHaveLength(0);
  expect(first.body.gauges.snapshot()).toEqual(before);
  const refused = wire.refused?.();
  expect(refused).toMatchObject({ controlCount: 5, brokenCount: 0 });
  expect(refused?.latest.map(({ text }) => text)).toEqual(["1MO;2", "1PR;0064", "1ZZ", "1PO", "2OF"]);
});

test("a module pulled out leaves the map, and comes back without a session", async () => {
  const { host, open, second, settle } = await overTcp();
  await open(0, 1, 2);
  expect(await host.ask(0, "DE;b")).toBe("0C");
  await settle(second, { plugged: false });
  expect(await host.reply()).toBe("0E;b01");
  host.ack();
  host.say(0, "E");
  expect(await host.next()).toBe("ACK");
  expect(await host.ask(2, "LE;d")).toBe("2I;0E");
  await settle(second, { plugged: true });
  expect(await host.reply()).toBe("0E;b03");
  host.ack();
  expect(await host.ask(2, "LE;d")).toBe("2I;1E");
  second.body.duty.hold("off");
  expect(await host.ask(2, "DC")).toBe("2I;0E");
});

test("a module that another was put in the place of tells the other's values, in a session of its own", async () => {
  const { host, open, first, settle } = await overTcp();
  await open(0, 1);
  expect(await host.ask(1, "LE;dr")).toBe("1C;d0032;r3039");
  await settle(first, { otherBody: true });
  expect(await host.ask(1, "LE;dr")).toBe("1I;1E");
  await open(1);
  expect(await host.ask(1, "LE;dr")).toMatch(/^1C;d(?!0032)[0-9A-F]{4};r(?!3039)[0-9A-F]{4}$/);
  await settle(first, { otherBody: false });
  expect(await host.ask(1, "LE;dr")).toBe("1I;1E");
  expect(first.said.items().map(({ whole }) => whole)).toEqual([true, false]);
});

test("each fault of a module spoils its replies in its own way, is on record, and leaves its neighbour alone", async () => {
  const { host, open, first, socket, settle } = await overTcp({ acknowledgedWithinMs: 20 });
  await open(0, 1, 2);
  const spoilt = async (faults: object, calm: object): Promise<Buffer> => {
    await settle(first, faults);
    const quiet = untilQuiet(socket);
    host.say(1, "LE;d");
    const bytes = await quiet;
    await settle(first, calm);
    return bytes;
  };
  const framesIn = (bytes: Buffer) => new FrameReader().read(bytes).filter(({ kind }) => kind === "frame");
  const miscounted = await spoilt({ wrongChecksum: true }, { wrongChecksum: false });
  expect(miscounted.toString("hex")).toMatch(/^06(0231433b6430303332(..){2}03){2}$/);
  expect(framesIn(miscounted)).toEqual([]);
  const other = await spoilt({ otherUnit: true }, { otherUnit: false });
  expect(framesIn(other)).toEqual(Array(2).fill({ kind: "frame", slot: 2, message: "C;d0032" }));
  const cut = await spoilt({ truncatedReply: true }, { truncatedReply: false });
  expect([cut[0], framesIn(cut)]).toEqual([0x06, []]);
  const noise = await spoilt({ garbageReply: true }, { garbageReply: false });
  expect([noise.length, noise[0], framesIn(noise)]).toEqual([1 + 2 * 12, 0x06, []]);
  expect(first.said.items().map(({ whole }) => whole)).toEqual([false, false, false, false]);
  expect([...(await spoilt({ silent: true }, { silent: false }))]).toEqual([0x06]);
});

test("a silent module is acknowledged by its base alone, and its alarm bits can be given", async () => {
  const { host, open, first, settle } = await overTcp();
  await open(0, 1, 2);
  await settle(first, { silent: true });
  host.say(1, "LE;d");
  expect(await host.next()).toBe("ACK");
  expect(await host.ask(2, "LE;m")).toBe("2C;m1");
  await settle(first, { silent: false, alarmBits: 0x8042 });
  expect(await host.ask(1, "LE;a")).toBe("1C;a8042");
});

test("each fault of the line is heard: no ACK, errors spelt bare, pieces, a slow line, late replies", async () => {
  const { host, open, port } = await overTcp();
  await open(0);
  port.faults.merge({ missingAck: true });
  host.say(0, "LE;b");
  expect(await host.reply()).toBe("0C;b03");
  host.ack();
  port.faults.merge({ missingAck: false, bareError: true, splitReply: true });
  expect(await host.ask(1, "LE;d")).toBe("1I1E");
  port.faults.merge({ bareError: false, splitReply: false, baudRate: 300 });
  expect(await host.ask(1, "LE;d")).toBe("1I;1E");
  port.faults.merge({ baudRate: null, replyDelayMs: 100 });
  host.say(1, "LE;d");
  host.say(1, "LE;d");
  expect([await host.next(), await host.next(), await host.reply()]).toEqual(["ACK", "NAK 6", "1I;1E"]);
  expect(port.faults.merge({ otherBody: true })).toContain("orchestra-base line has no fault otherBody");
});

test("floods of ENQ and noise leave every frame between them whole", async () => {
  const { open, port, socket } = await overTcp();
  await open(0);
  port.faults.merge({ enqFlood: true, flood: true });
  const wanted = encodeFrame(0, "C;b03");
  let heard = Buffer.alloc(0);
  const whole = new Promise<void>((resolve) => {
    socket.on("data", (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
      if (heard.includes(wanted) && heard.includes(0x05) && heard.length > 4 * wanted.length) resolve();
    });
  });
  socket.write(encodeFrame(0, "LE;b"));
  await whole;
  expect(heard.length).toBeGreaterThan(4 * wanted.length);
});

test("pulled out, the line ends its connections; put back, the base answers at the same address", async () => {
  const { wire, socket, port } = await overTcp();
  const ended = new Promise((resolve) => socket.once("close", resolve));
  wire.plugged = false;
  await wire.refresh();
  await ended;
  wire.plugged = true;
  await wire.refresh();
  expect(wire.faults).toBe(port.faults);
});

test.skipIf(!hasSocat)("a base is opened and read over a pty (needs socat)", async () => {
  const { port } = basePort({});
  const [device, gateway] = await ptyPair(closers);
  port.attach(device);
  const host = new TestHost(gateway);
  expect(await host.ask(0, "DC")).toBe("0C");
  expect(await host.ask(1, "DC")).toBe("1C");
  expect(await host.ask(1, "LE;dr")).toBe("1C;d0032;r3039");
});
