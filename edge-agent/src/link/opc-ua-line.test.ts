import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatusCodes } from "node-opcua-status-code";
import { DataType } from "node-opcua-variant";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { OpcUaLine, type OpcUaSettings } from "./opc-ua-line.ts";
import { OWN_NAMESPACE, type ServerOptions, startOpcUaServer, type TestServer, USER } from "./opc-ua-server.testing.ts";
import { startPausingProxy } from "./pausing-proxy.testing.ts";

vi.setConfig({ testTimeout: 120_000 });
const clock = systemClock();
const REPLY_MS = 5_000;

// One folder for all cases: making a key takes longer than everything else here.
let pkiDir = "";
beforeAll(() => {
  pkiDir = mkdtempSync(join(tmpdir(), "wardtwin-opc-ua-"));
});
afterAll(() => rmSync(pkiDir, { recursive: true }));

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function serve(options: Omit<ServerOptions, "pkiDir">): Promise<TestServer> {
  const server = await startOpcUaServer({ ...options, pkiDir });
  stops.push(() => server.stop());
  return server;
}

function lineTo(
  port: number,
  settings: Partial<OpcUaSettings> = {},
  monoMs: () => number = () => clock.monoMs(),
): OpcUaLine {
  const line = new OpcUaLine(
    {
      endpointUrl: `opc.tcp://127.0.0.1:${port}`,
      namespaceUri: OWN_NAMESPACE,
      nodes: "device-set",
      samplingMs: 50,
      publishingMs: 200,
      user: USER,
      serverCertificate: null,
      pkiDir,
      ...settings,
    },
    monoMs,
  );
  stops.push(() => line.close());
  return line;
}

const LEVEL = "DI:ParameterSet/Level";
const level = (value: number) => ({ dataType: DataType.Double, value });
const scanner = (value: number) => ({
  "DI:Model": { dataType: DataType.LocalizedText, value: { text: "M1" } },
  "DI:SerialNumber": { dataType: DataType.String, value: `SN-${value}` },
  [LEVEL]: level(value),
  "DI:ParameterSet/Time": { dataType: DataType.DateTime, value: new Date(1_000 * value) },
});

/** What a line says of one variable of a unit: its value, or the fault of the line, or that there is no such unit. */
async function told(line: OpcUaLine, unit = "Mri1", name = LEVEL): Promise<unknown> {
  const answer = await line.read({ unit, nodes: [name] }, REPLY_MS);
  if (!answer.ok) return answer.fault.code;
  return answer.value === null ? "vacant" : answer.value.get(name)?.value;
}

const soon = { timeout: 30_000, interval: 50 };
/** Waits until a line says what is expected: on a busy machine a session may take more than one attempt. */
const says = (line: OpcUaLine, expected: unknown, unit?: string, name?: string) =>
  expect.poll(() => told(line, unit, name), soon).toEqual(expected);

/** Waits until the subscription has told the value, so that it need not be read. */
async function isTold(line: OpcUaLine, server: TestServer): Promise<void> {
  const isRead = async () => {
    const before = server.asked.get("ReadRequest");
    await told(line);
    return server.asked.get("ReadRequest") !== before;
  };
  await expect.poll(isRead, soon).toBe(false);
}

test("a device is found by its BrowseName and its variables by their paths; a text is its text", async () => {
  const server = await serve({ devices: { Mri1: scanner(1), Mri2: scanner(2) } });
  const line = lineTo(server.port);
  await says(line, "vacant", "Mri3");
  const answer = await line.read(
    { unit: "Mri2", nodes: [...Object.keys(scanner(2)), "DI:ParameterSet/None", "Level"] },
    REPLY_MS,
  );
  expect(answer).toEqual({
    ok: true,
    value: new Map([
      ["DI:Model", { status: "good", value: "M1" }],
      ["DI:SerialNumber", { status: "good", value: "SN-2" }],
      [LEVEL, { status: "good", value: 2 }],
      ["DI:ParameterSet/Time", { status: "good", value: new Date(2_000) }],
      ["DI:ParameterSet/None", { status: "bad", value: null }],
      ["Level", { status: "bad", value: null }],
    ]),
  });
});

test("what changes is told by the subscription: nothing is read again but a time", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const line = lineTo(server.port, { publishingMs: 2_000 });
  await says(line, 1);
  await isTold(line, server);
  server.set(LEVEL, level(7), "Mri1");
  const reads = server.asked.get("ReadRequest");
  await says(line, 7);
  expect(server.asked.get("ReadRequest")).toBe(reads);
  await told(line, "Mri1", "DI:ParameterSet/Time");
  await told(line, "Mri1", "DI:ParameterSet/Time");
  expect(server.asked.get("ReadRequest")).toBe((reads ?? 0) + 2);
});

test("a server that freezes is a fault and not an old value, and is read again when it thaws", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const proxy = await startPausingProxy(() => server.port);
  stops.push(() => proxy.stop());
  const line = lineTo(proxy.port);
  await says(line, 1);
  proxy.hold();
  await says(line, "link.timeout");
  server.set(LEVEL, level(8), "Mri1");
  proxy.release();
  await says(line, 8);
  await expect.poll(() => proxy.open(), soon).toBe(1);
});

test("a server that answers and publishes nothing is connected anew, and no change is lost", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const line = lineTo(server.port);
  await says(line, 1);
  await isTold(line, server);
  const before = server.sessionsMade();
  server.hush();
  server.set(LEVEL, level(9), "Mri1");
  await says(line, 9);
  expect(server.sessionsMade()).toBeGreaterThan(before);
});

test("a session that the server closes is replaced by one whose addresses are looked up", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const line = lineTo(server.port);
  await says(line, 1);
  const browsed = server.asked.get("BrowseRequest") ?? 0;
  server.closeSessions();
  server.set(LEVEL, level(3), "Mri1");
  await says(line, 3);
  expect(server.asked.get("BrowseRequest")).toBeGreaterThan(browsed);
});

test("a server that starts anew with other node ids and another namespace index is read as before", async () => {
  const first = await startOpcUaServer({ pkiDir, devices: { Mri1: scanner(1), Mri2: scanner(2) } });
  const line = lineTo(first.port);
  await says(line, 1);
  await says(line, 2, "Mri2");
  await first.stop();
  await expect.poll(() => told(line), soon).toMatch(/^link\./);
  // Each device now stands where the other one stood.
  const again = { port: first.port, fillers: 2, devices: { Mri2: scanner(20), Mri1: scanner(10) } };
  await serve(again);
  await says(line, 10);
  await says(line, 20, "Mri2");
});

test("a connection that breaks is opened anew", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const proxy = await startPausingProxy(() => server.port);
  stops.push(() => proxy.stop());
  const line = lineTo(proxy.port);
  await says(line, 1);
  proxy.cut();
  server.set(LEVEL, level(4), "Mri1");
  await says(line, 4);
});

test("a device that is taken off its server, or replaced there, is not taken for the old one", async () => {
  let skewMs = 0;
  const aMinuteLater = () => {
    skewMs += 60_000;
  };
  const server = await serve({ devices: { Mri1: scanner(1) } });
  // A subscription that may be silent for longer than the minute.
  const line = lineTo(server.port, { publishingMs: 30_000 }, () => clock.monoMs() + skewMs);
  await says(line, 1);
  server.put("Mri1", scanner(2));
  await says(line, null);
  aMinuteLater();
  await says(line, 2);
  server.remove("Mri1");
  await says(line, null);
  aMinuteLater();
  await says(line, "vacant");
});

test("a variable that a server adds later is found within a minute, and without a new session", async () => {
  let skewMs = 0;
  const server = await serve({ devices: { Mri1: {} } });
  const line = lineTo(server.port, { publishingMs: 30_000 }, () => clock.monoMs() + skewMs);
  await says(line, null);
  const before = server.sessionsMade();
  server.addVariable("Mri1", LEVEL, level(5));
  expect(await told(line)).toBeNull();
  skewMs = 60_000;
  await says(line, 5);
  expect(server.sessionsMade()).toBe(before);
});

test("a server that grants no subscription is read at each poll, and in no session but the one that was opened", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) }, withoutSubscriptions: true });
  const line = lineTo(server.port);
  await says(line, 1);
  server.set(LEVEL, level(2), "Mri1");
  await says(line, 2);
  expect(server.asked.has("CreateMonitoredItemsRequest")).toBe(false);
  // The library mends such a session behind our back, with the addresses of the old one.
  const browsed = server.asked.get("BrowseRequest") ?? 0;
  server.closeSessions();
  server.set(LEVEL, level(3), "Mri1");
  await says(line, 3);
  expect(server.asked.get("BrowseRequest")).toBeGreaterThan(browsed);
});

test("a bad status stops its own variable alone, until it is good again", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const line = lineTo(server.port);
  await says(line, 1);
  await isTold(line, server);
  server.set(LEVEL, { ...level(1), status: StatusCodes.BadSensorFailure }, "Mri1");
  const both = async () => {
    const answer = await line.read({ unit: "Mri1", nodes: [LEVEL, "DI:SerialNumber"] }, REPLY_MS);
    return answer.ok && [...(answer.value?.values() ?? [])].map(({ status }) => status);
  };
  await expect.poll(both, soon).toEqual(["bad", "good"]);
  server.set(LEVEL, { ...level(5), status: StatusCodes.UncertainLastUsableValue }, "Mri1");
  await expect.poll(both, soon).toEqual(["uncertain", "good"]);
  server.set(LEVEL, level(6), "Mri1");
  await expect.poll(both, soon).toEqual(["good", "good"]);
  await says(line, 6);
});

test("a variable that changes its type is told as it is, for its profile to refuse", async () => {
  const server = await serve({ strings: { "Slot1.Level": level(1) } });
  const line = lineTo(server.port, { nodes: "string-id" });
  await says(line, 1, "1", "Slot1.Level");
  server.set("Slot1.Level", { dataType: DataType.String, value: "full" });
  await says(line, "full", "1", "Slot1.Level");
  await says(line, null, "2", "Slot2.Level");
});

test("a wrong password and a certificate that is not the pinned one are faults of their own", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const wrong = lineTo(server.port, { user: { ...USER, password: "hunter2" } });
  await says(wrong, "link.credentials");
  const own = mkdtempSync(join(tmpdir(), "wardtwin-opc-ua-"));
  stops.push(async () => rmSync(own, { recursive: true }));
  const other = await startOpcUaServer({ pkiDir: own });
  await other.stop();
  const pinned = (serverCertificate: Uint8Array, name: string) =>
    lineTo(server.port, { serverCertificate, pkiDir: join(own, name) });
  await says(pinned(server.certificate, "right"), 1);
  await says(pinned(other.certificate, "wrong"), "link.certificate");
});

test("a line asks to browse, to read and to be told, and nothing else", async () => {
  const server = await serve({ devices: { Mri1: scanner(1) } });
  const line = lineTo(server.port);
  await says(line, 1);
  server.set(LEVEL, level(2), "Mri1");
  await says(line, 2);
  await line.close();
  expect(new Set(server.asked.keys())).toEqual(
    new Set([
      "GetEndpointsRequest",
      "CreateSessionRequest",
      "ActivateSessionRequest",
      "ReadRequest",
      "BrowseRequest",
      "CreateSubscriptionRequest",
      "CreateMonitoredItemsRequest",
      "PublishRequest",
      "CloseSessionRequest",
    ]),
  );
});
