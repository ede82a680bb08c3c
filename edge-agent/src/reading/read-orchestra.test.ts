import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import orchestraModuleDps from "@wardtwin/device-profiles/catalog/infusion-pump/orchestra-module-dps";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { afterEach, expect, test } from "vitest";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import { type Peer, startPeer } from "../link/peer.testing.ts";
import { startPtyCable } from "../link/pty-cable.testing.ts";
import { REQUESTS } from "../protocol/request.ts";
import { orchestraReader } from "./read-orchestra.ts";

const meaning = JSON.parse(
  readFileSync(new URL("../../../device-profiles/fixtures/orchestra-module-dps.in-use.json", import.meta.url), "utf8"),
);
const wire = { ...orchestraModuleDps.wire, replyMs: 400, pollMs: 2_500 };
const profile = { ...orchestraModuleDps, wire };
const monoMs = () => Math.floor(process.uptime() * 1_000);

/** Frames as the sheet has them, written out by hand. */
const [OPEN_BASE, BASE_IS_OPEN] = ["\x020DC48\x03", "\x020C8C\x03"];
const [LIST, SLOTS_1_AND_2] = ["\x020LE;bA1\x03", "\x020C;b038C\x03"];
const [OPEN_1, IS_OPEN_1] = ["\x021DC47\x03", "\x021C8B\x03"];
const [NOT_OPEN_1, EVENT_1, EVENT_1_HEARD] = ["\x021I;1ED4\x03", "\x021E;a00012C\x03", "\x021E89\x03"];
const [ACK, ENQ, DC4, WRONG_CHECKSUM] = ["\x06", "\x05", "\x14", "\x152"];
/** The others, with the checksum by another way than the product's. */
const framed = (text: string) => {
  const sum = Buffer.from(text, "latin1").reduce((total, byte) => total + byte, 0);
  return `\x02${text}${Buffer.of(255 - (sum % 256))
    .toString("hex")
    .toUpperCase()}\x03`;
};
const read = (slot: number) => framed(`${slot}LE;drmeak`);
const told = (slot: number, values: string) => framed(`${slot}C;${values}`);
/** The sheet's rate and volume, and nothing else to tell. */
const IN_USE_1 = told(1, "d0032;r3039;m1;e00;a0000;k0000");
const IDLE_2 = told(2, "d0000;r0000;m1;e00;a0000;k0000");
const BASE: Readonly<Record<string, string>> = {
  [OPEN_BASE]: BASE_IS_OPEN,
  [LIST]: SLOTS_1_AND_2,
  [OPEN_1]: IS_OPEN_1,
  [framed("2DC")]: framed("2C"),
  [read(1)]: IN_USE_1,
  [read(2)]: IDLE_2,
  [framed("0FC")]: BASE_IS_OPEN,
  [framed("1FC")]: IS_OPEN_1,
  [framed("2FC")]: framed("2C"),
};

const closing: (() => unknown)[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  // Whatever a test does to a line, nothing but the templates ever leaves it.
  for (const peer of peers.splice(0)) {
    const templates: readonly string[] = Object.values(REQUESTS);
    expect(saidIn(peer.heard()).filter((said) => !templates.includes(said))).toEqual([]);
  }
});

/** What the host said, a frame or a character of control at a time. */
function saidIn(bytes: Buffer): string[] {
  const said: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const etx = bytes.indexOf(0x03, at);
    const long = bytes[at] === 0x02 && etx > 0 ? etx + 1 - at : bytes[at] === 0x15 ? 2 : 1;
    said.push(bytes.toString("latin1", at, at + long));
    at += long;
  }
  return said;
}

type Answer = (asked: string, write: (text: string) => void, socket: Socket) => void;
async function linked(answer: Answer, by: typeof profile = profile) {
  const peer = await startPeer((socket, chunk) => {
    for (const asked of saidIn(chunk)) answer(asked, (text) => socket.write(Buffer.from(text, "latin1")), socket);
  });
  const reader = orchestraReader(tcpStream("127.0.0.1", peer.port), by, monoMs);
  closing.push(
    () => peer.stop(),
    () => reader.close(),
  );
  peers.push(peer);
  const said = () => saidIn(peer.heard());
  return {
    peer,
    reader,
    readSlot: (slot: string) => reader.read(slot, "status"),
    said,
    /** What the host said without its acknowledgements. */
    asked: () => said().filter((each) => each !== ACK),
  };
}
/** A base that answers what `change` does not; `change` tells each reply, and "" for none. */
const baseBut =
  (change: (asked: string, time: number) => string | undefined, times = new Map<string, number>()): Answer =>
  (asked, write) => {
    const time = (times.get(asked) ?? 0) + 1;
    times.set(asked, time);
    const reply = change(asked, time) ?? (BASE[asked] === undefined ? undefined : ACK + BASE[asked]);
    if (reply !== undefined && reply !== "") write(reply);
  };
const honest = baseBut(() => undefined);

type Read = Awaited<ReturnType<Awaited<ReturnType<typeof linked>>["readSlot"]>>;
function expectGolden(result: Read) {
  if (!result.ok) throw new Error(result.fault);
  expect(result.value.identity).toEqual(meaning.identity);
  expect(result.value.operatingState).toBe(meaning.operatingState);
  const values = Object.fromEntries(result.value.readings.map(({ metric, value }) => [metric, value]));
  expect(values).toEqual({ ...meaning.readings, pumpControl: 1, pumpErrorCode: 0 });
}
const OPENING = [OPEN_BASE, LIST, OPEN_1];

test("base and module are opened once and then read, and the sheet's reply becomes the readings of the fixture", async () => {
  const { readSlot, said, asked, peer } = await linked(honest);
  expectGolden(await readSlot("1"));
  expectGolden(await readSlot("1"));
  expect(asked()).toEqual([...OPENING, read(1), read(1)]);
  expect(said().slice(0, 4)).toEqual([OPEN_BASE, ACK, LIST, ACK]);
  expect(peer.connections()).toBe(1);
});

test("several modules share the line, and a slot without one is vacant", async () => {
  const { readSlot, asked } = await linked(honest);
  expectGolden(await readSlot("1"));
  expect(await readSlot("2")).toMatchObject({ ok: true, value: { operatingState: "standby" } });
  expect(await readSlot("3")).toEqual({ ok: false, fault: "codec.vacant" });
  expectGolden(await readSlot("1"));
  expect(asked()).toEqual([...OPENING, read(1), framed("2DC"), read(2), read(1)]);
});

test("a module that is taken out is vacant once the base's word is asked anew, and opened again when it is back", async () => {
  let slots = SLOTS_1_AND_2;
  const { readSlot, asked } = await linked(
    baseBut((request) => (request === LIST ? ACK + slots : undefined)),
    { ...profile, wire: { ...wire, modulesMs: 1 } },
  );
  const later = () => new Promise((resolve) => setTimeout(resolve, 5));
  expectGolden(await readSlot("1"));
  slots = framed("0C;b02");
  await later();
  expect(await readSlot("1")).toEqual({ ok: false, fault: "codec.vacant" });
  slots = SLOTS_1_AND_2;
  await later();
  expectGolden(await readSlot("1"));
  expect(asked()).toEqual([...OPENING, read(1), LIST, LIST, OPEN_1, read(1)]);
});

test("replies in pieces, with noise around them and without an acknowledgement, are the same replies", async () => {
  const { readSlot } = await linked((asked, write) => {
    if (BASE[asked] === undefined) return;
    for (const character of `~\r${BASE[asked]}~`) write(character);
  });
  expectGolden(await readSlot("1"));
});

test.each([
  ["a wrong checksum", IN_USE_1.replace("d0032", "d0033"), "frame.checksum"],
  ["an end that never comes", IN_USE_1.slice(0, 20), "frame.truncated"],
  ["a byte that is no text", IN_USE_1.replace("d", "\x7f"), "frame.character"],
  ["a refusal by the receiver", "\x156", "link.exception"],
  ["another slot's reply", IDLE_2, "link.timeout"],
  ["a reply without values", IS_OPEN_1, "link.timeout"],
  ["the request come back from an echoing line", read(1), "codec.command"],
  ["silence", "", "link.timeout"],
])("%s is asked again once; if it stays, it is a fault", async (_, reply, fault) => {
  const passing = await linked(baseBut((asked, time) => (asked === read(1) && time === 1 ? reply : undefined)));
  expectGolden(await passing.readSlot("1"));
  const lasting = await linked(baseBut((asked) => (asked === read(1) ? reply : undefined)));
  expect(await lasting.readSlot("1")).toEqual({ ok: false, fault });
  expect(lasting.asked().filter((each) => each !== WRONG_CHECKSUM)).toEqual([...OPENING, read(1), read(1)]);
});

test("a frame with a wrong checksum is refused, and its repetition is taken without asking again", async () => {
  const { readSlot, said } = await linked((asked, write, socket) => {
    if (asked === WRONG_CHECKSUM) write(IN_USE_1);
    else if (asked === read(1)) write(ACK + IN_USE_1.replace("d0032", "d0033"));
    else honest(asked, write, socket);
  });
  expectGolden(await readSlot("1"));
  await expect.poll(() => said().slice(-3)).toEqual([read(1), WRONG_CHECKSUM, ACK]);
});

test.each([NOT_OPEN_1, "\x021I1E0F\x03"])(
  "a module whose session is not open is opened anew and read again: %j",
  async (error) => {
    expect(error.slice(1, -1)).toBe(framed(error.slice(1, -3)).slice(1, -1));
    const { readSlot, asked } = await linked(
      baseBut((request, time) => (request === read(1) && time === 2 ? ACK + error : undefined)),
    );
    expectGolden(await readSlot("1"));
    expectGolden(await readSlot("1"));
    expect(asked()).toEqual([...OPENING, read(1), read(1), OPEN_1, read(1)]);
  },
);

test("a base whose session is not open is opened anew, with its modules", async () => {
  const closed = framed("0I;0D");
  const { readSlot, asked } = await linked(
    baseBut((request, time) => (request === read(1) && time === 2 ? ACK + closed : undefined)),
  );
  expectGolden(await readSlot("1"));
  expectGolden(await readSlot("1"));
  expect(asked()).toEqual([...OPENING, read(1), read(1), ...OPENING, read(1)]);
});

test("a session that an agent before this one left open is gone on with", async () => {
  const already = (asked: string) =>
    asked === OPEN_BASE || asked === OPEN_1 ? `${ACK}${framed(`${asked[1]}I;06`)}` : undefined;
  const { readSlot } = await linked(baseBut(already));
  expectGolden(await readSlot("1"));
});

test("a module that cannot be reached is vacant if the base says so now, else a fault", async () => {
  const impossible = framed("1I;0E");
  const refused = (asked: string) => (asked === read(1) ? ACK + impossible : undefined);
  const there = await linked(baseBut(refused));
  expect(await there.readSlot("1")).toEqual({ ok: false, fault: "link.exception" });
  expect(there.asked()).toEqual([...OPENING, read(1), LIST, OPEN_1, read(1)]);
  const gone = await linked(
    baseBut((asked, time) => (asked === LIST && time === 2 ? ACK + framed("0C;b02") : refused(asked))),
  );
  expect(await gone.readSlot("1")).toEqual({ ok: false, fault: "codec.vacant" });
});

test("an error that no session mends is a fault, and so is a reply that does not tell the rate", async () => {
  const refusing = await linked(baseBut((asked) => (asked === read(1) ? ACK + framed("1I;0B") : undefined)));
  expect(await refusing.readSlot("1")).toEqual({ ok: false, fault: "link.exception" });
  const silentOnRate = await linked(baseBut((asked) => (asked === read(1) ? ACK + told(1, "r3039") : undefined)));
  expect(await silentOnRate.readSlot("1")).toEqual({ ok: false, fault: "codec.field-count" });
});

test("a base is told that the host is alive, in the middle of a frame and between two polls", async () => {
  const alive = Promise.withResolvers<void>();
  let hello = (): void => {};
  const { readSlot, asked } = await linked((request, write, socket) => {
    hello = () => write(ENQ);
    if (request === DC4 && BASE[request] === undefined) alive.resolve();
    if (request === read(1)) write(ACK + IN_USE_1.slice(0, 9) + ENQ + IN_USE_1.slice(9));
    else honest(request, write, socket);
  });
  expectGolden(await readSlot("1"));
  await alive.promise;
  expect(asked()).toEqual([...OPENING, read(1), DC4]);
  const before = asked().length;
  hello();
  await expect.poll(() => asked().slice(before)).toEqual([DC4]);
});

test("what a module tells unasked is acknowledged and confirmed at once, and is no reply", async () => {
  const { readSlot, said } = await linked((asked, write, socket) => {
    if (asked === read(1)) write(ACK + EVENT_1 + framed("2M;x1") + framed("0E;b03") + IN_USE_1);
    else honest(asked, write, socket);
  });
  expectGolden(await readSlot("1"));
  await expect.poll(() => said().slice(-7)).toEqual([ACK, EVENT_1_HEARD, ACK, framed("2M"), ACK, framed("0E"), ACK]);
});

test("a silent base costs one wait for all of its slots, and is opened anew when it is back", async () => {
  let silent = false;
  const { readSlot, asked } = await linked((request, write, socket) => {
    if (!silent) honest(request, write, socket);
  });
  expectGolden(await readSlot("1"));
  silent = true;
  const timeout = { ok: false, fault: "link.timeout" };
  expect(await readSlot("1")).toEqual(timeout);
  expect(await readSlot("1")).toEqual(timeout);
  const before = asked().length;
  expect([await readSlot("2"), await readSlot("3")]).toEqual([timeout, timeout]);
  expect(asked().length).toBe(before);
  silent = false;
  await expect.poll(async () => (await readSlot("1")).ok, { timeout: 5_000 }).toBe(true);
  expect(asked().slice(before)).toEqual([...OPENING, read(1)]);
});

test("a module that falls silent does not make its neighbours wait", async () => {
  const { readSlot } = await linked(baseBut((asked) => (asked === read(2) ? ACK : undefined)));
  expectGolden(await readSlot("1"));
  expect(await readSlot("2")).toEqual({ ok: false, fault: "link.timeout" });
  expectGolden(await readSlot("1"));
});

test("a line that is hung up is closed, and its sessions are opened anew", async () => {
  let hangUp = false;
  const { readSlot, asked } = await linked((request, write, socket) => {
    if (hangUp) socket.destroy();
    else honest(request, write, socket);
  });
  expectGolden(await readSlot("1"));
  hangUp = true;
  expect(await readSlot("1")).toEqual({ ok: false, fault: "link.closed" });
  hangUp = false;
  expectGolden(await readSlot("1"));
  expect(asked()).toEqual([...OPENING, read(1), read(1), ...OPENING, read(1)]);
});

test("sessions are closed at the end, the base's last; a base that hangs is not waited for", async () => {
  const { readSlot, reader, asked } = await linked(honest);
  await readSlot("1");
  await readSlot("2");
  const before = asked().length;
  await reader.close();
  expect(asked().slice(before)).toEqual([framed("2FC"), framed("1FC"), framed("0FC")]);
  const hanging = await linked(baseBut((request) => (request === OPEN_1 ? "" : undefined)));
  const reading = hanging.readSlot("1");
  await expect.poll(() => hanging.asked()).toContain(OPEN_1);
  await hanging.reader.close();
  expect((await reading).ok).toBe(false);
  expect(hanging.asked().some((each) => each.includes("FC"))).toBe(false);
});

test("a profile full of control commands, and a base that begs for them, put nothing but templates on the line", async () => {
  const hostile = {
    ...profile,
    id: "1MO;2",
    model: framed("1PR;d0064"),
    polls: { [framed("1PO")]: profile.polls["status"] ?? { everyMs: 1, staleAfterMs: 1 } },
    metrics: { infusionRateMlPerH: { poll: "1PB", as: "number", variable: "d" } },
    operatingState: { rate: "d", bolusRate: "PB" },
  } as const;
  const { readSlot, asked } = await linked(honest, hostile);
  await readSlot("1");
  expect(asked()).toEqual([...OPENING, read(1)]);
  const begging = await linked((request, write) => {
    if (request === OPEN_BASE) write(framed("1MO;2") + framed("1E;MO2") + framed("1C;PR;d0064"));
  });
  expect((await begging.readSlot("1")).ok).toBe(false);
  for (const said of begging.said()) expect(Object.values(REQUESTS)).toContain(said);
});

describeWith("socat", "over a pty", () => {
  test("the same dialogue runs through a serial port, and the port tells when it is gone", async () => {
    const cable = await startPtyCable(toolPath("socat") ?? "socat");
    closing.push(() => cable.stop());
    // The base's end: a second port of the same library, opened without this agent's link.
    const { SerialPort } = await import("serialport");
    const base = new SerialPort({ path: cable.theirs, baudRate: 19_200 });
    closing.push(() => base.destroy());
    let held = Buffer.alloc(0);
    base.on("data", (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      const end = held.lastIndexOf(0x03) + 1;
      for (const asked of saidIn(held.subarray(0, end))) if (asked !== ACK) base.write(ACK + (BASE[asked] ?? ""));
      held = held.subarray(end);
    });
    base.on("error", () => {});
    // A pty carries eight bits and no parity; a port takes both from the profile.
    const settings = { ...profile.wire.serial, path: cable.ours, dataBits: 8, parity: "none" } as const;
    const patient = { ...profile, wire: { ...wire, replyMs: 1_500, pollMs: 6_000 } };
    const reader = orchestraReader(serialStream(settings), patient, monoMs);
    closing.push(() => reader.close());
    expectGolden(await reader.read("1", "status"));
    cable.cut();
    expect((await reader.read("1", "status")).ok).toBe(false);
  });
});
