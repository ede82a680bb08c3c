/** Shadows over HTTPS with client certificates, beside what those who listen over MQTT hear of it. */
import { once } from "node:events";
import { request } from "node:https";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { eventually } from "../support/eventually.ts";
import { type Credentials, certify, connect } from "../support/raw-gateway.ts";

const SITE = "st-real";
const [A, B] = ["gw-a", "gw-b"];
const VENT = `${A}-vent`;
let house: TestCloud;
let ownOfA: Credentials;

beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [A, B]));
  ownOfA = await certify(house.administrator, A);
}, 60_000);
afterAll(() => house?.stop());

interface Reply {
  status: number | undefined;
  body: unknown;
}

async function ask(
  method: string,
  path: string,
  body?: string,
  credentials: Partial<Credentials> = ownOfA,
): Promise<Reply> {
  const asking = request(new URL(path, house.cloud.shadowUrl ?? ""), { method, ...credentials });
  asking.end(body);
  const [response] = await once(asking, "response");
  let text = "";
  for await (const part of response) text += part;
  return { status: response.statusCode, body: JSON.parse(text) };
}

test("a shadow is made, read, listed and deleted, with AWS's codes and sentences", async () => {
  const path = `/things/${VENT}/shadow?name=config`;
  const absent = { status: 404, body: { message: "No shadow exists with name: 'config'" } };
  expect(await ask("GET", path)).toEqual(absent);
  const made = await ask("POST", path, '{"state":{"desired":{"a":1}},"clientToken":"t"}');
  expect(made).toMatchObject({ status: 200, body: { state: { desired: { a: 1 } }, version: 1, clientToken: "t" } });
  expect(await ask("GET", path)).toMatchObject({ status: 200, body: { state: { delta: { a: 1 } }, version: 1 } });
  const listed = await ask("GET", `/api/things/shadow/ListNamedShadowsForThing/${VENT}`);
  expect(listed).toEqual({ status: 200, body: { results: ["config"], timestamp: expect.any(Number) } });
  expect(await ask("POST", path, '{"state":{},"version":9}')).toEqual({
    status: 409,
    body: { message: "Version conflict" },
  });
  expect(await ask("POST", path, "{")).toEqual({ status: 400, body: { message: "Invalid JSON" } });
  expect(await ask("DELETE", path)).toMatchObject({ status: 200, body: { version: 1 } });
  expect(await ask("GET", path)).toEqual(absent);
});

test("G6: a list comes in pages, and what no page can be is refused", async () => {
  for (const name of ["a", "b", "c"]) await ask("POST", `/things/${A}/shadow?name=${name}`, '{"state":{}}');
  await ask("POST", `/things/${A}/shadow`, '{"state":{}}');
  const list = (query: string) => ask("GET", `/api/things/shadow/ListNamedShadowsForThing/${A}${query}`);
  expect((await list("?pageSize=2")).body).toMatchObject({ results: ["a", "b"], nextToken: "b" });
  expect((await list("?pageSize=2&nextToken=b")).body).toEqual({ results: ["c"], timestamp: expect.any(Number) });
  for (const query of ["?pageSize=0", "?pageSize=101", "?pageSize=many", "?nextToken=a/b"])
    expect((await list(query)).status, query).toBe(400);
});

test("A2: who listens over MQTT hears of a change by HTTPS, and of no refusal", async () => {
  const mqtt = await connect(house.mqttUrl, ownOfA, `${SITE}:${A}`);
  onTestFinished(() => void mqtt.end(true));
  const heard: string[] = [];
  const root = `$aws/things/${VENT}/shadow/name/told`;
  mqtt.on("message", (topic) => heard.push(topic.slice(root.length + 1)));
  await mqtt.subscribeAsync(`${root}/#`, { qos: 1 });
  const path = `/things/${VENT}/shadow?name=told`;
  await ask("POST", path, '{"state":1}');
  await ask("POST", path, '{"state":{"desired":{"a":1}}}');
  await ask("GET", path);
  await ask("DELETE", path);
  await eventually("the last word", () => heard.includes("delete/accepted"));
  expect(heard).toEqual(["update/accepted", "update/delta", "update/documents", "delete/accepted"]);
});

test("a certificate opens the shadows of its own things alone, and none opens nothing", async () => {
  for (const thing of [B, `${B}-vent`, "nobody"]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      const reply = await ask(method, `/things/${thing}/shadow`, method === "POST" ? '{"state":{}}' : undefined);
      expect(reply, thing).toEqual({ status: 403, body: { message: "Forbidden" } });
    }
    expect((await ask("GET", `/api/things/shadow/ListNamedShadowsForThing/${thing}`)).status).toBe(403);
  }
  await expect(ask("GET", `/things/${VENT}/shadow`, undefined, { ca: ownOfA.ca })).rejects.toThrow();
});

test("what is too long, or names nothing, is refused", async () => {
  const path = `/things/${VENT}/shadow`;
  const tooLarge = { status: 413, body: { message: "The payload exceeds the maximum size allowed" } };
  expect(await ask("POST", path, JSON.stringify({ state: { desired: { a: "x".repeat(8_185) } } }))).toEqual(tooLarge);
  expect(await ask("POST", path, " ".repeat(131_073))).toEqual(tooLarge);
  expect(await ask("GET", `${path}?name=a/b`)).toMatchObject({ status: 400 });
  expect(await ask("GET", "/elsewhere")).toMatchObject({ status: 404 });
});
