import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Clock } from "../../clock.ts";
import { SyringePump } from "../../devices/syringe-pump.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { PortPool } from "../ports.ts";
import { RefusalLog } from "../refusal-log.ts";
import { serialWire } from "../serial-wire.ts";
import { hasSocat, ptyPair, untilQuiet } from "../test-line.ts";
import { FrameReader } from "./frame.ts";
import { READ_COMMANDS } from "./replies.ts";
import { syringePumpPort } from "./syringe-pump-port.ts";

const clock: Clock = { nowMs: () => Date.UTC(2026, 3, 4, 14, 1), monotonicMs: () => performance.now() };
const BAUD = 38_400;
/** `!INF|4961⏎` as the sheet writes it. */
const ASK_INF = Buffer.from([0x21, 0x49, 0x4e, 0x46, 0x7c, 0x34, 0x39, 0x36, 0x31, 0x0d]);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function optionsOf() {
  const body = new SyringePump({ inUseShare: 1, inUseMeanH: 1000 }, createRandom(1));
  const device: SimulatedDevice<SyringePump> = {
    entry: {
      id: "syringe-01",
      kind: "infusion-pump",
      manufacturer: "Alaris",
      model: "Asena GH",
      serial: "8002-51740",
      firmware: "2.1.5",
      assetNumber: "SGH-S0001",
      ward: "recovery",
      profile: "alaris/asena-gh",
    },
    body,
    faults: new FaultBoard("alaris-asena"),
    said: createRing<Said>(16),
  };
  return { device, clock, random: createRandom(2), baudRate: BAUD, refused: new RefusalLog() };
}

async function overTcp() {
  const options = optionsOf();
  const wire = serialWire(new PortPool(process.pid + 1500), syringePumpPort(options), options.refused);
  const port = Number(new URL((await wire.open()).url).port);
  closers.push(() => wire.close());
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  return { ...options, wire, dial, socket: await dial() };
}

/** What arrives until a frame has ended. */
async function frame(stream: Duplex): Promise<string> {
  let text = "";
  while (!text.endsWith("\r")) text += (await once(stream, "data"))[0].toString("latin1");
  return text;
}

async function ask(socket: Duplex, request: string | Buffer): Promise<string> {
  socket.write(request);
  return frame(socket);
}
const messagesIn = (bytes: Buffer) => new FrameReader().read(bytes).filter(({ kind }) => kind === "message");

test("the session of the sheet is answered byte for byte, without remote control", async () => {
  const { socket, device, refused } = await overTcp();
  for (const [metric, value] of [
    ["infusionRateMlPerH", 5],
    ["volumeInfusedMl", 12.345],
    ["linePressureMmHg", 17.91],
  ] as const)
    device.body.gauges.pin(metric, value);
  device.body.eventId = 127904;
  expect(await ask(socket, "!INST_SERIALNO|457D\r")).toBe("!INST_SERIALNO^8002-51740|050B\r");
  expect(await ask(socket, "!COMMS_PROTOCOL|E8DA\r")).toBe("!COMMS_PROTOCOL^Asena Rev 2.1.5|661A\r");
  expect(await ask(socket, "!COMMS_RESPONSE_MAX|7E29\r")).toBe("!COMMS_RESPONSE_MAX^4000^ms|DFDF\r");
  const inf = await ask(socket, ASK_INF);
  expect(inf.replace(/\^(24\+|\d\d:\d\d:\d\d)\^EVENT\^127904\|[0-9A-F]{4}\r$/, "")).toBe(
    "!INF^8002-51740^-^SET^5.00^ml/h^^12.345^ml^17.91^mmHg",
  );
  expect(await ask(socket, "!ALARM|50B2\r")).toBe("!ALARM^AL_NOALM^ ^ |C73B\r");
  expect(await ask(socket, "!SYRINGE_STATUS|4102\r")).toBe("!SYRINGE_STATUS^BD PLASTIPAK^ 50^CONF|1CF8\r");
  device.body.gauges.pin("linePressureMmHg", 450);
  expect(await ask(socket, "!ALARM|50B2\r")).toBe("!ALARM^AL_OCCLU^OCCLUSION^|664D\r");
  expect(refused.read()).toEqual({ controlCount: 0, brokenCount: 0, latest: [] });
  expect(device.said.items().map(({ request, whole }) => [request, whole])).toEqual(
    ["INST_SERIALNO", "COMMS_PROTOCOL", "COMMS_RESPONSE_MAX", "INF", "ALARM", "SYRINGE_STATUS", "ALARM"].map((name) => [
      name,
      true,
    ]),
  );
});

test("requests cut, crowded or heard by two are answered one after the other to all", async () => {
  const { socket, dial } = await overTcp();
  const second = await dial();
  socket.write(ASK_INF.subarray(0, 4));
  await delay(20);
  socket.write(Buffer.concat([ASK_INF.subarray(4), Buffer.from("!ALARM|50B2\r")]));
  const [heard, overheard] = await Promise.all([untilQuiet(socket), untilQuiet(second)]);
  expect(overheard.equals(heard)).toBe(true);
  expect(messagesIn(heard).map(({ text }) => text.split("^")[0])).toEqual(["INF", "ALARM"]);
});

/** Each with the checksum of the sheet's rule, computed apart from this program. */
const CONTROL = [
  ["REMOTE_CTRL^ENABLED^3CC1", "B1F1"],
  ["INF_START", "38F3"],
  ["INF_RATE^9.00^ml/h", "AEBA"],
] as const;

test("a control command has no effect and no answer, is counted and shown, even by a silent pump", async () => {
  const { socket, device, wire } = await overTcp();
  const before = device.body.gauges.snapshot();
  for (const [text, crc] of CONTROL) socket.write(`!${text}|${crc}\r`);
  expect(await untilQuiet(socket)).toHaveLength(0);
  device.faults.merge({ silent: true });
  socket.write("!INF_START|38F3\r!INF_STOP|0000\r");
  expect(await untilQuiet(socket)).toHaveLength(0);
  expect(device.body.gauges.snapshot()).toEqual(before);
  const refused = wire.refused?.();
  expect(refused).toMatchObject({ controlCount: 4, brokenCount: 1 });
  expect(refused?.latest.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    ...CONTROL.map(([text]) => `control ${text}`),
    "control INF_START",
    "broken INF_STOP|0000",
  ]);
});

test("a strict pump names itself and refuses every other reading in silence", async () => {
  const { socket, device } = await overTcp();
  device.faults.merge({ strict: true });
  expect(await ask(socket, "!INST_SERIALNO|457D\r")).toBe("!INST_SERIALNO^8002-51740|050B\r");
  socket.write(ASK_INF);
  socket.write("!ALARM|50B2\r!SYRINGE_STATUS|4102\r");
  expect(await untilQuiet(socket)).toHaveLength(0);
  device.faults.merge({ strict: false });
  expect(await ask(socket, ASK_INF)).toMatch(/^!INF\^8002-51740\^/);
});

test("each fault of the sheet spoils a reply in its own way, and is on record", async () => {
  const { socket, device } = await overTcp();
  const spoilt = async (faults: object, calm: object): Promise<Buffer> => {
    expect(device.faults.merge(faults)).toBeNull();
    socket.write(ASK_INF);
    const bytes = await untilQuiet(socket);
    device.faults.merge(calm);
    return bytes;
  };
  const miscounted = await spoilt({ wrongChecksum: true }, { wrongChecksum: false });
  expect(miscounted.toString("latin1")).toMatch(/^!INF\^8002-51740\^.*\|[0-9A-F]{4}\r$/);
  expect(messagesIn(miscounted)).toEqual([]);
  const escaped = await spoilt({ escapedReply: true }, { escapedReply: false });
  expect([escaped.at(0), escaped.at(-1), escaped.includes(0x0d)]).toEqual([0x21, 0x1b, false]);
  const other = await spoilt({ otherReply: true }, { otherReply: false });
  expect(other.toString("latin1")).toBe("!ALARM^AL_NOALM^ ^ |C73B\r");
  const noise = await spoilt({ garbageReply: true }, { garbageReply: false });
  expect([noise.length > 40, messagesIn(noise)]).toEqual([true, []]);
  const broken = await spoilt({ truncatedReply: true }, { truncatedReply: false });
  expect([broken.at(0), broken.includes(0x0d)]).toEqual([0x21, false]);
  expect(device.said.items().map(({ whole }) => whole)).toEqual(Array(5).fill(false));
  expect(await spoilt({ silent: true }, { silent: false })).toHaveLength(0);
  const flat = await spoilt({ alarmCode: "AL_EMBAT" }, { alarmCode: null });
  expect(messagesIn(flat)[0]?.text.split("^")[2]).toBe("AL_EMBAT");
});

test("another pump on the same port names itself, and the first is back when it is", async () => {
  const { socket, device } = await overTcp();
  expect(device.faults.merge({ otherSerial: "51733" })).toContain("otherSerial");
  expect(device.faults.merge({ otherSerial: "8002-51733" })).toBeNull();
  expect(await ask(socket, "!INST_SERIALNO|457D\r")).toMatch(/^!INST_SERIALNO\^8002-51733\|/);
  expect(await ask(socket, ASK_INF)).toMatch(/^!INF\^8002-51733\^/);
  device.faults.merge({ otherSerial: null });
  expect(await ask(socket, ASK_INF)).toMatch(/^!INF\^8002-51740\^/);
});

test("a late reply comes whole after its time; a pump that is off says nothing", async () => {
  const { socket, device } = await overTcp();
  device.faults.merge({ replyDelayMs: 800 });
  socket.write(ASK_INF);
  expect(await untilQuiet(socket)).toHaveLength(0);
  expect(await frame(socket)).toMatch(/^!INF\^/);
  device.faults.merge({ replyDelayMs: 0 });
  device.body.duty.hold("off");
  socket.write(ASK_INF);
  expect(await untilQuiet(socket)).toHaveLength(0);
});

test("every reading is answered under its own name in each state that is not off, over any duplex stream", async () => {
  const options = optionsOf();
  const port = syringePumpPort({ ...options, baudRate: 4_000_000 });
  closers.push(() => port.close());
  const heard: Buffer[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write(chunk, _encoding, done) {
      heard.push(chunk);
      done();
    },
  });
  port.attach(stream);
  const requests: Record<string, string> = {
    INF_RATE: "8E6D",
    INF_VI: "B42C",
    INF_VTBI: "8456",
    INF_RATE_MAX_SYRINGE: "8F30",
    INF: "4961",
    ALARM: "50B2",
    SYRINGE_STATUS: "4102",
    INST_SERIALNO: "457D",
    COMMS_PROTOCOL: "E8DA",
    COMMS_RESPONSE_MAX: "7E29",
  };
  expect(Object.keys(requests).sort()).toEqual([...READ_COMMANDS].sort());
  for (const state of ["in-use", "standby", "self-test"] as const) {
    options.device.body.duty.hold(state);
    options.device.body.step(0);
    heard.length = 0;
    for (const [name, crc] of Object.entries(requests)) stream.push(Buffer.from(`!${name}|${crc}\r`));
    while (messagesIn(Buffer.concat(heard)).length < READ_COMMANDS.length) await delay(5);
    const replies = messagesIn(Buffer.concat(heard)).map(({ text }) => text);
    expect(replies.map((text) => text.split("^")[0])).toEqual(Object.keys(requests));
    expect(Number(replies[0]?.split("^")[1]) > 0).toBe(state === "in-use");
  }
});

test.skipIf(!hasSocat)("INF over a pty (needs socat)", async () => {
  const [near, gateway] = await ptyPair(closers);
  const port = syringePumpPort(optionsOf());
  closers.push(() => port.close());
  port.attach(near);
  expect(await ask(gateway, ASK_INF)).toMatch(/^!INF\^8002-51740\^-\^SET\^/);
});
