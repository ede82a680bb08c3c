import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AttributeIds,
  type ClientSession,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
} from "node-opcua-client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Clock, wallClock } from "../../clock.ts";
import { Mri } from "../../devices/mri.ts";
import { CALM, FaultBoard } from "../../faults/fault-board.ts";
import { planHospital } from "../../hospital/plan-hospital.ts";
import type { Said } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { PortPool } from "../ports.ts";
import type { LineAddress } from "../wire.ts";
import { ScannerWire } from "./scanner-wire.ts";
import type { Scanner } from "./variables.ts";

const CREDENTIALS = { username: "wardtwin", password: "only a simulator" };
const NOW_MS = Date.UTC(2026, 10, 22, 12);
const clock: Clock = { nowMs: () => NOW_MS, monotonicMs: () => performance.now() };

function scanner(index: number): Scanner {
  const entry = planHospital(1).devices.filter((device) => device.kind === "imaging")[index];
  if (entry === undefined) throw new Error("no scanner planned");
  const body = new Mri({ inUseShare: 1, inUseMeanH: 1000 }, createRandom(index), NOW_MS, wallClock("Europe/Berlin"));
  return { entry, body, faults: new FaultBoard("opc-ua-di"), said: createRing<Said>(8) };
}

const [first, second] = [scanner(0), scanner(1)];
let folder: string;
let wire: ScannerWire;
let address: LineAddress;

const show = (atMs = NOW_MS): void => {
  for (const { body } of [first, second]) body.step(0, atMs);
  wire.publish(atMs);
};
const { plugged, silent, clockOffsetMin, frozen, nodeIdSet, wrongTypeOf, otherScannerSerial } = CALM;
const QUIET = { plugged, silent, clockOffsetMin, frozen, nodeIdSet, wrongTypeOf, otherScannerSerial };
async function fault(patch: Partial<typeof QUIET>, on = first): Promise<void> {
  expect(on.faults.merge(patch)).toBeNull();
  await wire.refresh();
  show();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wardtwin-scanner-"));
  const scanners = new Map([
    ["Mri1", first],
    ["Mri2", second],
  ]);
  const options = { clock, lineId: "imaging-scanner-1", scanners, credentials: CREDENTIALS, folder };
  wire = new ScannerWire(new PortPool(process.pid + 7500), options);
  address = await wire.open();
  show();
});

afterEach(async () => {
  for (const device of [first, second]) {
    for (const metric of device.body.gauges.pinned()) device.body.gauges.pin(metric, null);
    device.body.duty.hold(null);
    await fault(QUIET, device);
  }
});

afterAll(async () => {
  await wire.close();
  await rm(folder, { recursive: true, force: true });
});

/** A client as a stranger would write one: it knows the address, the password and the layout. */
const stranger = (): OPCUAClient =>
  OPCUAClient.create({
    endpointMustExist: false,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    connectionStrategy: { maxRetry: 0 },
  });
const login = () => ({
  endpointUrl: address.url,
  userIdentity: {
    type: UserTokenType.UserName,
    userName: CREDENTIALS.username,
    password: CREDENTIALS.password,
  } as const,
});
const visit = <Value>(look: (session: ClientSession) => Promise<Value>): Promise<Value> =>
  stranger().withSessionAsync(login(), look);

/** The node at the end of a path of browse names, `uri|name`, from the Objects folder down; null when there is none. */
async function nodeAt(session: ClientSession, path: readonly string[]): Promise<string | null> {
  const namespaces = await session.readNamespaceArray();
  let nodeId = "ns=0;i=85";
  for (const step of path) {
    const { references } = await session.browse(nodeId);
    const found = references?.find(
      ({ browseName, isForward }) =>
        isForward && `${namespaces[browseName.namespaceIndex]}|${browseName.name}` === step,
    );
    if (found === undefined) return null;
    nodeId = found.nodeId.toString();
  }
  return nodeId;
}

// Written from the layout, apart from the simulator's own table.
const DI = "http://opcfoundation.org/UA/DI/";
const OURS = "urn:wardtwin:synthetic:mri:1";
const inSet = (unit: string, ...steps: string[]) => [`${DI}|DeviceSet`, `${OURS}|${unit}`, ...steps];
const ofDevice = (name: string, unit = "Mri1") => inSet(unit, `${DI}|${name}`);
const parameter = (name: string, unit = "Mri1") => inSet(unit, `${DI}|ParameterSet`, `${OURS}|${name}`);

async function readAt(session: ClientSession, path: readonly string[]) {
  const nodeId = await nodeAt(session, path);
  if (nodeId === null) throw new Error(`nothing at ${path.join(" / ")}`);
  const [value, access, declared] = await session.read([
    { nodeId, attributeId: AttributeIds.Value },
    { nodeId, attributeId: AttributeIds.AccessLevel },
    { nodeId, attributeId: AttributeIds.DataType },
  ]);
  return {
    nodeId,
    value: value?.value.value as unknown,
    dataType: value?.value.dataType,
    status: value?.statusCode.name,
    access: access?.value.value as unknown,
    declared: String(declared?.value.value),
  };
}
const valueAt = async (path: readonly string[]) => visit((session) => readAt(session, path));

/** Built-in types by their number in OPC 10000-6. */
const TYPE = { Boolean: 1, Int32: 6, UInt32: 7, Double: 11, String: 12, DateTime: 13, LocalizedText: 21 } as const;
const CURRENT_READ = 1;

test("a scanner stands in the device set as the layout says: names, types, values, and nothing to write", async () => {
  const pins = {
    coldHeadTemperatureK: 4.12,
    coldHeadRunTimeH: 8123.25,
    heliumLevelPct: 81.4,
    heliumPressureKPa: 7.3,
    compressorRunTimeH: 30_211.5,
    chillerSupplyTemperatureCel: 18.4,
    chillerFlowLPerMin: 94.9,
    examinationCount: 41_207,
    deviceHealth: 4,
    technicalAlarm: 1,
  } as const;
  for (const [metric, value] of Object.entries(pins)) first.body.gauges.pin(metric as keyof typeof pins, value);
  show();
  const expected: [path: string[], type: number, value: unknown][] = [
    [ofDevice("Manufacturer"), TYPE.LocalizedText, { text: "Wardtwin Synthetic" }],
    [ofDevice("Model"), TYPE.LocalizedText, { text: "MR-1" }],
    [ofDevice("SerialNumber"), TYPE.String, first.entry.serial],
    [ofDevice("SoftwareRevision"), TYPE.String, first.entry.firmware],
    [ofDevice("DeviceHealth"), TYPE.Int32, 4],
    [parameter("ScannerState"), TYPE.Int32, 3],
    [parameter("ColdHeadTemperature"), TYPE.Double, 4.12],
    [parameter("ColdHeadRunTime"), TYPE.Double, 8123.25],
    [parameter("HeliumLevel"), TYPE.Double, 81.4],
    [parameter("HeliumPressure"), TYPE.Double, 7.3],
    [parameter("CompressorRunTime"), TYPE.Double, 30_211.5],
    [parameter("ChillerSupplyTemperature"), TYPE.Double, 18.4],
    [parameter("ChillerFlow"), TYPE.Double, 94.9],
    [parameter("ExaminationCount"), TYPE.UInt32, 41_207],
    [parameter("MagnetAtField"), TYPE.Boolean, true],
    [parameter("MainsPresent"), TYPE.Boolean, true],
    [parameter("TechnicalAlarm"), TYPE.Boolean, true],
    [parameter("ChillerAlarm"), TYPE.Boolean, false],
    [parameter("ServerTime"), TYPE.DateTime, new Date(NOW_MS)],
  ];
  await visit(async (session) => {
    for (const [path, dataType, value] of expected) {
      const told = await readAt(session, path);
      expect([path.at(-1), told.status, told.dataType, told.access]).toEqual([
        path.at(-1),
        "Good",
        dataType,
        CURRENT_READ,
      ]);
      if (dataType === TYPE.LocalizedText) expect(told.value).toMatchObject(value as object);
      else expect(told.value).toEqual(value);
    }
    const { declared } = await readAt(session, ofDevice("DeviceHealth"));
    const index = (await session.readNamespaceArray()).indexOf(DI);
    expect(declared).toBe(`ns=${index};i=6244`);
    const nodeId = (await nodeAt(session, parameter("HeliumLevel"))) ?? "";
    const value = { value: { dataType: "Double", value: 1 } };
    expect((await session.write({ nodeId, attributeId: AttributeIds.Value, value })).name).toBe("BadNotWritable");
  });
  expect(wire.refused().latest.at(-1)?.text).toMatch(/^WriteRequest /);
});

test.each([
  ["off", 1],
  ["standby", 2],
  ["in-use", 3],
  ["self-test", 4],
] as const)("a scanner that is %s says %i, off included", async (state, code) => {
  first.body.duty.hold(state);
  show();
  expect(await valueAt(parameter("ScannerState"))).toMatchObject({ status: "Good", value: code });
});

test("a silent scanner does not communicate, and its neighbour on the server does", async () => {
  await fault({ silent: true });
  for (const path of [ofDevice("SerialNumber"), ofDevice("DeviceHealth"), parameter("ServerTime")]) {
    expect((await valueAt(path)).status).toBe("BadNoCommunication");
  }
  expect(await valueAt(ofDevice("SerialNumber", "Mri2"))).toMatchObject({ status: "Good", value: second.entry.serial });
  expect(first.said.items().at(-1)?.whole).toBe(false);
});

test("with every scanner unplugged the server is gone and its sessions are lost; plugged in again it is there", async () => {
  const client = stranger();
  await client.connect(address.url);
  const session = await client.createSession(login().userIdentity);
  const lost = once(client, "connection_lost");
  await fault({ plugged: false }, second);
  expect((await readAt(session, ofDevice("Model", "Mri2"))).status).toBe("BadNoCommunication");
  await fault({ plugged: false });
  await lost;
  await client.disconnect();
  await expect(valueAt(ofDevice("Model"))).rejects.toThrow();
  await fault({ plugged: true });
  expect((await valueAt(ofDevice("Model"))).status).toBe("Good");
});

test("a frozen server takes sessions, subscriptions and reads, and notifies nobody until it thaws", async () => {
  await fault({ frozen: true });
  await visit(async (session) => {
    const nodeId = (await nodeAt(session, parameter("ServerTime"))) ?? "";
    const subscription = await session.createSubscription2({
      publishingEnabled: true,
      requestedPublishingInterval: 50,
      requestedMaxKeepAliveCount: 2,
      requestedLifetimeCount: 1000,
    });
    const heard: unknown[] = [];
    subscription.on("keepalive", () => heard.push("keepalive"));
    const item = await subscription.monitor(
      { nodeId, attributeId: AttributeIds.Value },
      { samplingInterval: 0 },
      TimestampsToReturn.Both,
    );
    item.on("changed", (value) => heard.push(value.value.value));
    const published = wire.requests()["PublishRequest"] ?? 0;
    expect(published).toBeGreaterThan(0);
    // Ten times the longest silence that the subscription promises.
    for (let count = 1; count <= 10; count += 1) {
      show(NOW_MS + count * 1000);
      await session.read({ nodeId, attributeId: AttributeIds.Value });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(heard).toEqual([]);
    expect((await readAt(session, parameter("ServerTime"))).value).toEqual(new Date(NOW_MS + 10_000));
    const changed = once(item, "changed");
    await fault({ frozen: false });
    await changed;
    await subscription.terminate();
  });
});

test.each([
  [1, "is another quantity's", "Good"],
  [5, "is unknown", "BadNodeIdUnknown"],
])(
  "restarted with node ids of set %i, a scanner is found by its names alone: an id from before %s",
  async (nodeIdSet, _what, status) => {
    first.body.gauges.pin("heliumLevelPct", 81.4);
    await fault({ nodeIdSet: 0 });
    const look = () =>
      visit(async (session) => {
        const index = (await session.readNamespaceArray()).indexOf(OURS);
        return { index, ...(await readAt(session, parameter("HeliumLevel"))) };
      });
    const before = await look();
    await fault({ nodeIdSet });
    const after = await look();
    expect(after).toMatchObject({ value: 81.4, status: "Good" });
    expect(after.nodeId).not.toBe(before.nodeId);
    expect(after.index === before.index).toBe(status === "Good");
    const kept = await visit((session) => session.read({ nodeId: before.nodeId, attributeId: AttributeIds.Value }));
    expect(kept.statusCode.name).toBe(status);
    expect(kept.value.value).not.toBe(81.4);
  },
);

test("a parameter of the wrong type is a text and says so, and its neighbours stay as they are", async () => {
  first.body.gauges.pin("heliumLevelPct", 81.4);
  await fault({ wrongTypeOf: "HeliumLevel" });
  expect(await valueAt(parameter("HeliumLevel"))).toMatchObject({
    status: "Good",
    dataType: TYPE.String,
    value: "81.4",
    declared: "ns=0;i=12",
  });
  expect(await valueAt(parameter("HeliumPressure"))).toMatchObject({ status: "Good", dataType: TYPE.Double });
  expect(await valueAt(parameter("HeliumLevel", "Mri2"))).toMatchObject({ dataType: TYPE.Double });
  await fault({ wrongTypeOf: null });
  expect(await valueAt(parameter("HeliumLevel"))).toMatchObject({ dataType: TYPE.Double, value: 81.4 });
});

test("another serial number and a clock that is ahead are told as they are", async () => {
  await fault({ otherScannerSerial: "MR999999", clockOffsetMin: 3 });
  expect((await valueAt(ofDevice("SerialNumber"))).value).toBe("MR999999");
  expect((await valueAt(parameter("ServerTime"))).value).toEqual(new Date(NOW_MS + 180_000));
  expect(first.faults.merge({ otherScannerSerial: "MR1" })).toContain("otherScannerSerial");
});
