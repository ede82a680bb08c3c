import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import alarisAsenaGh from "@wardtwin/device-profiles/catalog/infusion-pump/alaris-asena-gh";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { afterEach, expect, test } from "vitest";
import { ByteLink } from "../link/byte-link.ts";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import { type Peer, startPeer } from "../link/peer.testing.ts";
import { startPtyCable } from "../link/pty-cable.testing.ts";
import { REQUESTS } from "../protocol/request.ts";
import { asenaReader } from "./read-asena.ts";

const meaning = JSON.parse(
  readFileSync(new URL("../../../device-profiles/fixtures/alaris-asena-gh.in-use.json", import.meta.url), "utf8"),
);
const wire = { ...alarisAsenaGh.wire, replyMs: 300, replyMsMax: 900, pollMs: 2_000 };
const profile = { ...alarisAsenaGh, wire };
const monoMs = () => Math.floor(process.uptime() * 1_000);

/** Requests and replies as the sheet has them, written out by hand. */
const GREETING = ["!INST_SERIALNO|457D\r", "!COMMS_PROTOCOL|E8DA\r", "!COMMS_RESPONSE_MAX|7E29\r"];
const POLL = ["!INF|4961\r", "!ALARM|50B2\r"];
const INF = "!INF^8002-51740^-^SET^5.00^ml/h^^12.345^ml^17.91^mmHg^24+^EVENT^127904|A13E\r";
const CALM = "!ALARM^AL_NOALM^ ^ |C73B\r";
const OCCLUSION = "!ALARM^AL_OCCLU^OCCLUSION^|664D\r";
const PUMP: Readonly<Record<string, string>> = {
  "!INST_SERIALNO|457D\r": "!INST_SERIALNO^8002-51740|050B\r",
  "!COMMS_PROTOCOL|E8DA\r": "!COMMS_PROTOCOL^Asena Rev 2.1.5|661A\r",
  "!COMMS_RESPONSE_MAX|7E29\r": "!COMMS_RESPONSE_MAX^4000^ms|DFDF\r",
  "!INF|4961\r": INF,
  "!ALARM|50B2\r": CALM,
};
/** Another pump, that came to the same pole at rate 0. */
const OTHER: Readonly<Record<string, string>> = {
  ...PUMP,
  "!INST_SERIALNO|457D\r": "!INST_SERIALNO^8002-51733|ACFF\r",
  "!INF|4961\r": "!INF^8002-51733^-^SET^0.00^ml/h^^0.000^ml^1.00^mmHg^24+^EVENT^7|4FC0\r",
};

const closing: (() => unknown)[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  // Whatever a test does to a line, nothing but the templates ever leaves it.
  for (const peer of peers.splice(0)) expectTemplates(peer.heard().toString("latin1"));
});

function expectTemplates(heard: string) {
  const templates: readonly string[] = Object.values(REQUESTS);
  expect(heard.split(/(?<=\r)/).filter((sent) => sent !== "" && !templates.includes(sent))).toEqual([]);
}

async function linked(answer: (asked: string, socket: Socket) => void, by: typeof profile = profile) {
  const peer = await startPeer((socket, chunk) => answer(chunk.toString("latin1"), socket));
  const reader = asenaReader(new ByteLink(tcpStream("127.0.0.1", peer.port), monoMs), by, monoMs);
  closing.push(
    () => peer.stop(),
    () => reader.close(),
  );
  peers.push(peer);
  return { peer, read: () => reader.read("1", "status"), heard: () => peer.heard().toString("latin1") };
}
/** A pump that answers what `change` does not; `change` tells each reply, and "" for none. */
const pumpBut = (change: (asked: string, time: number) => string | undefined, pump = PUMP) => {
  const times = new Map<string, number>();
  return (asked: string, socket: Socket) => {
    const time = (times.get(asked) ?? 0) + 1;
    times.set(asked, time);
    socket.write(change(asked, time) ?? pump[asked] ?? "");
  };
};
const honest = pumpBut(() => undefined);

type Read = Awaited<ReturnType<ReturnType<typeof asenaReader>["read"]>>;
function expectGolden(read: Read) {
  if (!read.ok) throw new Error(read.fault);
  expect(read.value.identity).toEqual(meaning.identity);
  expect(read.value.operatingState).toBe(meaning.operatingState);
  expect(Object.fromEntries(read.value.readings.map(({ metric, value }) => [metric, value]))).toEqual(meaning.readings);
}
const serialOf = (read: Read) => (read.ok ? read.value.identity.serial : read.fault);

test("a pump is greeted once and then polled, and the sheet's replies become the readings of the fixture", async () => {
  const { read, heard, peer } = await linked(honest);
  expectGolden(await read());
  expectGolden(await read());
  expect(heard()).toBe([...GREETING, ...POLL, ...POLL].join(""));
  expect(peer.connections()).toBe(1);
});

test("replies in pieces, with noise around them, are the same replies", async () => {
  const { read } = await linked((asked, socket) => {
    socket.write("\x00~\r");
    for (const character of PUMP[asked] ?? "") socket.write(character);
    socket.write("!~");
  });
  expectGolden(await read());
});

test("an occlusion is read to be counted, and no reading tells of it", async () => {
  const { read } = await linked(pumpBut((asked) => (asked === POLL[1] ? OCCLUSION : undefined)));
  const told = await read();
  expect(told).toMatchObject({ ok: true, value: { identity: meaning.identity } });
  expect(told.ok && JSON.stringify(told.value.readings)).not.toMatch(/occlu|alarm/i);
  expect(told).toMatchObject({
    value: {
      clinical: [
        { metric: "clinicalAlarmsPerH", active: ["AL_OCCLU"] },
        { metric: "occlusionAlarmsPerH", active: ["AL_OCCLU"] },
      ],
    },
  });
});

test.each([
  ["a wrong CRC", INF.replace("A13E", "A13F"), "frame.checksum"],
  ["a value that changed on the way", INF.replace("5.00", "6.00"), "frame.checksum"],
  ["an ESC in the middle", `${INF.slice(0, 30)}\x1b`, "frame.escape"],
  ["an end that never comes", INF.slice(0, 60), "frame.truncated"],
  ["a reply to another command", CALM, "codec.command"],
  ["the request come back from an echoing line", "!INF|4961\r", "codec.command"],
  ["silence", "", "link.timeout"],
])("%s is asked again once; if it stays, it is a fault", async (_, reply, fault) => {
  const passing = await linked(pumpBut((asked, time) => (asked === POLL[0] && time === 1 ? reply : undefined)));
  expectGolden(await passing.read());
  const lasting = await linked(pumpBut((asked) => (asked === POLL[0] ? reply : undefined)));
  expect(await lasting.read()).toEqual({ ok: false, fault });
  expect(lasting.heard()).toBe([...GREETING, POLL[0], POLL[0]].join(""));
});

test("what comes before the reply, whole or broken, does not hide it", async () => {
  const { read } = await linked((asked, socket) =>
    socket.write(`${asked}${OTHER[GREETING[1] ?? ""]}${INF.slice(0, 20)}\x1b${INF.slice(0, 9)}${PUMP[asked]}`),
  );
  expectGolden(await read());
});

test("a pump that takes longer, as it said it may, is waited for and not asked twice", async () => {
  const { read, heard } = await linked((asked, socket) => {
    const late = asked === POLL[0] ? 450 : 0;
    setTimeout(() => socket.write(PUMP[asked] ?? ""), late);
  });
  expectGolden(await read());
  expect(heard()).toBe([...GREETING, ...POLL].join(""));
});

test("a reply that comes after it was asked for again is not taken for the next one", async () => {
  const { read, heard } = await linked((asked, socket) => {
    const late = asked === GREETING[0] ? 400 : 0;
    setTimeout(() => socket.write(PUMP[asked] ?? ""), late);
  });
  expectGolden(await read());
  expect(heard()).toBe([GREETING[0], ...GREETING, ...POLL].join(""));
});

test("a silent pump is given up within its poll, and greeted anew when it is back", async () => {
  let silent = false;
  const { read, heard } = await linked((asked, socket) => socket.write(silent ? "" : (PUMP[asked] ?? "")));
  expectGolden(await read());
  silent = true;
  expect(await read()).toEqual({ ok: false, fault: "link.timeout" });
  expect(await read()).toEqual({ ok: false, fault: "link.timeout" });
  silent = false;
  const before = heard().length;
  expectGolden(await read());
  expect(heard().slice(before)).toBe([...GREETING, ...POLL].join(""));
});

test("a line that is hung up is closed, and found again", async () => {
  let times = 0;
  const { read } = await linked((asked, socket) => (++times === 2 ? socket.destroy() : honest(asked, socket)));
  expect(await read()).toEqual({ ok: false, fault: "link.closed" });
  expectGolden(await read());
});

test("a pump exchanged on the pole is another device at once, by the serial number in its own frame", async () => {
  let pump = PUMP;
  const { read, heard } = await linked((asked, socket) => socket.write(pump[asked] ?? ""));
  expect(serialOf(await read())).toBe("8002-51740");
  pump = OTHER;
  const told = await read();
  expect(told).toMatchObject({ ok: true, value: { identity: { serial: "8002-51733" }, operatingState: "standby" } });
  expect(heard()).toBe([...GREETING, ...POLL, ...POLL, ...GREETING].join(""));
  pump = PUMP;
  expectGolden(await read());
});

test("INF of one pump and ALARM of another are never one poll", async () => {
  let pump = PUMP;
  const { read } = await linked((asked, socket) => {
    socket.write((asked === POLL[0] ? OTHER : pump)[asked] ?? "");
  });
  expect(await read()).toEqual({ ok: false, fault: "codec.serial" });
  pump = OTHER;
  expect(serialOf(await read())).toBe("8002-51733");
});

test("a device of another protocol is refused", async () => {
  const { read, heard } = await linked(
    pumpBut((asked) => (asked === GREETING[1] ? "!COMMS_PROTOCOL^Other Rev 1|E40E\r" : undefined)),
  );
  expect(await read()).toEqual({ ok: false, fault: "codec.model" });
  expect(heard()).toBe(GREETING.slice(0, 2).join(""));
});

test("a profile full of control commands, and a pump that begs for them, put nothing but templates on the line", async () => {
  const control = "REMOTE_CTRL^ENABLED^3CC1";
  const hostile = {
    ...profile,
    id: control,
    model: `!${control}|0000\r`,
    polls: {
      [control]: profile.polls["status"] ?? { everyMs: 1, staleAfterMs: 1 },
      "!INF_START|38F3\r": { everyMs: 1, staleAfterMs: 1 },
    },
    wire: { ...wire, protocolPrefix: "Asena", calmCode: "INF_RATE^10.00^ml/h" },
    operatingState: { idleModes: ["!INF_STOP|CD57\r"] },
  };
  const { read, heard } = await linked(
    pumpBut(() => undefined),
    hostile,
  );
  await read();
  expect(heard()).toBe([...GREETING, ...POLL].join(""));
  const begging = await linked((_, socket) =>
    socket.write("!REMOTE_CTRL^ENABLED^****^PERMIT^0^ms|7BB0\r!REMQUERY^DEACT|F295\r"),
  );
  expect((await begging.read()).ok).toBe(false);
  expect(begging.heard()).toBe([GREETING[0], GREETING[0]].join(""));
});

describeWith("socat", "over a pty", () => {
  test("the same dialogue runs through a serial port, and the port tells when it is gone", async () => {
    const cable = await startPtyCable(toolPath("socat") ?? "socat");
    closing.push(() => cable.stop());
    // The pump's end: a second port of the same library, opened without this agent's link.
    const { SerialPort } = await import("serialport");
    const pump = new SerialPort({ path: cable.theirs, baudRate: 38_400 });
    closing.push(() => pump.destroy());
    let heard = "";
    let asked = "";
    pump.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      asked += bytes.toString("latin1");
      if (!asked.endsWith("\r")) return;
      pump.write(PUMP[asked] ?? "");
      asked = "";
    });
    pump.on("error", () => {});
    const settings = {
      path: cable.ours,
      baudRate: 38_400,
      dataBits: 8,
      parity: "none",
      stopBits: 1,
      dtr: null,
      rts: null,
      hangUpOnClose: false,
    } as const;
    // A pty on a busy machine is slow at first, and this test counts the requests.
    const patient = { ...profile, wire: { ...wire, replyMs: 1_500, replyMsMax: 1_500, pollMs: 6_000 } };
    const reader = asenaReader(new ByteLink(serialStream(settings), monoMs), patient, monoMs);
    closing.push(() => reader.close());
    expectGolden(await reader.read("1", "status"));
    expect(heard).toBe([...GREETING, ...POLL].join(""));
    cable.cut();
    expect((await reader.read("1", "status")).ok).toBe(false);
  });
});
