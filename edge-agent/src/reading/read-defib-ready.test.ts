import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import defibReady1Serial from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1-serial";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { afterEach, expect, test } from "vitest";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import { type Peer, startPeer } from "../link/peer.testing.ts";
import { startPtyCable } from "../link/pty-cable.testing.ts";
import { crcCcittFalse } from "../protocol/crc-ccitt-false.ts";
import { REQUESTS } from "../protocol/request.ts";
import { defibReadyReader } from "./read-defib-ready.ts";

const meaning = JSON.parse(
  readFileSync(new URL("../../../device-profiles/fixtures/defib-ready-1-serial.report.json", import.meta.url), "utf8"),
);
const profile = { ...defibReady1Serial, wire: { ...defibReady1Serial.wire, firstByteMs: 500, replyMs: 1_000 } };
let nowMs = Date.parse(meaning.gatewayUtc);
const clock = { monoMs: () => nowMs, wallMs: () => nowMs, zoneOffsetMs: () => 0, bootId: "boot" };

/** The sheet's lines, written out by hand. */
const QUERY = "\x02RPT?|479A\x03\r\n";
const HEADER = "\x02HDR,1,DFX-200,SN00012345,2.01,2026-11-22T02:00:00Z,SCHEDULED|636C\x03\r\n";
const TESTS = [
  "\x02TST,ENERGY,30,29.8,J,PASS|6E50\x03\r\n",
  "\x02TST,CHARGE,200,4.5,s,PASS|10F5\x03\r\n",
  "\x02TST,BATT,1,87,%,PASS|1FE1\x03\r\n",
  "\x02TST,PADS,1,2027-03-31,exp,PASS|5D4B\x03\r\n",
];
const END = "\x02END,PASS,5|BF74\x03\r\n";
const REPORT = [HEADER, ...TESTS, END].join("");
const [ACK, NAK] = ["\x06", "\x15"];
const framed = (payload: string) => `\x02${payload}|${crcCcittFalse(payload)}\x03\r\n`;
const reportOf = (sequence: number, time: string, serial = "SN00012345") =>
  [framed(`HDR,${sequence},DFX-200,${serial},2.01,${time},MANUAL`), ...TESTS, END].join("");

const closing: (() => unknown)[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  nowMs = Date.parse(meaning.gatewayUtc);
  for (const close of closing.splice(0).reverse()) await close();
  // Whatever a test does to a line, nothing but the templates ever leaves it.
  for (const peer of peers.splice(0)) {
    const left = peer.heard().toString("latin1").replaceAll(QUERY, "").replaceAll(ACK, "").replaceAll(NAK, "");
    expect(left).toBe("");
  }
  const own = Object.entries(REQUESTS).flatMap(([name, sent]) => (name.startsWith("defib-ready.") ? [sent] : []));
  expect(own).toEqual([QUERY, ACK, NAK]);
});

async function linked(answer: (asked: string, socket: Socket) => void) {
  const line: { socket: Socket | null } = { socket: null };
  const peer = await startPeer((socket, chunk) => {
    line.socket = socket;
    const asked = chunk.toString("latin1");
    if (asked.includes(QUERY)) answer(asked, socket);
  });
  const reader = defibReadyReader(tcpStream("127.0.0.1", peer.port), profile, clock);
  closing.push(
    () => peer.stop(),
    () => reader.close(),
  );
  peers.push(peer);
  const heard = () => peer.heard().toString("latin1");
  return {
    peer,
    read: () => reader.read("1", "report"),
    heard,
    /** The device speaks by itself, and is answered. */
    async report(text: string, answered: string) {
      const before = heard().length;
      line.socket?.write(text);
      await expect.poll(() => heard().slice(before)).toBe(answered);
    },
  };
}
const honest = (_: string, socket: Socket) => void socket.write(REPORT);

type Read = Awaited<ReturnType<Awaited<ReturnType<typeof linked>>["read"]>>;
function valuesOf(result: Read) {
  if (!result.ok) throw new Error(result.fault);
  return Object.fromEntries(result.value.readings.map(({ metric, value }) => [metric, value]));
}
function expectGolden(result: Read) {
  expect(result).toMatchObject({ ok: true, value: { identity: meaning.identity, operatingState: null } });
  expect(valuesOf(result)).toEqual(meaning.readings);
}
const timeout = { ok: false, fault: "link.timeout" };

test("a defibrillator is asked once in a poll, and its report is acknowledged and becomes the readings of the fixture", async () => {
  const { read, heard, peer } = await linked(honest);
  expectGolden(await read());
  await expect.poll(heard).toBe(QUERY + ACK);
  expectGolden(await read());
  await expect.poll(heard).toBe(QUERY + ACK + QUERY + ACK);
  expect(peer.connections()).toBe(1);
});

test("a report asked for again is no younger", async () => {
  const { read } = await linked(honest);
  expect(valuesOf(await read())["selfTestAgeH"]).toBe(6);
  nowMs += 21 * 3_600_000;
  expect(valuesOf(await read())["selfTestAgeH"]).toBe(27);
});

test("a report in pieces, with noise around it, is the same report", async () => {
  const { read } = await linked((_, socket) => {
    for (const character of `~\r\n${REPORT}~`) socket.write(character);
  });
  expectGolden(await read());
});

test.each([
  ["a missing line", REPORT.replace(TESTS[2] ?? "", ""), "codec.line-count"],
  ["a line too many", REPORT.replace(END, framed("TST,SPEAKER,1,1,x,PASS") + END), "codec.line-count"],
  ["a header that is missing", REPORT.replace(HEADER, ""), "codec.line-count"],
  ["a broken line", REPORT.replace("29.8", "29.9"), "frame.checksum"],
  ["a line of no kind", REPORT.replace(END, framed("CHG,200") + END), "codec.command"],
  [
    "a verdict that its tests contradict",
    REPORT.replace(TESTS[2] ?? "", framed("TST,BATT,1,7,%,FAIL")),
    "codec.verdict",
  ],
])("a report with %s is refused at its end, and counts once it was repeated whole", async (_, broken, fault) => {
  let replies = 0;
  const { read, heard, report } = await linked((_asked, socket) => socket.write(++replies === 1 ? broken : ""));
  expect(await read()).toEqual({ ok: false, fault });
  await expect.poll(heard).toBe(QUERY + NAK);
  await report(REPORT, ACK);
  expectGolden(await read());
});

test("an end that never comes is a fault that is not answered, and silence a time-out", async () => {
  const cut = await linked((_, socket) => socket.write(REPORT.slice(0, -12)));
  expect(await cut.read()).toEqual(timeout);
  expect(cut.heard()).toBe(QUERY);
  const silent = await linked(() => {});
  expect(await silent.read()).toEqual(timeout);
});

test("what the device reports by itself is acknowledged at once and told with the next poll, even one that stays unanswered", async () => {
  let isSilent = false;
  const { read, heard, report } = await linked((asked, socket) => {
    if (!isSilent) honest(asked, socket);
  });
  expectGolden(await read());
  await expect.poll(heard).toBe(QUERY + ACK);
  isSilent = true;
  await report(reportOf(2, "2026-11-22T07:30:00Z"), ACK);
  expect(valuesOf(await read())["selfTestAgeH"]).toBe(0.5);
  expect(await read()).toEqual(timeout);
});

test("a stored report that comes late does not make the newest one old, and is acknowledged like any other", async () => {
  const { read, heard, report } = await linked(honest);
  expectGolden(await read());
  await expect.poll(heard).toBe(QUERY + ACK);
  await report(reportOf(0, "2026-11-20T02:00:00Z"), ACK);
  await report(reportOf(2, "2026-11-22T07:00:00Z"), ACK);
  expect(valuesOf(await read())["selfTestAgeH"]).toBe(1);
});

test("a device exchanged on the line speaks for itself at once, by its own serial number", async () => {
  let told = REPORT;
  const { read } = await linked((_, socket) => socket.write(told));
  expectGolden(await read());
  told = reportOf(1, "2026-11-01T02:00:00Z", "SN00099999");
  const read2 = await read();
  expect(read2).toMatchObject({ ok: true, value: { identity: { serial: "SN00099999" } } });
  expect(valuesOf(read2)["selfTestAgeH"]).toBe(21 * 24 + 6);
});

test("a line that is hung up in the middle of a report is closed, and found again from the report's beginning", async () => {
  let times = 0;
  const { read } = await linked((asked, socket) => {
    if (++times > 1) honest(asked, socket);
    else socket.end(REPORT.slice(0, 100));
  });
  expect(await read()).toEqual({ ok: false, fault: "link.closed" });
  expectGolden(await read());
});

describeWith("socat", "over a pty", () => {
  test("the same report comes through a serial port, and the port tells when it is gone", async () => {
    const cable = await startPtyCable(toolPath("socat") ?? "socat");
    closing.push(() => cable.stop());
    // The device's end: a second port of the same library, opened without this agent's link.
    const { SerialPort } = await import("serialport");
    const device = new SerialPort({ path: cable.theirs, baudRate: 38_400 });
    closing.push(() => device.destroy());
    let heard = "";
    device.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      if (heard === QUERY) device.write(REPORT);
    });
    device.on("error", () => {});
    const patient = { ...profile, wire: { ...profile.wire, firstByteMs: 3_000, replyMs: 5_000 } };
    const reader = defibReadyReader(serialStream({ ...profile.wire.serial, path: cable.ours }), patient, clock);
    closing.push(() => reader.close());
    expectGolden(await reader.read("1", "report"));
    await expect.poll(() => heard).toBe(QUERY + ACK);
    cable.cut();
    expect((await reader.read("1", "report")).ok).toBe(false);
  });
});
