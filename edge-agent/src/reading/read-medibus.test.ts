import { readFileSync } from "node:fs";
import evitaV500 from "@wardtwin/device-profiles/catalog/ventilator/evita-v500";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { afterEach, expect, test } from "vitest";
import { ByteLink } from "../link/byte-link.ts";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import { startPtyCable } from "../link/pty-cable.testing.ts";
import { REQUESTS } from "../protocol/request.ts";
import { type MedibusPeer, medibusFrame, startMedibus } from "./medibus-peer.testing.ts";
import { medibusReader } from "./read-medibus.ts";

const meaning = JSON.parse(
  readFileSync(new URL("../../../device-profiles/fixtures/evita-v500.exchanges.json", import.meta.url), "utf8"),
);
const wire = { ...evitaV500.wire, spacingMs: 1, replyMs: 250, pollMs: 1_500 };
const profile = { ...evitaV500, wire };

/** Commands and replies as the sheet has them, written out by hand. */
const INITIALISE = "\x1bQ6C\r";
const IDENTIFY = "\x1bR6D\r";
const MEASURED = ["\x1b)44\r", "\x1b*45\r", "\x1b$3F\r", "\x1b+46\r"] as const;
const [SETTINGS, TEXTS, VALUES, VALUES_TWO] = MEASURED;
const STATUS = ["\x1b'42\r", "\x1b.49\r", TEXTS];
const KEEP_ALIVE = "\x1b04B\r";
const STOP = "\x1bU70\r";
const VENTILATOR: Readonly<Record<string, string>> = {
  [INITIALISE]: "\x01Q52\r",
  [IDENTIFY]: "\x01R8055'Evita V500'02.51:06.009B\r",
  "\x1b$3F\r": "\x01$7D24.078 5.0D614.0B9 7.2F0 40.6B10135A\r",
  "\x1b+46\r": medibusFrame("\x01", "+21 450"),
  "\x1b'42\r": "\x01'28\r",
  "\x1b.49\r": "\x01.2F\r",
  "\x1b*45\r": medibusFrame("\x01", "*0E5BIPAP\x03"),
  "\x1b)44\r": "\x01)01 40.00B  5.009 14.0040.50055\r",
  [KEEP_ALIVE]: "\x01031\r",
  [STOP]: "\x01U56\r",
};

/** The gateway's clock, which a test may put forward. */
let aheadMs = 0;
const monoMs = () => Math.floor(process.uptime() * 1_000) + aheadMs;
const clock = { monoMs, wallMs: () => Date.UTC(2026, 3, 4, 16), zoneOffsetMs: () => 0, bootId: "boot" };

const closing: (() => unknown)[] = [];
const peers: MedibusPeer[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  // Whatever a test does to a line, nothing but the templates ever leaves it.
  const templates: readonly string[] = Object.values(REQUESTS);
  for (const peer of peers.splice(0)) {
    expect(peer.frames().filter((frame) => !templates.includes(frame))).toEqual([]);
  }
});

type Change = (frame: string, time: number) => string | undefined;
/** A ventilator that answers what `change` does not. */
async function linked(change: Change = () => undefined, by: typeof profile = profile) {
  const times = new Map<string, number>();
  const peer = await startMedibus((frame) => {
    const time = (times.get(frame) ?? 0) + 1;
    times.set(frame, time);
    return change(frame, time) ?? VENTILATOR[frame] ?? "";
  });
  const reader = medibusReader(
    (conversation) => new ByteLink(tcpStream("127.0.0.1", peer.port), monoMs, conversation),
    by,
    clock,
  );
  peers.push(peer);
  closing.push(
    () => peer.stop(),
    () => reader.close(),
  );
  return { peer, reader, read: (poll = "measured") => reader.read("1", poll) };
}

type Read = Awaited<ReturnType<Awaited<ReturnType<typeof linked>>["read"]>>;
const valuesOf = (read: Read) =>
  read.ok ? Object.fromEntries(read.value.readings.map(({ metric, value }) => [metric, value])) : read.fault;
function expectGolden(read: Read) {
  expect(valuesOf(read)).toMatchObject(meaning.measured);
  expect(read).toMatchObject({ value: { identity: meaning.identity, operatingState: null } });
}

test("a ventilator is greeted once and then polled, and the sheet's replies become the readings of the fixture", async () => {
  const { read, peer } = await linked();
  expectGolden(await read());
  expectGolden(await read());
  expect(peer.frames()).toEqual([INITIALISE, IDENTIFY, ...MEASURED, ...MEASURED]);
  expect(peer.connections()).toBe(1);
});

test("state, alarms and texts are one poll", async () => {
  const { read, peer } = await linked();
  await read("measured");
  const told = await read("status");
  expect(told).toMatchObject({ ok: true, value: { operatingState: "in-use" } });
  expect(valuesOf(told)).toMatchObject({ batteryLowAlarm: 0, expiratoryValveAlarm: 0 });
  expect(peer.frames().slice(-3)).toEqual(STATUS);
});

test("what was delivered can be held against what was set, for both come in one poll", async () => {
  const volume = medibusFrame("\x01", "*016VC-CMV\x03");
  const { read } = await linked((frame) => (frame === TEXTS ? volume : undefined));
  const told = valuesOf(await read());
  expect(told).toMatchObject({ ...meaning.settings, ...meaning.measured });
});

test("an alarm that may stand on codepage 2 is not called clear before the device has shown that it knows the page", async () => {
  const { read } = await linked((frame) => (frame === VALUES_TWO ? "\x01+2C\r" : undefined));
  await read("measured");
  const told = valuesOf(await read("status"));
  expect(told).not.toHaveProperty("batteryLowAlarm");
  expect(told).toMatchObject({ expiratoryValveAlarm: 0 });
});

test("replies in pieces, with noise around them and fast data within them, are the same replies", async () => {
  const { read } = await linked((frame) => {
    const reply = VENTILATOR[frame] ?? "";
    return `\x00~\r${[...reply].map((character, index) => character + ["\xd3", "\x92", "\x91"][index % 3]).join("")}`;
  });
  expectGolden(await read());
});

test("each command of the device's is answered at once, within a reply too; of us it hears that we are a host", async () => {
  const device = ["0", "R", "I", "V", "S", "U"].map((code) => medibusFrame("\x1b", code));
  const answers = [
    "\x01031\r",
    "\x01R0161'Wardtwin'01.00:06.00D6\r",
    "\x01I4A\r",
    "\x01V57\r",
    "\x01S54\r",
    "\x01U56\r",
  ];
  for (const [index, asked] of device.entries()) {
    const { read, peer } = await linked((frame) => {
      const reply = VENTILATOR[frame] ?? "";
      return frame === VALUES ? reply.slice(0, 9) + asked + reply.slice(9) : undefined;
    });
    const answered = peer.until((frame) => frame === answers[index]);
    await read();
    expect(await answered).toBe(answers[index]);
  }
});

test("a corrupt command of the device's is told to be one, and a command that no table knows is left", async () => {
  const { read, peer } = await linked();
  await read();
  const told = peer.until((frame) => frame === "\x01\x1516\r");
  peer.say(`${medibusFrame("\x1b", "W")}\x1bR6E\r`);
  await told;
  expect(peer.frames().filter((frame) => frame.startsWith("\x01"))).toEqual(["\x01\x1516\r"]);
});

test("a device that begins anew is answered and asked again who it is, and the poll in between does not count", async () => {
  const { read, peer } = await linked((frame, time) =>
    frame === VALUES && time === 2 ? `${INITIALISE}${VENTILATOR[frame]}` : undefined,
  );
  expectGolden(await read());
  const answered = peer.until((frame) => frame === "\x01Q52\r");
  expect(await read()).toEqual({ ok: false, fault: "link.closed" });
  await answered;
  const before = peer.frames().length;
  expectGolden(await read());
  expect(peer.frames().slice(before)).toEqual([IDENTIFY, ...MEASURED]);
});

test("a device that initialises whenever we do is one session all the same", async () => {
  const { read } = await linked((frame) => (frame === INITIALISE ? `${VENTILATOR[frame]}${INITIALISE}` : undefined));
  expectGolden(await read());
});

test.each([
  ["a wrong checksum", "\x01$7D24.05B\r", "frame.checksum"],
  ["a value that changed on the way", "\x01$7D25.078 5.0D614.0B9 7.2F0 40.6B10135A\r", "frame.checksum"],
  ["the answer to a corrupt command", "\x01\x1516\r", "codec.command"],
  ["silence", "", "link.timeout"],
])("%s is asked again once; if it stays, it is a fault", async (_, reply, fault) => {
  const passing = await linked((frame, time) => (frame === VALUES && time === 1 ? reply : undefined));
  expectGolden(await passing.read());
  const lasting = await linked((frame) => (frame === VALUES ? reply : undefined));
  expect(await lasting.read()).toEqual({ ok: false, fault });
  expect(lasting.peer.frames()).toEqual([INITIALISE, IDENTIFY, SETTINGS, TEXTS, VALUES, VALUES]);
});

test("a reply without its CR is none, and the next one is not spoilt by it", async () => {
  const { read } = await linked((frame, time) =>
    frame === VALUES && time === 1 ? VENTILATOR[frame]?.slice(0, -1) : undefined,
  );
  expectGolden(await read());
});

test("a device that is silent is initialised anew when it is back", async () => {
  let silent = false;
  const { read, peer } = await linked(() => (silent ? "" : undefined));
  expectGolden(await read());
  silent = true;
  expect(await read()).toEqual({ ok: false, fault: "link.timeout" });
  silent = false;
  const before = peer.frames().length;
  // Two silences in a row close the line, which opens again after a pause.
  aheadMs += 5_000;
  expectGolden(await read());
  expect(peer.frames().slice(before)).toEqual([INITIALISE, IDENTIFY, ...MEASURED]);
});

test("a line that is hung up is found again, and whoever is there is greeted", async () => {
  const { read, peer } = await linked();
  expectGolden(await read());
  peer.hangUp();
  let told = await read();
  for (let times = 0; !told.ok && times < 20; times++) {
    aheadMs += 1_000;
    told = await read();
  }
  expectGolden(told);
  expect(peer.frames().slice(-6)).toEqual([INITIALISE, IDENTIFY, ...MEASURED]);
});

test("another model is refused at each poll, and asked nothing but its name", async () => {
  const other = medibusFrame("\x01", "R8056'EvitaXL'06.10:04.03");
  const { read, peer } = await linked((frame) => (frame === IDENTIFY ? other : undefined));
  expect(await read()).toEqual({ ok: false, fault: "codec.model" });
  expect(await read()).toEqual({ ok: false, fault: "codec.model" });
  expect(peer.frames()).toEqual([INITIALISE, IDENTIFY, IDENTIFY]);
});

test("a session in which nothing is asked is kept alive; after three seconds without a word it begins anew", async () => {
  const { read, peer } = await linked();
  expectGolden(await read());
  const alive = peer.until((frame) => frame === KEEP_ALIVE);
  aheadMs += 1_600;
  expect(await alive).toBe(KEEP_ALIVE);
  aheadMs += 3_100;
  const before = peer.frames().length;
  expectGolden(await read());
  expect(peer.frames().slice(before)).toEqual([INITIALISE, IDENTIFY, ...MEASURED]);
});

/** The reply after which the device wants to hear nothing, though it asks whether we are still there. */
const pausing: Change = (frame, time) =>
  frame === VALUES_TWO && time === 1 ? `${VENTILATOR[frame]}\x13${KEEP_ALIVE}` : undefined;

test("a device that wants to hear nothing hears nothing until it says so, and then what waited", async () => {
  const { read, peer } = await linked(pausing);
  expectGolden(await read());
  const before = peer.frames().length;
  const reading = read();
  peer.say("\x11");
  expectGolden(await reading);
  expect(peer.frames().slice(before).toSorted()).toEqual(["\x01031\r", ...MEASURED].toSorted());
});

test("a pause that is never taken back is a silence in which nothing is said, and ends with the session", async () => {
  const { read, peer } = await linked(pausing);
  expectGolden(await read());
  const before = peer.frames().length;
  expect(await read()).toEqual({ ok: false, fault: "link.timeout" });
  expect(peer.frames()).toHaveLength(before);
  expectGolden(await read());
  expect(peer.frames().slice(before)).toEqual([INITIALISE, IDENTIFY, ...MEASURED]);
});

test("at its end a session takes leave, and a ventilator that never was there is not taken leave of", async () => {
  const { read, reader, peer } = await linked();
  await read();
  await reader.close();
  expect(peer.frames().at(-1)).toBe(STOP);
  const silent = await linked(() => "");
  await silent.read();
  await silent.reader.close();
  expect(silent.peer.frames()).not.toContain(STOP);
});

test("names, age, weight and height reach nothing that leaves the reader", async () => {
  const text = (code: string, words: string) => `${code}${String.fromCharCode(0x30 + words.length)}${words}\x03`;
  const texts = medibusFrame("\x01", `*${text("0E", "BIPAP")}${text("60", "JANE")}${text("61", "SMITH")}`);
  const settings = medibusFrame("\x01", ")01 40.04A   724B 81.583  168");
  const { read } = await linked((frame) => (frame === TEXTS ? texts : frame === SETTINGS ? settings : undefined));
  const told = await read();
  expect(told.ok).toBe(true);
  expect(JSON.stringify(told)).not.toMatch(/JANE|SMITH|81\.5|168|"value":72\b/);
});

test("a profile full of commands, and a device that begs for them, put nothing but templates on the line", async () => {
  const hostile = { ...profile, id: "\x1bT00010101F2\r", model: "\x1bJ2427B2\r", manufacturer: "\x1bU70\r" };
  const { read, peer } = await linked(
    (frame) => (frame === VALUES ? `${medibusFrame("\x1b", "T00010101")}${VENTILATOR[frame]}` : undefined),
    hostile,
  );
  const answered = peer.until((frame) => frame === "\x01T55\r");
  await read();
  await answered;
  expect(peer.frames().filter((frame) => frame.startsWith("\x1b"))).toEqual([INITIALISE, IDENTIFY, ...MEASURED]);
});

describeWith("socat", "over a pty", () => {
  test("the same session runs through a serial port, and the port tells when it is gone", async () => {
    const cable = await startPtyCable(toolPath("socat") ?? "socat");
    closing.push(() => cable.stop());
    // The ventilator's end: a second port of the same library, opened without this agent's link.
    const { SerialPort } = await import("serialport");
    const ventilator = new SerialPort({ path: cable.theirs, baudRate: 19_200 });
    closing.push(() => ventilator.destroy());
    const heard: string[] = [];
    let half = "";
    ventilator.on("data", (bytes: Buffer) => {
      half += bytes.toString("latin1");
      if (!half.endsWith("\r")) return;
      heard.push(half);
      ventilator.write(Buffer.from(VENTILATOR[half] ?? "", "latin1"));
      half = "";
    });
    ventilator.on("error", () => {});
    const { serial } = evitaV500.wire;
    const settings = { path: cable.ours, ...serial };
    // A pty on a busy machine is slow at first, and this test counts the requests.
    const patient = { ...profile, wire: { ...wire, replyMs: 1_500, pollMs: 6_000 } };
    const reader = medibusReader(
      (conversation) => new ByteLink(serialStream(settings), monoMs, conversation),
      patient,
      clock,
    );
    closing.push(() => reader.close());
    expectGolden(await reader.read("1", "measured"));
    expect(heard).toEqual([INITIALISE, IDENTIFY, ...MEASURED]);
    cable.cut();
    expect((await reader.read("1", "measured")).ok).toBe(false);
  });
});
