/** Another system's MQTT client: what `npm run certificate` writes, and what its holder may hear and say. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ClientCertificates } from "@wardtwin/cloud-api/fleet/schema";
import { certificate } from "@wardtwin/infra/launcher/certificate";
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { eventually } from "../support/eventually.ts";
import { root } from "../support/house.ts";
import { batchOf, type Credentials, certify, connect, frameOf, RawGateway } from "../support/raw-gateway.ts";

const SITE = "st-real";
const GATEWAY = "gw-a";
const THING = `${GATEWAY}-vent`;
const REFUSED = /^(?!connack timeout)/;
let house: TestCloud;
let gateway: RawGateway;

beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [GATEWAY]));
  await house.administrator.ask("POST", "/registry/import", smallRegistry("simulated-one", true, ["gw-s"]));
  const own = await certify(house.administrator, GATEWAY);
  gateway = await RawGateway.open(house.mqttUrl, own, { site: SITE, gateway: GATEWAY });
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await house?.stop();
});

const env = () => ({ DATA_DIR: house.dataDir, DATABASE_URL: house.databaseUrl });
const command = (...args: string[]) => certificate(args, env(), house.dataDir);

/** Has a client certified as an administrator of the machine does, and reads what was written. */
async function certified(name: string, ...more: string[]): Promise<Credentials> {
  await command("--name", name, "--site", SITE, ...more);
  return filesOf(name);
}

function filesOf(name: string): Credentials {
  const read = (file: string) => readFileSync(join(house.dataDir, `client-${name}`, file), "utf8");
  return { key: read(`${name}.key`), cert: read(`${name}.pem`), ca: read("ca.pem") };
}

async function as(name: string, own: Credentials): Promise<{ mqtt: MqttClient; heard: string[] }> {
  const mqtt = await connect(house.mqttUrl, own, `client_${name}`);
  onTestFinished(() => void mqtt.end(true));
  const heard: string[] = [];
  mqtt.on("message", (topic) => heard.push(topic));
  return { mqtt, heard };
}

/** Whether a client that publishes on a topic is cut off. */
async function isCutOff(name: string, own: Credentials, topic: string): Promise<boolean> {
  const mqtt = await connect(house.mqttUrl, own, `client_${name}:publishes`);
  const closed = new Promise<true>((resolve) => mqtt.once("close", () => resolve(true)));
  const taken = mqtt.publishAsync(topic, '{"state":{"reported":{"a":1}}}', { qos: 1 }).then(
    () => false,
    () => true,
  );
  return Promise.race([closed, taken]).finally(() => void mqtt.end(true));
}

const shadow = (rest: string, thing = THING) => `$aws/things/${thing}/shadow/${rest}`;

test("a client without shadows hears the telemetry of its site, and nothing else", async () => {
  const own = await certified("archive");
  const { mqtt, heard } = await as("archive", own);
  const filters = [`wardtwin/v1/${SITE}/+/telemetry`, `wardtwin/v1/${SITE}/${GATEWAY}/telemetry`];
  expect((await mqtt.subscribeAsync(filters, { qos: 1 })).map(({ qos }) => qos)).toEqual([1, 1]);
  for (const filter of [
    "#",
    "wardtwin/#",
    "wardtwin/v1/+/+/telemetry",
    "wardtwin/v1/simulated-one/+/telemetry",
    `wardtwin/v1/${SITE}/#`,
    `wardtwin/v1/${SITE}/+/presence`,
    `wardtwin/v1/${SITE}/${GATEWAY}/ack`,
    `$share/x/wardtwin/v1/${SITE}/+/telemetry`,
    shadow("get/+"),
    shadow("#", GATEWAY),
    `$aws/things/${THING}/jobs/notify`,
    "$aws/certificates/create-from-csr/json/accepted",
  ])
    await expect(mqtt.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow();
  for (const topic of [
    `wardtwin/v1/${SITE}/${GATEWAY}/telemetry`,
    `wardtwin/v1/${SITE}/${GATEWAY}/ack`,
    `wardtwin/v1/${SITE}/client_archive/telemetry`,
    shadow("get"),
    `$aws/things/${THING}/jobs/get`,
    "$aws/certificates/create-from-csr/json",
  ])
    expect([topic, await isCutOff("archive", own, topic)]).toEqual([topic, true]);
  await gateway.say("telemetry", frameOf({ epoch: 1, sequence: 1 }, batchOf({ serial: "SN-GW-A" }, [1_000], false)));
  await eventually("a batch", () => heard.length > 0);
  expect(new Set(heard)).toEqual(new Set([`wardtwin/v1/${SITE}/${GATEWAY}/telemetry`]));
});

test("a client that reads shadows asks for those of its site and hears of changes, and changes none", async () => {
  const own = await certified("reader", "--shadows", "read");
  const { mqtt, heard } = await as("reader", own);
  await mqtt.subscribeAsync([shadow("get/+"), shadow("name/+/update/documents")], { qos: 1 });
  await mqtt.publishAsync(shadow("get"), "", { qos: 1 });
  await gateway.mqtt.publishAsync(shadow("name/config/update"), '{"state":{"reported":{"a":1}}}', { qos: 1 });
  await eventually("both", () => heard.length === 2);
  expect(heard.toSorted()).toEqual([shadow("get/rejected"), shadow("name/config/update/documents")]);
  for (const topic of [shadow("update"), shadow("delete"), shadow("get", "gw-s-vent"), shadow("get", "nobody")])
    expect([topic, await isCutOff("reader", own, topic)]).toEqual([topic, true]);
  for (const filter of [shadow("get/+", "gw-s"), shadow("get/+", "+"), `$aws/things/${THING}/jobs/#`])
    await expect(mqtt.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow();
});

test("a client that writes shadows updates those of its site, and deletes none", async () => {
  const own = await certified("planner", "--shadows", "write");
  const { mqtt, heard } = await as("planner", own);
  await mqtt.subscribeAsync(shadow("name/plan/update/accepted"), { qos: 1 });
  await mqtt.publishAsync(shadow("name/plan/update"), '{"state":{"desired":{"a":1}}}', { qos: 1 });
  await eventually("an answer", () => heard.length === 1);
  for (const topic of [
    shadow("name/plan/delete"),
    shadow("update", "gw-s-vent"),
    `$aws/things/${THING}/jobs/start-next`,
  ])
    expect([topic, await isCutOff("planner", own, topic)]).toEqual([topic, true]);
  expect(await isCutOff("planner", own, shadow("update"))).toBe(false);
});

test("a client takes over nobody's session, and has its place at the broker alone", async () => {
  const own = await certified("guest", "--shadows", "read");
  for (const id of [`${SITE}:${GATEWAY}`, "client_archive", "wardtwin-cloud-1", "guest"])
    await expect(connect(house.mqttUrl, own, id), id).rejects.toThrow(REFUSED);
  await (await connect(house.mqttUrl, own, "client_guest:2")).endAsync(true);
});

test("a client is listed in the API, and cut off when its certificate is revoked", async () => {
  const own = await certified("lost", "--shadows", "read");
  const { mqtt } = await as("lost", own);
  const closed = new Promise<void>((resolve) => mqtt.once("close", () => resolve()));
  const { certificates } = await house.administrator.get(ClientCertificates, "/client-certificates");
  const one = certificates.find(({ name }) => name === "lost");
  expect(one).toMatchObject({ site: SITE, shadows: "read", issuedBy: "npm run certificate", revokedAt: null });
  const { status } = await house.administrator.ask("POST", `/client-certificates/${one?.serial}/revocation`);
  expect(status).toBe(200);
  await closed;
  await expect(connect(house.mqttUrl, own, "client_lost")).rejects.toThrow(REFUSED);
  const unknown = await house.administrator.ask("POST", `/client-certificates/${"0".repeat(32)}/revocation`);
  expect(unknown.body).toMatchObject({ status: 404, code: "fleet.client-not-found" });
});

test("the command of the package writes files that are their owner's alone, and writes over none", async () => {
  const args = ["--name", "files", "--site", SITE];
  const script = join(root, "infra", "launcher", "certificate-main.ts");
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env(), INIT_CWD: house.dataDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [stdout, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  const folder = join(house.dataDir, "client-files");
  expect(status).toBe(0);
  expect(stdout).toMatch(`${folder} holds a key and a certificate for the telemetry of ${SITE}`);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of ["files.key", "files.pem", "ca.pem"])
    expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
  const before = filesOf("files");
  await expect(command(...args)).rejects.toThrow(`${folder} is there already; name another folder with --to.`);
  expect(filesOf("files")).toEqual(before);
});

test.for([
  { args: ["--site", SITE], says: /^--name is ""/ },
  { args: ["--name", "A b", "--site", SITE], says: /^--name is "A b"/ },
  {
    args: ["--name", "x", "--site", "nowhere"],
    says: /^There is no site nowhere in the registry \(simulated-one, st-real\)\.$/,
  },
  { args: ["--name", "x", "--site", SITE, "--shadows", "all"], says: /^--shadows is "all"; use read or write/ },
  { args: ["--nonsense"], says: /^Unknown option '--nonsense'/ },
])("$args is refused in one sentence, and leaves nothing behind", async ({ args, says }) => {
  await expect(command(...args)).rejects.toThrow(says);
  expect(existsSync(join(house.dataDir, "client-x"))).toBe(false);
});
