/** The embedded broker with real certificates: each gateway has its own topics, and a stranger has none. */
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { openCertificateAuthority } from "@wardtwin/cloud-api/access/certificate-authority";
import { GatewayCertificates, GatewayList } from "@wardtwin/cloud-api/fleet/schema";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import {
  batchOf,
  type Credentials,
  certificateRequest,
  certify,
  connect,
  frameOf,
  RawGateway,
} from "../support/raw-gateway.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const SITE = "st-real";
const [A, B] = ["gw-a", "gw-b"];
let house: TestCloud;
let ownOfA: Credentials;

beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [A, B]));
  await house.administrator.ask("POST", "/registry/import", smallRegistry("simulated-one", true, ["gw-s"]));
  ownOfA = await certify(house.administrator, A);
}, 60_000);
afterAll(() => house?.stop());

async function asA(): Promise<MqttClient> {
  const mqtt = await connect(house.mqttUrl, ownOfA, `${SITE}:${A}`);
  onTestFinished(() => void mqtt.end(true));
  return mqtt;
}

/** A certificate for a gateway of ours as some authority would sign it. */
async function signedBy(
  folder: string,
  holder: { gateway: string; site: string; simulated: boolean },
): Promise<Credentials> {
  const authority = await openCertificateAuthority(folder, systemClock, systemRandom);
  const { key, csrPem } = await certificateRequest(holder.gateway);
  return { key, cert: (await authority.signGateway(csrPem, holder)).certificatePem, ca: ownOfA.ca };
}

test.for([
  `wardtwin/v1/${SITE}/${B}/telemetry`,
  `wardtwin/v1/${SITE}/${B}/presence`,
  `wardtwin/v1/simulated-one/gw-s/telemetry`,
  `wardtwin/v1/elsewhere/${A}/telemetry`,
  `wardtwin/v1/${SITE}/${A}/ack`,
  `wardtwin/v1/${SITE}/${B}/welcome`,
  `wardtwin/v1/${SITE}/${A}/telemetry/more`,
  "$SYS/broker",
  "elsewhere",
])("a gateway that publishes to %s is cut off, and nobody hears it", async (topic) => {
  const mqtt = await asA();
  const closed = new Promise<void>((resolve) => mqtt.once("close", () => resolve()));
  mqtt.publish(
    topic,
    topic.endsWith("presence")
      ? '{"online":true}'
      : Buffer.from(frameOf({ epoch: 9, sequence: 9 }, batchOf({ serial: "SN-GW-B" }, [1], false))),
    { qos: 1 },
  );
  await closed;
  // What a gateway says on its own topics comes after, and is heard: had the other been heard, it would be there.
  const raw = await RawGateway.open(house.mqttUrl, ownOfA, { site: SITE, gateway: A });
  onTestFinished(() => raw.close());
  await raw.send({ epoch: 1, sequence: 1 }, batchOf({ serial: "SN-GW-A" }, [1_000], false));
  await raw.settled(1, 1);
  const [heard] = await query<{ epochs: number; online: number; aside: number }>(
    house.databaseUrl,
    `select (select count(*)::int from gateway_epoch where gateway_id <> $1 or epoch = 9) as epochs,
       (select count(*)::int from set_aside_batch) as aside, (select count(*)::int from gateway where id <> $1 and online) as online`,
    [A],
  );
  expect(heard).toEqual({ epochs: 0, online: 0, aside: 0 });
});

test("a gateway may listen to its own answers and to nothing else", async () => {
  const mqtt = await asA();
  const own = [`wardtwin/v1/${SITE}/${A}/ack`, `wardtwin/v1/${SITE}/${A}/welcome`];
  expect((await mqtt.subscribeAsync(own, { qos: 1 })).map(({ qos }) => qos)).toEqual([1, 1]);
  const others = [
    "#",
    "+/#",
    "$SYS/#",
    "$share/all/#",
    "wardtwin/v1/+/+/telemetry",
    `wardtwin/v1/${SITE}/+/ack`,
    `wardtwin/v1/${SITE}/${B}/ack`,
    `wardtwin/v1/${SITE}/${A}/telemetry`,
    `$share/x/wardtwin/v1/${SITE}/${A}/ack`,
  ];
  for (const topic of others) await expect(mqtt.subscribeAsync(topic, { qos: 1 }), topic).rejects.toThrow();
});

test("whoever shows no certificate, or one of another authority, is not let in", async () => {
  const { ca } = ownOfA;
  await expect(connect(house.mqttUrl, { ca }, "nobody")).rejects.toThrow();
  const elsewhere = temporaryFolder();
  onTestFinished(() => removeFolder(elsewhere));
  const foreign = await signedBy(elsewhere, { gateway: A, site: SITE, simulated: false });
  await expect(connect(house.mqttUrl, foreign, `${SITE}:${A}`)).rejects.toThrow();
  await expect(connect(house.mqttUrl.replace("mqtts:", "mqtt:"), {}, "plain")).rejects.toThrow();
  // The same client with what is its own is let in.
  await asA();
});

test("a certificate of ours that the registry does not bear out is not let in", async () => {
  const ours = join(house.dataDir, "pki");
  const strangers = [
    { gateway: "gw-unknown", site: SITE, simulated: false },
    { gateway: A, site: "simulated-one", simulated: false },
    { gateway: A, site: SITE, simulated: true },
    { gateway: "gw-s", site: "simulated-one", simulated: false },
  ];
  for (const holder of strangers) {
    const credentials = await signedBy(ours, holder);
    // Cut off by the broker, not given up by the client.
    await expect(connect(house.mqttUrl, credentials, "stranger"), JSON.stringify(holder)).rejects.toThrow(
      /^(?!connack timeout)/,
    );
  }
});

test("a revoked certificate is cut off with its live session, and let in no more; another of the same gateway is", async () => {
  const [revoked, other] = [await certify(house.administrator, B), await certify(house.administrator, B)];
  const mqtt = await connect(house.mqttUrl, revoked, `${SITE}:${B}`);
  onTestFinished(() => void mqtt.end(true));
  const closed = new Promise<void>((resolve) => mqtt.once("close", () => resolve()));
  const { certificates } = await house.administrator.get(GatewayCertificates, `/gateways/${B}/certificates`);
  const serial = new X509Certificate(revoked.cert).serialNumber.toLowerCase();
  expect(certificates.map((one) => one.serial)).toContain(serial);
  await house.administrator.ask("POST", `/gateways/${B}/certificates/${serial}/revocation`);
  await closed;
  await expect(connect(house.mqttUrl, revoked, `${SITE}:${B}`)).rejects.toThrow(/^(?!connack timeout)/);
  void (await connect(house.mqttUrl, other, `${SITE}:${B}`)).end(true);
});

test("the mark of simulation goes from the certificate to the reading, both ways", async () => {
  const own = await certify(house.administrator, "gw-s");
  const raw = await RawGateway.open(house.mqttUrl, own, { site: "simulated-one", gateway: "gw-s" });
  onTestFinished(() => raw.close());
  await raw.send({ epoch: 1, sequence: 1 }, batchOf({ serial: "SN-GW-S" }, [1_000], false));
  expect(await raw.settled(1, 1)).toBe("a real batch from a simulated gateway");
  await raw.send({ epoch: 1, sequence: 2 }, batchOf({ serial: "SN-GW-S" }, [2_000], true));
  expect(await raw.settled(1, 2)).toBe("committed");
  const { body } = await house.administrator.ask("GET", "/twins/gw-s-vent");
  expect(body).toMatchObject({ simulated: true });
});

test("real and simulated equipment never share a site", async () => {
  const { status, body } = await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, true, [A]));
  expect({ status, body }).toMatchObject({ status: 409, body: { code: "fleet.simulated-mixed" } });
  const moved = await house.administrator.ask("POST", "/registry/import", smallRegistry("simulated-two", true, [A]));
  expect(moved).toMatchObject({ status: 409, body: { code: "fleet.id-elsewhere" } });
});

test("a gateway whose connection breaks is offline by its last will", async () => {
  const own = await certify(house.administrator, B);
  const topic = `wardtwin/v1/${SITE}/${B}/presence`;
  const mqtt = await connectAsync(house.mqttUrl, {
    ...own,
    clientId: `${SITE}:${B}`,
    protocolVersion: 4,
    reconnectPeriod: 0,
    will: { topic, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
  });
  await mqtt.publishAsync(topic, '{"online":true}', { qos: 1, retain: true });
  await eventually("online", async () => (await linkOf(B)) === "online");
  mqtt.stream.destroy();
  await eventually("offline", async () => (await linkOf(B)) === "offline");
});

/** The link of a gateway as the gateways' page has it. */
async function linkOf(gateway: string): Promise<string | undefined> {
  const { gateways } = await house.administrator.get(GatewayList, "/gateways");
  return gateways.find(({ id }) => id === gateway)?.link;
}
