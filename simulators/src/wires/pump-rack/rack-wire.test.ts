import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import {
  AttributeIds,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  type UserIdentityInfo,
  UserTokenType,
} from "node-opcua-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../clock.ts";
import { InfusionPump } from "../../devices/infusion-pump.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import { planHospital } from "../../hospital/plan-hospital.ts";
import type { Said } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { PortPool } from "../ports.ts";
import type { LineAddress } from "../wire.ts";
import { NAMESPACE_URI, type Pump } from "./nodes.ts";
import { RackWire } from "./rack-wire.ts";

const CREDENTIALS = { username: "wardtwin", password: "only a simulator" };

function pump(index: number): Pump {
  const entry = planHospital(1).devices.filter((device) => device.kind === "infusion-pump")[index];
  if (entry === undefined) throw new Error("no pump planned");
  const body = new InfusionPump({ inUseShare: 1, inUseMeanH: 1000 }, createRandom(index));
  return { entry, body, faults: new FaultBoard("opc-ua"), said: createRing<Said>(8) };
}

const pumps = new Map([
  [1, pump(0)],
  [2, pump(1)],
]);
let folder: string;
let wire: RackWire;
let address: LineAddress;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wardtwin-rack-"));
  const options = {
    clock: systemClock,
    lineId: "icu-a-rack-1",
    serial: "PR000001",
    slotCount: 3,
    pumps,
    credentials: CREDENTIALS,
    folder,
  };
  wire = new RackWire(new PortPool(process.pid + 6000), options);
  address = await wire.open();
});

afterAll(async () => {
  await wire.close();
  await rm(folder, { recursive: true, force: true });
});

/** A client as a stranger would write one: certificate of its own, no knowledge of this server but its address. */
function stranger(secure = true): OPCUAClient {
  return OPCUAClient.create({
    endpointMustExist: false,
    securityMode: secure ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None,
    securityPolicy: secure ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None,
    connectionStrategy: { maxRetry: 0 },
  });
}

const user = (password: string) =>
  ({ type: UserTokenType.UserName, userName: CREDENTIALS.username, password }) as const;

/** Somebody with a certificate of their own making and no password. */
async function certificateUser(): Promise<UserIdentityInfo> {
  const pki = new OPCUACertificateManager({ rootFolder: join(folder, "stranger"), disableFileWatchers: true });
  await pki.initialize();
  const outputFile = join(folder, "stranger.pem");
  const names = { applicationUri: "urn:stranger", subject: "/CN=stranger", dns: ["localhost"], ip: [] };
  await pki.createSelfSignedCertificate({ ...names, startDate: new Date(), validity: 1, outputFile });
  const certificateData = new X509Certificate(await readFile(outputFile)).raw;
  const privateKey = await readFile(pki.privateKey, "utf8");
  return { type: UserTokenType.Certificate, certificateData, privateKey };
}

/** Reads values and the names of their statuses, all in one session. */
async function readAll(names: readonly string[]): Promise<{ value: unknown; status: string }[]> {
  return stranger().withSessionAsync(
    { endpointUrl: address.url, userIdentity: user(CREDENTIALS.password) },
    async (session) => {
      const namespaces = await session.readNamespaceArray();
      const index = namespaces.indexOf(NAMESPACE_URI);
      const nodes = names.map((name) => ({ nodeId: `ns=${index};s=${name}`, attributeId: AttributeIds.Value }));
      const values = await session.read(nodes);
      return values.map((each) => ({ value: each.value.value, status: each.statusCode.name }));
    },
  );
}

const show = (): void => {
  for (const { body } of pumps.values()) body.step(0);
  wire.publish(Date.UTC(2026, 10, 22));
};

test("there is one endpoint, signed and encrypted, with the certificate that the manifest points to", async () => {
  const client = stranger(false);
  await client.connect(address.url);
  const endpoints = await client.getEndpoints();
  await client.disconnect();
  expect(endpoints.map((each) => [each.securityMode, each.securityPolicyUri])).toEqual([
    [MessageSecurityMode.SignAndEncrypt, SecurityPolicy.Basic256Sha256],
  ]);
  const file = new X509Certificate(await readFile(address.serverCertificateFile ?? ""));
  expect(endpoints[0]?.serverCertificate?.toString("hex")).toBe(file.raw.toString("hex"));
  expect(file.subjectAltName).toContain("URI:urn:wardtwin:synthetic:icu-a-rack-1");
});

test("rack and slots read as their layout says", async () => {
  const first = pumps.get(1);
  first?.body.gauges.pin("infusionRateMlPerH", 83.3);
  first?.body.gauges.pin("occlusionCount", 12);
  show();
  const names = ["Rack.SerialNumber", "Rack.SlotCount", "Slot1.Occupied", "Slot1.SerialNumber"];
  const more = ["Slot1.OperatingState", "Slot1.InfusionRate", "Slot1.OcclusionCount", "Slot1.MainsPresent"];
  const read = await readAll([...names, ...more]);
  expect(read.map((each) => each.status)).toEqual(read.map(() => "Good"));
  expect(read.map((each) => each.value)).toEqual(["PR000001", 3, true, first?.entry.serial, 3, 83.3, 12, true]);
  first?.body.duty.hold("standby");
  show();
  expect(await readAll(["Slot1.OperatingState", "Slot1.InfusionRate"])).toMatchObject([{ value: 2 }, { value: 0 }]);
  expect(first?.said.items().at(-1)).toMatchObject({ request: "Slot1", operatingState: "standby", whole: true });
});

test("an empty slot and a pump taken out are not occupied and have no data; a silent one does not communicate", async () => {
  pumps.get(2)?.faults.merge({ plugged: false });
  show();
  const names = ["Slot3.Occupied", "Slot3.SerialNumber", "Slot2.Occupied", "Slot2.BatteryCharge"];
  expect(await readAll(names)).toMatchObject([
    { value: false, status: "Good" },
    { status: "BadNoData" },
    { value: false, status: "Good" },
    { status: "BadNoData" },
  ]);
  pumps.get(2)?.faults.merge({ plugged: true, silent: true });
  show();
  expect(await readAll(["Slot2.Occupied", "Slot2.BatteryCharge"])).toMatchObject([
    { value: true },
    { status: "BadNoCommunication" },
  ]);
  pumps.get(2)?.faults.merge({ silent: false });
  show();
  expect(await readAll(["Slot2.SerialNumber"])).toMatchObject([{ value: pumps.get(2)?.entry.serial, status: "Good" }]);
});

test("nothing can be written, and only the right password over an encrypted channel gets in", async () => {
  const client = stranger();
  const written = await client.withSessionAsync(
    { endpointUrl: address.url, userIdentity: user(CREDENTIALS.password) },
    async (session) => {
      const index = (await session.readNamespaceArray()).indexOf(NAMESPACE_URI);
      const nodeId = `ns=${index};s=Slot1.InfusionRate`;
      const value = { value: { dataType: "Double", value: 999 } };
      return session.write({ nodeId, attributeId: AttributeIds.Value, value });
    },
  );
  expect(written.name).toBe("BadNotWritable");
  const enter = (secure: boolean, userIdentity: UserIdentityInfo) =>
    stranger(secure).withSessionAsync({ endpointUrl: address.url, userIdentity }, async (session) => session.sessionId);
  await expect(enter(true, user("wrong"))).rejects.toThrow(/BadUserAccessDenied/);
  await expect(enter(true, await certificateUser())).rejects.toThrow(/BadIdentityToken/);
  await expect(enter(true, { type: UserTokenType.Anonymous })).rejects.toThrow();
  await expect(enter(false, user(CREDENTIALS.password))).rejects.toThrow();
});

test("whoever reads, browses and subscribes leaves no mark; a write and a call are counted and kept, though neither does anything", async () => {
  const marks = (): number => wire.refused().controlCount;
  const before = marks();
  const login = { endpointUrl: address.url, userIdentity: user(CREDENTIALS.password) };
  await stranger().withSessionAsync(login, async (session) => {
    const index = (await session.readNamespaceArray()).indexOf(NAMESPACE_URI);
    const nodeId = `ns=${index};s=Slot1.LinePressure`;
    await session.browse("RootFolder");
    const subscription = await session.createSubscription2({
      publishingEnabled: true,
      requestedPublishingInterval: 100,
    });
    const item = await subscription.monitor(
      { nodeId, attributeId: AttributeIds.Value },
      { samplingInterval: 0 },
      TimestampsToReturn.Both,
    );
    await once(item, "changed");
    await subscription.terminate();
    expect(marks()).toBe(before);
    await session.write({
      nodeId,
      attributeId: AttributeIds.Value,
      value: { value: { dataType: "Double", value: 7 } },
    });
    await session.call({ objectId: "i=2253", methodId: "i=11492", inputArguments: [{ dataType: "UInt32", value: 1 }] });
  });
  expect(marks()).toBe(before + 2);
  const [write, call] = wire.refused().latest.slice(-2);
  expect(write?.text).toMatch(/^WriteRequest .*Slot1\.LinePressure.*7/);
  expect(call?.text).toMatch(/^CallRequest .*"methodId":"ns=0;i=11492"/);
  const { WriteRequest, CallRequest, ReadRequest, BrowseRequest, CreateMonitoredItemsRequest } = wire.requests();
  expect(CallRequest).toBe(1);
  for (const count of [WriteRequest, ReadRequest, BrowseRequest, CreateMonitoredItemsRequest]) {
    expect(count).toBeGreaterThan(0);
  }
});

test("a rack pulled out is gone, and put back is there again with the same certificate", async () => {
  const certificates = await readdir(join(folder, "own", "certs"));
  wire.plugged = false;
  await wire.refresh();
  await expect(readAll(["Rack.Model"])).rejects.toThrow();
  wire.plugged = true;
  await wire.refresh();
  expect(await readAll(["Rack.Model"])).toMatchObject([{ value: "PR-8", status: "Good" }]);
  expect(await readdir(join(folder, "own", "certs"))).toEqual(certificates);
});
