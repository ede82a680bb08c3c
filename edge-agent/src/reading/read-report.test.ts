import { readFileSync } from "node:fs";
import puritanBennett840 from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import puritanBennett840Snda from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840-snda";
import puritanBennett980 from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-980";
import type { ReportProfile } from "@wardtwin/device-profiles/profile/puritan-bennett";
import { describeWith, toolPath } from "@wardtwin/infra/test/debian-tool";
import { afterEach, expect, test } from "vitest";
import { ByteLink } from "../link/byte-link.ts";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import { type Peer, startPeer } from "../link/peer.testing.ts";
import { startPtyCable } from "../link/pty-cable.testing.ts";
import { reportReader } from "./read-report.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const goldenOf = (name: string) => Buffer.from(fixture(`${name}.hex`).replaceAll("\n", ""), "hex");
const golden = goldenOf("puritan-bennett-840.in-use");
const meaning = JSON.parse(fixture("puritan-bennett-840.in-use.json"));
const quick = { firstByteMs: 200, replyMs: 400 };
const profile = { ...puritanBennett840, wire: { ...puritanBennett840.wire, ...quick } };
const clock = {
  monoMs: () => 0,
  wallMs: () => Date.parse(meaning.gatewayLocal),
  zoneOffsetMs: () => 0,
  bootId: "boot",
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function readerOf(answer: Parameters<typeof startPeer>[0], by: ReportProfile = profile) {
  const peer: Peer = await startPeer(answer);
  const reader = reportReader(new ByteLink(tcpStream("127.0.0.1", peer.port), clock.monoMs), by, clock);
  closing.push(
    () => peer.stop(),
    () => reader.close(),
  );
  return reader;
}

function expectGolden(read: Awaited<ReturnType<ReturnType<typeof reportReader>["read"]>>) {
  if (!read.ok) throw new Error(read.fault);
  expect(read.value.identity).toEqual(meaning.identity);
  expect(read.value.operatingState).toBe(meaning.operatingState);
  expect(Object.fromEntries(read.value.readings.map(({ metric, value }) => [metric, value]))).toEqual(meaning.readings);
}

test("the golden report over a socket becomes the readings of its fixture", async () => {
  const reader = await readerOf((socket) => socket.write(golden));
  expectGolden(await reader.read("1", "report"));
});

test.each([
  ["SNDF\r", "puritan-bennett-980.in-use", { ...puritanBennett980, wire: { ...puritanBennett980.wire, ...quick } }],
  [
    "SNDA\r",
    "puritan-bennett-840-snda.in-use",
    { ...puritanBennett840Snda, wire: { ...puritanBennett840Snda.wire, ...quick } },
  ],
] as const)(
  "%s alone is asked of %s, and its report becomes the readings of its fixture",
  async (request, name, by) => {
    const told = JSON.parse(fixture(`${name}.json`));
    let heard = "";
    const reader = await readerOf((socket, chunk) => {
      heard += chunk.toString("latin1");
      if (heard.endsWith(request)) socket.write(goldenOf(name));
    }, by);
    const read = await reader.read("1", "report");
    if (!read.ok) throw new Error(read.fault);
    expect(read.value.identity).toEqual(told.identity);
    const { deviceClockOffsetS: _, ...rest } = Object.fromEntries(
      read.value.readings.map(({ metric, value }) => [metric, value]),
    );
    expect({ ...rest, deviceClockOffsetS: told.readings.deviceClockOffsetS }).toEqual(told.readings);
    expect(heard).toBe(request);
  },
);

test("a report in pieces, with noise before it, is the same report", async () => {
  const reader = await readerOf((socket) => {
    socket.write("\x00\xff~");
    for (let at = 0; at < golden.length; at += 100) socket.write(golden.subarray(at, at + 100));
  });
  expectGolden(await reader.read("1", "report"));
});

test("a silent ventilator, a broken report and another model are faults, not throws", async () => {
  const silent = await readerOf(() => {});
  expect(await silent.read("1", "report")).toEqual({ ok: false, fault: "link.timeout" });
  const broken = await readerOf((socket) => socket.write(golden.subarray(0, 800)));
  expect(await broken.read("1", "report")).toEqual({ ok: false, fault: "frame.truncated" });
  const other = await readerOf((socket) =>
    socket.write(Buffer.from(golden.toString("latin1").replace("840 35", "980 35"), "latin1")),
  );
  expect(await other.read("1", "report")).toEqual({ ok: false, fault: "codec.model" });
});

describeWith("socat", "over a pty", () => {
  test("the same report comes through a serial port, and the port tells when it is gone", async () => {
    const cable = await startPtyCable(toolPath("socat") ?? "socat");
    closing.push(() => cable.stop());
    // The ventilator's end: a second port of the same library, opened without this agent's link.
    const { SerialPort } = await import("serialport");
    const ventilator = new SerialPort({ path: cable.theirs, baudRate: 9600 });
    closing.push(() => ventilator.destroy());
    let heard = "";
    ventilator.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      if (heard.endsWith("SNDF\r")) ventilator.write(golden);
    });
    ventilator.on("error", () => {});
    const settings = {
      path: cable.ours,
      baudRate: 9600,
      dataBits: 8,
      parity: "none",
      stopBits: 1,
      dtr: null,
      rts: null,
      hangUpOnClose: false,
    } as const;
    const reader = reportReader(new ByteLink(serialStream(settings), clock.monoMs), profile, clock);
    closing.push(() => reader.close());
    expectGolden(await reader.read("1", "report"));
    expect(heard).toBe("SNDF\r");
    cable.cut();
    const gone = await reader.read("1", "report");
    expect(gone.ok).toBe(false);
  });

  test("a port that is not there is refused", async () => {
    const settings = {
      path: "/dev/pts/none",
      baudRate: 9600,
      dataBits: 8,
      parity: "none",
      stopBits: 1,
      dtr: null,
      rts: null,
      hangUpOnClose: false,
    } as const;
    const reader = reportReader(new ByteLink(serialStream(settings), clock.monoMs), profile, clock);
    expect(await reader.read("1", "report")).toEqual({ ok: false, fault: "link.refused" });
  });
});
