import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clock } from "../clock.ts";
import type { ControlServer } from "../control/server.ts";
import { startControl } from "../control/server.ts";
import { PortPool } from "../wires/ports.ts";
import { readUntil } from "../wires/test-line.ts";
import type { Hospital } from "./hospital.ts";
import { openHospital } from "./hospital.ts";
import { Manifest } from "./manifest.ts";
import { DEFAULT_COUNTS } from "./plan-hospital.ts";

const clock: Clock = { nowMs: () => Date.UTC(2026, 10, 22, 12), monotonicMs: () => performance.now() };
let dataDir: string;
let hospital: Hospital;
let control: ControlServer;

const open = (portStart: number): Promise<Hospital> =>
  openHospital({
    seed: 7,
    counts: DEFAULT_COUNTS,
    baudRate: 4_000_000,
    dataDir,
    clock,
    ports: new PortPool(portStart),
  });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "wardtwin-hospital-"));
  hospital = await open(process.pid + 9000);
  control = await startControl(hospital, 0);
});

afterAll(async () => {
  await control.close();
  await hospital.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function call(path: string, body?: unknown, headers: Record<string, string> = {}) {
  const post =
    body === undefined ? {} : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await fetch(control.url + path, { ...post, headers });
  return { status: response.status, json: (await response.json()) as Record<string, never> };
}

const snapshot = (of: Hospital) =>
  [...of.devices.values()].map(({ body }) => [body.duty.state, body.gauges.snapshot()]);

test("the manifest keeps to its schema, and nothing but ports differs in a second hospital of the same seed", async () => {
  expect(Value.Check(Manifest, hospital.manifest)).toBe(true);
  const second = await open(process.pid + 10_000);
  const withoutPorts = (manifest: Manifest) => JSON.stringify(manifest).replaceAll(/127\.0\.0\.1:\d+/g, "");
  expect(withoutPorts(second.manifest)).toBe(withoutPorts(hospital.manifest));
  for (const elapsedMs of [500, 500, 60_000, 3_600_000]) {
    hospital.step(elapsedMs);
    second.step(elapsedMs);
  }
  expect(snapshot(second)).toEqual(snapshot(hospital));
  await second.close();
});

test("the control API tells every device with its truth", async () => {
  const { json } = await call("/devices");
  const devices = json["devices"] as unknown as Record<string, unknown>[];
  expect(devices).toHaveLength(hospital.manifest.devices.length);
  expect(devices[0]).toMatchObject({ id: "vent-01", kind: "ventilator", line: "icu-a-serial-1", unit: "1" });
  expect((await call("/hospital")).json).toEqual(hospital.manifest);
  expect((await call("/devices/mri-02")).json).toMatchObject({
    line: "imaging-scanner-2",
    unit: "Mri1",
    kind: "imaging",
  });
  expect((await call("/devices/pump-09")).json).toMatchObject({ line: "surgical-rack-1", unit: "1" });
});

test("what a syringe pump was told beside readings is counted and shown by the control API", async () => {
  const shown = async () => (await call("/devices/syringe-02")).json;
  expect(await shown()).toMatchObject({ line: "recovery-syringe-2", refused: { controlCount: 0, brokenCount: 0 } });
  const { url } = hospital.manifest.lines.find(({ id }) => id === "recovery-syringe-2") ?? { url: "" };
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write("!INF_START|38F3\r!INF|4961\r");
  await once(socket, "data");
  socket.destroy();
  const latest = [{ kind: "control", text: "INF_START" }];
  expect(await shown()).toMatchObject({ refused: { controlCount: 1, brokenCount: 0, latest } });
  expect((await call("/devices/syringe-02/faults", { clockOffsetMin: 3 })).status).toBe(400);
  expect((await call("/devices/vent-01")).json).not.toHaveProperty("refused");
});

test("a line tells what was asked on it, where its wire keeps account", async () => {
  const nothing = { controlCount: 0, brokenCount: 0, latest: [] };
  expect((await call("/lines/icu-a-rack-1")).json).toEqual({
    id: "icu-a-rack-1",
    plugged: true,
    refused: nothing,
    requests: {},
  });
  expect((await call("/lines/icu-a-serial-1")).json).toEqual({ id: "icu-a-serial-1", plugged: true });
  expect((await call("/lines/imaging-scanner-1")).json).toMatchObject({ refused: nothing, requests: {} });
  expect((await call("/devices/gas-03")).json).toMatchObject({
    line: "plant-room-modbus-1",
    unit: "3",
    refused: nothing,
  });
  expect((await call("/lines")).json["lines"]).toContainEqual((await call("/lines/icu-a-rack-1")).json);
  expect((await call("/lines/nowhere")).status).toBe(404);
});

test("a line with faults of its own shows and takes them, and refuses what it does not know", async () => {
  const path = "/lines/icu-b-orchestra-1/faults";
  expect((await call("/devices/dps-02")).json).toMatchObject({ line: "icu-b-orchestra-1", unit: "2" });
  expect((await call(path, { bareError: true })).json).toMatchObject({ plugged: true, faults: { bareError: true } });
  expect((await call(path, { plugged: false, bareError: false })).json).toMatchObject({ plugged: false });
  expect((await call(path, { plugged: true })).json).toMatchObject({ plugged: true, faults: { bareError: false } });
  expect((await call(path, { alarmBits: 1 })).status).toBe(400);
  expect((await call("/devices/dps-02/faults", { alarmBits: 1 })).json).toMatchObject({ faults: { alarmBits: 1 } });
  expect((await call("/devices/dps-02/faults", { alarmBits: null })).status).toBe(200);
});

test("an RTU line says so in its address, its units answer there, and each knows its own faults", async () => {
  const line = hospital.manifest.lines.find(({ id }) => id === "floor-1-rs485-1");
  expect(line?.url).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  expect(line).toMatchObject({ protocol: "modbus", units: ["17", "18", "19"].map((unit) => ({ unit })) });
  expect(line).not.toHaveProperty("framing");
  const socket = connect(Number(new URL(line?.url ?? "").port), "127.0.0.1");
  socket.write(Buffer.from("110400000001335a", "hex"));
  const reply = await readUntil(socket, (bytes) => bytes.length === 7);
  socket.destroy();
  expect(reply.toString("hex")).toMatch(/^1104020100/);
  expect((await call("/devices/rtu-defib-02/faults", { otherUnit: true })).status).toBe(200);
  expect((await call("/devices/rtu-defib-02/faults", { otherUnit: false })).status).toBe(200);
  expect((await call("/devices/defib-02/faults", { otherUnit: true })).status).toBe(400);
});

test("faults, values and states are set through the control API, and freed again", async () => {
  expect((await call("/devices/vent-01/operating-state", { state: "in-use" })).json).toMatchObject({
    operatingState: "in-use",
    operatingStateHeld: true,
  });
  expect((await call("/devices/vent-01/values", { respiratoryRatePerMin: 22 })).json).toMatchObject({
    values: { respiratoryRatePerMin: 22 },
    pinned: ["respiratoryRatePerMin"],
  });
  expect((await call("/devices/vent-01/values", { respiratoryRatePerMin: null })).json).toMatchObject({ pinned: [] });
  expect((await call("/devices/vent-01/operating-state", { state: null })).json).toMatchObject({
    operatingStateHeld: false,
  });
  expect((await call("/devices/vent-01/faults", { plugged: false })).json).toMatchObject({
    faults: { plugged: false },
  });
  const { url } = hospital.manifest.lines[0] ?? { url: "" };
  await expect(fetch(url.replace("tcp:", "http:"))).rejects.toThrow();
  expect((await call("/devices/vent-01/faults", { plugged: true })).status).toBe(200);
  expect((await call("/lines/icu-a-serial-1/faults", { plugged: false })).json).toMatchObject({ plugged: false });
  expect((await call("/lines/icu-a-serial-1/faults", { plugged: true })).json).toMatchObject({ plugged: true });
  expect((await call("/devices/vent-01/said")).json).toEqual({ said: [] });
});

test("bad input is 400 with one sentence and changes nothing", async () => {
  const bad: [string, unknown][] = [
    ["/devices/vent-02/faults", { exceptionCode: 3 }],
    ["/devices/vent-02/faults", []],
    ["/devices/vent-02/values", { respiratoryRatePerMin: 22, heartRate: 60 }],
    ["/devices/vent-02/values", { respiratoryRatePerMin: 1e9 }],
    ["/devices/vent-02/values", { operatingState: 3 }],
    ["/devices/vent-02/values", { occlusionCount: 3 }],
    ["/devices/vent-02/values", 3],
    ["/devices/vent-02/operating-state", { state: "unknown" }],
    ["/devices/vent-02/operating-state", "{"],
    ["/lines/icu-a-serial-1/faults", { silent: true }],
  ];
  for (const [path, body] of bad) {
    const { status, json } = await call(path, body);
    expect([path, status]).toEqual([path, 400]);
    expect(String(json["error"])).toMatch(/^[^\n]+\.$/);
  }
  expect((await call("/devices/vent-02")).json).toMatchObject({ pinned: [], operatingStateHeld: false });
  expect((await call("/devices/nobody")).status).toBe(404);
  expect((await call("/devices/vent-02/therapy", {})).status).toBe(404);
  expect((await call("/devices/vent-02/faults", "x".repeat(70_000))).status).toBe(413);
  expect((await call("/devices", undefined, { origin: "http://evil.example" })).status).toBe(403);
});

test("what a MEDIBUS ventilator was told beside reading is counted and shown, and its faults are set by the control API", async () => {
  const shown = async () => (await call("/devices/medibus-04")).json;
  expect(await shown()).toMatchObject({ line: "surgical-medibus-1", refused: { controlCount: 0, brokenCount: 0 } });
  const { url } = hospital.manifest.lines.find(({ id }) => id === "surgical-medibus-1") ?? { url: "" };
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  // A control command, and the ICC whose answer shows that it was heard.
  socket.write("\x1bJ24CB\r\x1bQ6C\r");
  await once(socket, "data");
  socket.destroy();
  expect(await shown()).toMatchObject({ refused: { controlCount: 1, brokenCount: 0 } });
  expect((await call("/devices/medibus-04/faults", { otherModel: "evita-4", pauseMs: 3000 })).status).toBe(200);
  expect((await call("/devices/medibus-04/faults", { otherModel: null, pauseMs: 0 })).status).toBe(200);
  expect((await call("/devices/medibus-04/faults", { escapedReply: true })).status).toBe(400);
  expect((await call("/devices/medibus-04/values", { deviceCheck: 3, oxygenSensorBiasPct: 2.5 })).json).toMatchObject({
    values: { deviceCheck: 3, oxygenSensorBiasPct: 2.5 },
  });
});
