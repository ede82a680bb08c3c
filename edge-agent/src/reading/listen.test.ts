import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import alarisAsenaGh from "@wardtwin/device-profiles/catalog/infusion-pump/alaris-asena-gh";
import orchestraModuleDps from "@wardtwin/device-profiles/catalog/infusion-pump/orchestra-module-dps";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { orchestraFrame } from "@wardtwin/infra/test/read-only";
import pino from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LineSettings } from "../config.ts";
import { parseLineUrl } from "../link/line-url.ts";
import { type Peer, startPeer } from "../link/peer.testing.ts";
import { startPtyCable } from "../link/pty-cable.testing.ts";
import type { LineReader, Outcome } from "./device.ts";
import { runLine } from "./line-scheduler.ts";
import { openReader } from "./open-reader.ts";

const meaning = JSON.parse(
  readFileSync(new URL("../../../device-profiles/fixtures/alaris-asena-gh.in-use.json", import.meta.url), "utf8"),
);
/** What a foreign master says and hears, from the protocol's sheet. */
const ASK_INF = "!INF|4961\r";
const INF = "!INF^8002-51740^-^SET^5.00^ml/h^^12.345^ml^17.91^mmHg^24+^EVENT^127904|A13E\r";
const OTHER_INF = "!INF^8002-51733^-^SET^0.00^ml/h^^0.000^ml^1.00^mmHg^24+^EVENT^7|4FC0\r";
const ASK_ALARM = "!ALARM|50B2\r";
const CALM = "!ALARM^AL_NOALM^ ^ |C73B\r";
const STALE_MS = alarisAsenaGh.polls["status"]?.staleAfterMs ?? 0;

let nowMs = 0;
const clock = { monoMs: () => nowMs, wallMs: () => nowMs, zoneOffsetMs: () => 0, bootId: "boot" };
const logged: string[] = [];
const log = pino({ level: "info" }, { write: (line: string) => void logged.push(line) });
const closing: (() => unknown)[] = [];
beforeEach(() => {
  nowMs = 1_000;
  logged.length = 0;
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function settingsOf(url: string, profile: Profile = alarisAsenaGh, units = ["1"]): LineSettings {
  const address = parseLineUrl(url, alarisAsenaGh.wire.serial);
  if (!address.ok) throw new Error(address.fault);
  return { id: "line", address: address.value, profile, units, credentials: null, serverCertificate: null };
}
/** A line on which somebody else asks; `say` is what both of them put on it. */
async function overheard(profile?: Profile, units?: string[]) {
  const sockets: Socket[] = [];
  const peer: Peer = await startPeer(
    () => {},
    0,
    (socket) => sockets.push(socket),
  );
  const settings = settingsOf(`tcp://127.0.0.1:${peer.port}?listen=1`, profile, units);
  const reader = openReader(settings, { clock, log, pkiDir: "" });
  closing.push(
    () => peer.stop(),
    () => reader.close(),
  );
  const read = (unit = "1") => reader.read(unit, "status");
  expect(await read()).toBeNull();
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
  return { peer, reader, read, sockets, say: (text: string) => void sockets.at(-1)?.write(text, "latin1") };
}
/** The first answer that tells something. */
const heard = (read: () => ReturnType<LineReader["read"]>) =>
  vi.waitFor(async () => {
    const result = await read();
    if (result?.ok !== true) throw new Error(result?.fault ?? "nothing new");
    return result.value;
  });
const valuesOf = (readings: readonly { metric: string; value: number | null }[]) =>
  Object.fromEntries(readings.map(({ metric, value }) => [metric, value]));

test("what another master asks for becomes readings, and not one byte of ours leaves", async () => {
  const { peer, reader, read, say } = await overheard();
  say(ASK_INF + INF + ASK_ALARM + CALM);
  const told = await heard(read);
  expect(told).toMatchObject({ identity: meaning.identity, operatingState: meaning.operatingState });
  expect(valuesOf(told.readings)).toEqual(meaning.readings);
  expect(await read()).toBeNull();
  await reader.close();
  await peer.stop();
  expect(peer.heard()).toHaveLength(0);
});

test("replies without requests, requests without replies, and garbage between them lose no reading", async () => {
  const { read, say } = await overheard();
  say(`${ASK_INF}${ASK_ALARM}\x00\xff~${CALM}${INF.slice(0, 30)}\x1b${ASK_INF}${ASK_INF}${INF}`);
  await vi.waitFor(async () => {
    say(INF);
    const told = await heard(read);
    expect(valuesOf(told.readings)).toEqual(meaning.readings);
  });
});

test("a later reply goes before an earlier one, and two pumps are never mixed in one reading", async () => {
  const { read, say } = await overheard();
  say(INF + CALM + OTHER_INF);
  await vi.waitFor(async () => {
    const told = await heard(read);
    expect(told.identity).toEqual({ serial: "8002-51733" });
    expect(told.readings.map(({ metric }) => metric)).not.toContain("batteryLowAlarm");
  });
});

test("two modules of one base are heard each for itself, however a master asks them in between", async () => {
  const { peer, reader, read, say } = await overheard(orchestraModuleDps, ["1", "2"]);
  const ask = (slot: number) => `${orchestraFrame(`${slot}LE;dr`)}\x06`;
  const tell = (slot: number, values: string) => `${orchestraFrame(`${slot}C;${values}`)}\x06`;
  const broken = tell(1, "d0064;r0000").replace("d0064", "d0065");
  // Module 2 answers first, a reply of 1 is broken on its way, and 3 is nobody's business here.
  say(ask(1) + ask(2) + tell(2, "d0064;r2710") + broken + tell(3, "d0001;r0001") + tell(1, "d0032;r3039"));
  const rates = (result: Awaited<ReturnType<LineReader["read"]>>) =>
    result?.ok === true ? valuesOf(result.value.readings)["infusionRateMlPerH"] : result;
  await vi.waitFor(async () => expect(rates(await read("1"))).toBe(5));
  expect(rates(await read("2"))).toBe(10);
  expect([await read("1"), await read("2")]).toEqual([null, null]);
  const staleMs = orchestraModuleDps.polls["status"]?.staleAfterMs ?? 0;
  // One module goes on, the other falls silent.
  nowMs += staleMs - 1;
  say(tell(1, "d0032;r3039"));
  await vi.waitFor(async () => expect(rates(await read("1"))).toBe(5));
  nowMs += staleMs - 1;
  expect(await read("1")).toBeNull();
  expect(await read("2")).toEqual({ ok: false, fault: "link.timeout" });
  await reader.close();
  await peer.stop();
  expect(peer.heard()).toHaveLength(0);
});

test("a line that falls silent times out when its values are stale, and is heard again at once", async () => {
  const { read, say } = await overheard();
  say(INF);
  await heard(read);
  nowMs += STALE_MS - 1;
  expect(await read()).toBeNull();
  nowMs += 1;
  expect(await read()).toEqual({ ok: false, fault: "link.timeout" });
  say(INF);
  await heard(read);
});

test("a line that is opened again and again and says nothing is silent all the same", async () => {
  const { read, sockets } = await overheard();
  for (let times = 1; times <= 4; times++) {
    nowMs += STALE_MS / 4;
    const before = sockets.length;
    sockets.at(-1)?.destroy();
    await vi.waitFor(async () => {
      await read();
      expect(sockets.length).toBe(before + 1);
    });
  }
  expect(await read()).toEqual({ ok: false, fault: "link.timeout" });
});

test("a frame that broke off with the line is not continued by the next one", async () => {
  const { read, say, sockets } = await overheard();
  say(INF.slice(0, 40));
  sockets.at(-1)?.end();
  await vi.waitFor(async () => {
    await read();
    expect(sockets).toHaveLength(2);
  });
  say(INF.slice(40) + CALM);
  const told = await heard(read);
  expect(told.readings.map(({ metric }) => metric)).not.toContain("infusionRateMlPerH");
});

test("what cannot be understood is counted in the log, without its bytes", async () => {
  const { reader, read, say } = await overheard();
  say(`${INF.replace("A13E", "A13F")}~~~${INF.replace("A13E", "A13F")}~~${INF}`);
  await heard(read);
  await reader.close();
  const [line = "{}"] = logged;
  expect(JSON.parse(line)).toMatchObject({ line: "line", faults: { "frame.checksum": 2, "frame.noise": 2 } });
  expect(line).not.toContain("8002-51740");
});

test("a port that nobody listens on is told as one that is asked would be", async () => {
  const { peer, read } = await overheard();
  await peer.stop();
  await vi.waitFor(async () => expect(await read()).toEqual({ ok: false, fault: "link.refused" }));
});

test("the scheduler goes on in its rhythm on a silent line, so that who speaks again is found at once", async () => {
  const stopping = new AbortController();
  const outcomes: Outcome[] = [];
  let reads = 0;
  const reader: LineReader = {
    isListening: true,
    async read() {
      if (++reads > 6) stopping.abort();
      return reads % 2 === 0 ? null : { ok: false, fault: "link.timeout" };
    },
    async close() {},
  };
  const device = { line: "line", unit: "1", profile: alarisAsenaGh };
  const random = { unit: () => 0, id: () => "id" };
  const running = {
    monoMs: () => Math.round(performance.now() * 1_000),
    wallMs: () => 0,
    zoneOffsetMs: () => 0,
    bootId: "b",
  };
  await runLine(
    { id: "line", devices: [device], reader },
    { clock: running, random },
    (each) => outcomes.push(each),
    stopping.signal,
  );
  expect(reads).toBe(7);
  expect(outcomes).toHaveLength(3);
});

describeWith("socat", "over a pty", () => {
  test("a serial port is listened to, and its other end hears nothing", async () => {
    const cable = await startPtyCable(toolPath("socat") ?? "socat");
    closing.push(() => cable.stop());
    const { SerialPort } = await import("serialport");
    const other = new SerialPort({ path: cable.theirs, baudRate: 38_400 });
    closing.push(() => other.destroy());
    const back: Buffer[] = [];
    other.on("data", (bytes: Buffer) => back.push(bytes));
    other.on("error", () => {});
    const reader = openReader(settingsOf(`serial:${cable.ours}?listen=1`), { clock, log, pkiDir: "" });
    closing.push(() => reader.close());
    const read = () => reader.read("1", "status");
    expect(await read()).toBeNull();
    const told = await vi.waitFor(async () => {
      other.write(INF + CALM);
      const result = await read();
      if (result?.ok !== true) throw new Error("nothing was heard");
      return result.value;
    });
    expect(told.identity).toEqual(meaning.identity);
    nowMs += STALE_MS;
    await reader.close();
    expect(Buffer.concat(back)).toHaveLength(0);
  });
});
