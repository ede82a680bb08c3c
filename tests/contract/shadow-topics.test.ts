/** Who may speak of whose shadow at the embedded broker, and what the service answers to bytes that no SDK would send. */
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { type Credentials, certify, connect } from "../support/raw-gateway.ts";

const SITE = "st-real";
const [A, B] = ["gw-a", "gw-b"];
const VENT_OF_A = `${A}-vent`;
const VENT_OF_B = `${B}-vent`;
let house: TestCloud;
let ownOfA: Credentials;

beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [A, B]));
  ownOfA = await certify(house.administrator, A);
}, 60_000);
afterAll(() => house?.stop());

/** Gateway A, and all that it hears. */
async function asA(): Promise<{ mqtt: MqttClient; heard: { topic: string; said: Record<string, unknown> }[] }> {
  const mqtt = await connect(house.mqttUrl, ownOfA, `${SITE}:${A}`);
  onTestFinished(() => void mqtt.end(true));
  const heard: { topic: string; said: Record<string, unknown> }[] = [];
  mqtt.on("message", (topic, payload) => heard.push({ topic, said: JSON.parse(payload.toString()) }));
  return { mqtt, heard };
}

test("a gateway may use the shadows of itself and of the devices bound to it", async () => {
  const { mqtt, heard } = await asA();
  const things = [A, VENT_OF_A];
  const filters = things.flatMap((thing) => [
    `$aws/things/${thing}/shadow/update/accepted`,
    `$aws/things/${thing}/shadow/name/+/get/+`,
    `$aws/things/${thing}/shadow/name/config/update/delta`,
  ]);
  expect((await mqtt.subscribeAsync(filters, { qos: 1 })).map(({ qos }) => qos)).toEqual(filters.map(() => 1));
  for (const thing of things) {
    await mqtt.publishAsync(`$aws/things/${thing}/shadow/update`, '{"state":{"reported":{"a":1}}}', { qos: 1 });
    await mqtt.publishAsync(`$aws/things/${thing}/shadow/name/config/get`, "", { qos: 1 });
  }
  await eventually("all answers", () => heard.length === 4);
  expect(heard.map(({ topic, said }) => [topic, said["version"] ?? said["code"]])).toEqual(
    expect.arrayContaining(
      things.flatMap((thing) => [
        [`$aws/things/${thing}/shadow/update/accepted`, 1],
        [`$aws/things/${thing}/shadow/name/config/get/rejected`, 404],
      ]),
    ),
  );
});

test("a gateway may not listen to the shadows of others, nor of all", async () => {
  const { mqtt } = await asA();
  for (const filter of [
    `$aws/things/${VENT_OF_B}/shadow/update/accepted`,
    `$aws/things/${B}/shadow/#`,
    "$aws/things/nobody/shadow/get/+",
    "$aws/things/+/shadow/get/accepted",
    "$aws/things/+/shadow/update",
    "$aws/#",
    `$aws/things/${VENT_OF_B}/jobs/notify`,
    `$share/x/$aws/things/${VENT_OF_A}/shadow/get/accepted`,
  ]) {
    await expect(mqtt.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow();
  }
});

test.for([
  { topic: `$aws/things/${VENT_OF_B}/shadow/update`, why: "a device of another gateway" },
  { topic: `$aws/things/${B}/shadow/name/config/update`, why: "another gateway" },
  { topic: "$aws/things/nobody/shadow/update", why: "a thing that nobody knows" },
  { topic: `$aws/things/${VENT_OF_A}/shadow/update/accepted`, why: "an answer" },
  { topic: `$aws/things/${VENT_OF_A}/shadow/name/config/update/delta`, why: "a delta" },
  { topic: `$aws/things/${VENT_OF_A}/shadow/name//update`, why: "a shadow without a name" },
  { topic: `$aws/things/${VENT_OF_A}/shadow/name/refused/update`, why: "its own, retained", retain: true },
])("T3: a gateway that publishes to $topic ($why) is cut off, and nothing is stored", async ({ topic, retain }) => {
  const { mqtt } = await asA();
  const closed = new Promise<void>((resolve) => mqtt.once("close", () => resolve()));
  mqtt.publish(topic, '{"state":{"reported":{"forged":true}}}', { qos: 1, retain: retain ?? false });
  await closed;
  // What is said afterwards on its own is answered: had the other been heard, it would be stored by then.
  const again = await asA();
  await again.mqtt.subscribeAsync(`$aws/things/${A}/shadow/get/+`, { qos: 1 });
  await again.mqtt.publishAsync(`$aws/things/${A}/shadow/get`, "", { qos: 1 });
  await eventually("an answer", () => again.heard.length === 1);
  const forged = await query(house.databaseUrl, "select thing, name from shadow where document::text like '%forged%'");
  expect(forged).toEqual([]);
});

test("G7, U11, E400: bytes that are no request are refused on the topic of their verb", async () => {
  const { mqtt, heard } = await asA();
  const topic = `$aws/things/${VENT_OF_A}/shadow/name/bytes`;
  const verbs = ["get", "update", "delete"] as const;
  await mqtt.subscribeAsync(
    verbs.map((verb) => `${topic}/${verb}/+`),
    { qos: 1 },
  );
  const refused = async (verb: string, payload: string | Buffer) => {
    const before = heard.length;
    await mqtt.publishAsync(`${topic}/${verb}`, payload, { qos: 1 });
    const told = await eventually("an answer", () => heard[before]);
    expect(told.topic).toBe(`${topic}/${verb}/rejected`);
    return told.said;
  };
  for (const verb of verbs) {
    expect(await refused(verb, "{")).toMatchObject({ code: 400, message: "Invalid JSON" });
    expect(await refused(verb, Buffer.of(0xff))).toMatchObject({ code: 415 });
    expect(await refused(verb, JSON.stringify({ clientToken: "x".repeat(65) }))).toMatchObject({
      code: 400,
      message: "Invalid clientToken",
    });
  }
  expect(await refused("update", '{"clientToken":"t"}')).toMatchObject({
    code: 400,
    message: "Missing required node: state",
    clientToken: "t",
  });
  expect(await refused("delete", '{"clientToken":"t"}')).toMatchObject({ code: 404, clientToken: "t" });
});

test("U6: a state of null is answered with null and the time alone", async () => {
  const { mqtt, heard } = await asA();
  const topic = `$aws/things/${VENT_OF_A}/shadow/name/cleared`;
  await mqtt.subscribeAsync([`${topic}/update/accepted`, `${topic}/get/accepted`], { qos: 1 });
  await mqtt.publishAsync(`${topic}/update`, '{"state":{"desired":{"a":1}}}', { qos: 1 });
  await mqtt.publishAsync(`${topic}/update`, '{"state":null,"clientToken":"t"}', { qos: 1 });
  await mqtt.publishAsync(`${topic}/get`, "", { qos: 1 });
  await eventually("three answers", () => heard.length === 3);
  const [, cleared, read] = heard.map(({ said }) => said);
  const timestamp = cleared?.["timestamp"];
  expect(cleared).toEqual({ state: null, metadata: { timestamp }, version: 2, timestamp, clientToken: "t" });
  expect(read).toMatchObject({ state: {}, metadata: {}, version: 2 });
});

test("E429: a gateway that asks much more than ten things at once of one device is told so, and each request is answered once", async () => {
  const { mqtt, heard } = await asA();
  const topic = `$aws/things/${VENT_OF_A}/shadow/name/flood`;
  await mqtt.subscribeAsync([`${topic}/update/accepted`, `${topic}/update/rejected`], { qos: 1 });
  const count = 300;
  for (let i = 0; i < count; i++)
    mqtt.publish(`${topic}/update`, JSON.stringify({ state: { reported: { i } }, clientToken: `${i}` }), { qos: 1 });
  await eventually("every answer", () => heard.length >= count);
  expect(new Set(heard.map(({ said }) => said["clientToken"])).size).toBe(count);
  const accepted = heard.filter(({ topic: to }) => to.endsWith("accepted"));
  expect(accepted.map(({ said }) => said["version"])).toEqual(accepted.map((_, i) => i + 1));
  const refused = heard.filter(({ topic: to }) => to.endsWith("rejected"));
  expect(refused.length).toBeGreaterThan(0);
  for (const { said } of refused) expect(said).toMatchObject({ code: 429, message: "Too many requests" });
});
