/** Claims, exchanged for certificates at the embedded broker: with the AWS SDK's own client, and with bytes that no SDK would send. */
import { X509Certificate } from "node:crypto";
import { GatewayCertificates, GatewayList } from "@wardtwin/cloud-api/fleet/schema";
import { ClaimList } from "@wardtwin/cloud-api/provisioning/schema";
import { provisionTopic, SIGNING_TOPIC } from "@wardtwin/device-profiles/twin-document/provisioning";
import { newKey } from "@wardtwin/edge-agent/certificate/key-pair";
import { signingRequest } from "@wardtwin/edge-agent/certificate/signing-request";
import { iotidentity } from "aws-iot-device-sdk-v2";
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { claimOf, credentialsOf } from "../support/claim.ts";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { type Credentials, certificateRequest, certify, connect } from "../support/raw-gateway.ts";
import { sdkConnection } from "../support/sdk-connection.ts";
import { refusalOf } from "../support/shadow-client.ts";

const SITE = "st-real";
const WARD = `${SITE}-ward`;
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

const newClaim = (more: object = {}) => claimOf(house.administrator, WARD, more);
const REFUSED = /^(?!connack timeout)/;

/** A plain client that asks, and hears the answers. */
async function asker(own: Credentials, clientId: string) {
  const mqtt: MqttClient = await connect(house.mqttUrl, own, clientId);
  onTestFinished(() => void mqtt.end(true));
  const heard: { topic: string; said: Record<string, unknown> }[] = [];
  mqtt.on("message", (topic, payload) => heard.push({ topic, said: JSON.parse(payload.toString()) }));
  const ask = async (topic: string, body: string | object) => {
    const answers = [`${topic}/accepted`, `${topic}/rejected`];
    await mqtt.subscribeAsync(answers, { qos: 1 });
    const before = heard.length;
    await mqtt.publishAsync(topic, typeof body === "string" ? body : JSON.stringify(body), { qos: 1 });
    const answer = await eventually("an answer", () => heard.slice(before).find((one) => answers.includes(one.topic)));
    return { accepted: answer.topic.endsWith("/accepted"), ...answer.said };
  };
  return { mqtt, ask };
}

/** Has a key certified for a gateway, up to where it waits to be taken into use. */
async function signed(own: Credentials, clientId: string, gateway: string) {
  const key = newKey();
  const { mqtt, ask } = await asker(own, clientId);
  const certificateSigningRequest = await signingRequest(gateway, key, own);
  const answer: Record<string, unknown> = await ask(SIGNING_TOPIC, { certificateSigningRequest });
  const fresh = { key, cert: String(answer["certificatePem"]), ca: own.ca };
  return { mqtt, ask, fresh, answer, token: answer["certificateOwnershipToken"] };
}

const letsIn = (own: Credentials, gateway: string) =>
  connect(house.mqttUrl, own, `${SITE}:${gateway}`).then((mqtt) => mqtt.endAsync(true));

test("P2, P3, P5: the AWS SDK's own client exchanges a claim for a certificate, and comes back with it", async () => {
  const claim = await newClaim();
  const own = credentialsOf(claim);
  const connection = await sdkConnection(house.mqttUrl, own, claim.id);
  const client = iotidentity.IotIdentityClientv2.newFromMqtt311(connection, {
    maxRequestResponseSubscriptions: 4,
    maxStreamingSubscriptions: 2,
    operationTimeoutInSeconds: 20,
  });
  onTestFinished(() => client.close());
  const key = newKey();
  const made = await client.createCertificateFromCsr({
    certificateSigningRequest: await signingRequest("gw-new", key, own),
  });
  const fresh = { key, cert: made.certificatePem ?? "", ca: own.ca };
  const { subject, serialNumber } = new X509Certificate(fresh.cert);
  expect(subject.split("\n").slice(0, 3)).toEqual(["CN=gw-new", `O=${SITE}`, "OU=gateway"]);
  expect(made.certificateId).toBe(serialNumber.toLowerCase());
  await expect(letsIn(fresh, "gw-new")).rejects.toThrow(REFUSED);
  const registered = await client.registerThing({
    templateName: claim.id,
    certificateOwnershipToken: made.certificateOwnershipToken ?? "",
    parameters: { site: SITE, ward: WARD },
  });
  expect(registered).toEqual({
    thingName: "gw-new",
    deviceConfiguration: { site: SITE, ward: WARD, gateway: "gw-new", simulated: "false" },
  });
  await letsIn(fresh, "gw-new");
  const { gateways } = await house.administrator.get(GatewayList, "/gateways");
  expect(gateways.find(({ id }) => id === "gw-new")).toMatchObject({ ward: WARD, simulated: false });
  const { certificates } = await house.administrator.get(GatewayCertificates, "/gateways/gw-new/certificates");
  expect(certificates).toMatchObject([{ serial: made.certificateId, issuedBy: claim.id, revokedAt: null }]);
});

test("P2: nobody is given a private key, and is told so in a sentence", async () => {
  const claim = await newClaim();
  const connection = await sdkConnection(house.mqttUrl, credentialsOf(claim), claim.id);
  const client = iotidentity.IotIdentityClientv2.newFromMqtt311(connection, {
    maxRequestResponseSubscriptions: 4,
    maxStreamingSubscriptions: 2,
    operationTimeoutInSeconds: 20,
  });
  onTestFinished(() => client.close());
  expect(await refusalOf(client.createKeysAndCertificate({}))).toMatchObject({
    statusCode: 403,
    errorCode: "AccessDenied",
    errorMessage: expect.stringContaining("create-from-csr"),
  });
});

test("P1: a claim may use the topics of provisioning and no other, and nobody else's", async () => {
  const [claim, other] = [await newClaim(), await newClaim()];
  const { mqtt } = await asker(credentialsOf(claim), claim.id);
  for (const filter of [
    "#",
    "$aws/#",
    SIGNING_TOPIC,
    `${SIGNING_TOPIC}/#`,
    `${provisionTopic(other.id)}/accepted`,
    `${provisionTopic("+")}/accepted`,
    `${provisionTopic(A)}/rejected`,
    `wardtwin/v1/${SITE}/${A}/ack`,
    `wardtwin/v1/${SITE}/+/telemetry`,
    `$aws/things/${A}/shadow/#`,
    `$aws/things/${A}/jobs/#`,
    `$aws/things/${claim.id}/shadow/get/+`,
  ])
    await expect(mqtt.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow();
  for (const topic of [
    provisionTopic(other.id),
    `${provisionTopic(claim.id)}/accepted`,
    `${SIGNING_TOPIC}/accepted`,
    `wardtwin/v1/${SITE}/${claim.id}/telemetry`,
    `wardtwin/v1/${SITE}/${A}/presence`,
    `$aws/things/${claim.id}/shadow/update`,
    `$aws/things/${A}/jobs/start-next`,
  ]) {
    const one = await connect(house.mqttUrl, credentialsOf(claim), `${claim.id}:topics`);
    const closed = new Promise<void>((resolve) => one.once("close", () => resolve()));
    one.publish(topic, "{}", { qos: 1 });
    await closed;
  }
  await expect(connect(house.mqttUrl, credentialsOf(claim), `${SITE}:${A}`)).rejects.toThrow(REFUSED);
  await expect(connect(house.mqttUrl, credentialsOf(claim), other.id)).rejects.toThrow(REFUSED);
});

test("P6: a claim is good for one gateway: used, it is revoked and cut off, and its token gets the same again until then", async () => {
  const claim = await newClaim();
  const { mqtt, ask, token } = await signed(credentialsOf(claim), claim.id, "gw-once");
  const closed = new Promise<void>((resolve) => mqtt.once("close", () => resolve()));
  expect(await ask(provisionTopic(claim.id), { certificateOwnershipToken: token })).toMatchObject({ accepted: true });
  await closed;
  await expect(connect(house.mqttUrl, credentialsOf(claim), claim.id)).rejects.toThrow(REFUSED);
  const { claims } = await house.administrator.get(ClaimList, "/provisioning-claims");
  expect(claims.find(({ id }) => id === claim.id)).toMatchObject({
    usedBy: "gw-once",
    usedAt: expect.any(String),
    revokedAt: expect.any(String),
  });
});

test("P6: two that hold copies of one claim make one gateway of it", async () => {
  const claim = await newClaim();
  const own = credentialsOf(claim);
  const [one, two] = [await signed(own, `${claim.id}:1`, "gw-copy-1"), await signed(own, `${claim.id}:2`, "gw-copy-2")];
  const tokens = [one.token, two.token];
  await one.mqtt.subscribeAsync([`${provisionTopic(claim.id)}/accepted`], { qos: 1 });
  const cut = [one, two].map(({ mqtt }) => new Promise<void>((resolve) => mqtt.once("close", () => resolve())));
  for (const [i, { mqtt }] of [one, two].entries())
    mqtt.publish(provisionTopic(claim.id), JSON.stringify({ certificateOwnershipToken: tokens[i] }), { qos: 1 });
  await Promise.all(cut);
  const made = await eventually("a gateway", async () => {
    const rows = await query<{ id: string }>(house.databaseUrl, "select id from gateway where id like 'gw-copy-%'");
    return rows.length > 0 && rows;
  });
  expect(made).toHaveLength(1);
});

test("P6: a revoked claim is cut off at once, and an expired or a forged one is not let in", async () => {
  const revoked = await newClaim();
  const mqtt = await connect(house.mqttUrl, credentialsOf(revoked), revoked.id);
  const closed = new Promise<void>((resolve) => mqtt.once("close", () => resolve()));
  await house.administrator.ask("POST", `/provisioning-claims/${revoked.id}/revocation`);
  await closed;
  await expect(connect(house.mqttUrl, credentialsOf(revoked), revoked.id)).rejects.toThrow(REFUSED);
  const expired = await newClaim();
  await query(house.databaseUrl, "update provisioning_claim set expires_at = now() - interval '1 s' where id = $1", [
    expired.id,
  ]);
  await expect(connect(house.mqttUrl, credentialsOf(expired), expired.id)).rejects.toThrow(REFUSED);
  const unknown = await newClaim();
  await query(house.databaseUrl, "delete from provisioning_claim where id = $1", [unknown.id]);
  await expect(connect(house.mqttUrl, credentialsOf(unknown), unknown.id)).rejects.toThrow(REFUSED);
});

test("P4: the provisioning hook refuses with a code and a sentence, and nothing is used up", async () => {
  const claim = await newClaim();
  const own = credentialsOf(claim);
  const { ask } = await asker(own, claim.id);
  const csrFor = async (gateway: string, by = own) => ({
    certificateSigningRequest: await signingRequest(gateway, newKey(), by),
  });
  const refusal = async (body: string | object) => {
    const { accepted, errorCode, errorMessage }: Record<string, unknown> = await ask(SIGNING_TOPIC, body);
    return accepted ? "accepted" : `${errorCode}: ${errorMessage}`;
  };
  expect(await refusal(await csrFor(A))).toMatch(/^AccessDenied: the gateway gw-a is live/);
  expect(await refusal(await csrFor("gw-s"))).toMatch(/^AccessDenied: the gateway gw-s is registered elsewhere/);
  expect(await refusal(await csrFor("GW A"))).toMatch(/^InvalidParameters: a gateway's name is/);
  expect(await refusal("{")).toMatch(/^InvalidPayload: /);
  expect(await refusal({})).toMatch(/^InvalidPayload: /);
  expect(await refusal({ certificateSigningRequest: "none" })).toMatch(/^InvalidCertificateSigningRequest: /);
  const { csrPem } = await certificateRequest("gw-proofless");
  expect(await refusal({ certificateSigningRequest: csrPem })).toMatch(/^AccessDenied: the request does not prove/);
  // The proof of a certificate whose key another one has.
  const forged = { ...own, key: newKey() };
  expect(await refusal(await csrFor("gw-forged", forged))).toMatch(/^AccessDenied: the request does not prove/);
  // A gateway's certificate asks for itself alone.
  expect(await refusal(await csrFor(B, ownOfA))).toMatch(/^AccessDenied: a gateway may ask for its own/);
  // A gateway of the registry that nobody has certified yet is what a claim is for.
  expect(await refusal(await csrFor(B))).toBe("accepted");
});

test("P4, P5: a token is its asker's alone, and its parameters are held against the claim", async () => {
  const [claim, other] = [await newClaim(), await newClaim()];
  const { ask, token } = await signed(credentialsOf(claim), claim.id, "gw-params");
  const { ask: askOther } = await asker(credentialsOf(other), other.id);
  const topic = provisionTopic(claim.id);
  const withParameters = (parameters: object) => ask(topic, { certificateOwnershipToken: token, parameters });
  expect(await askOther(provisionTopic(other.id), { certificateOwnershipToken: token })).toMatchObject({
    statusCode: 400,
    errorCode: "InvalidCertificateOwnershipToken",
  });
  expect(await ask(topic, { certificateOwnershipToken: "guess" })).toMatchObject({
    errorCode: "InvalidCertificateOwnershipToken",
  });
  expect(await withParameters({ site: "simulated-one" })).toMatchObject({ errorCode: "AccessDenied" });
  expect(await withParameters({ ward: "elsewhere" })).toMatchObject({ errorCode: "AccessDenied" });
  expect(await withParameters({ gateway: "gw-other" })).toMatchObject({ errorCode: "InvalidParameters" });
  expect(await withParameters({ site: SITE, ward: WARD, gateway: "gw-params" })).toMatchObject({ accepted: true });
});

test("P5: a certificate that nobody took into use within an hour lets nobody in, and cannot be any more", async () => {
  const claim = await newClaim();
  const { ask, token, fresh } = await signed(credentialsOf(claim), claim.id, "gw-late");
  await query(
    house.databaseUrl,
    "update signed_request set signed_at = now() - interval '1 h' where gateway_id = 'gw-late'",
  );
  expect(await ask(provisionTopic(claim.id), { certificateOwnershipToken: token })).toMatchObject({
    errorCode: "InvalidCertificateOwnershipToken",
    errorMessage: expect.stringContaining("expired"),
  });
  await query(
    house.databaseUrl,
    "insert into gateway (id, site_id, ward_id, name, simulated) values ($1, $2, $3, $1, false)",
    ["gw-late", SITE, WARD],
  );
  // Long enough for the registry to be read anew.
  await eventually(
    "the registry",
    () =>
      letsIn(fresh, "gw-late").then(
        () => false,
        () => true,
      ),
    5_000,
  );
  await expect(letsIn(fresh, "gw-late")).rejects.toThrow(REFUSED);
});

test("a claim is an installer's or an administrator's to make, for a ward that there is, and told once", async () => {
  const installer = house.as.get("installer");
  const { status, headers } = (await installer?.ask("POST", "/provisioning-claims", { ward: WARD })) ?? {};
  expect([status, headers?.get("cache-control")]).toEqual([200, "no-store"]);
  expect((await installer?.ask("POST", "/provisioning-claims", { ward: "none" }))?.body).toMatchObject({
    code: "fleet.ward-not-found",
  });
  expect((await installer?.ask("POST", "/provisioning-claims", { ward: WARD, expiresInH: 721 }))?.status).toBe(400);
  const listed = await installer?.ask("GET", "/provisioning-claims");
  expect(listed?.text).not.toContain("PRIVATE KEY");
  const keys = await query(
    house.databaseUrl,
    "select count(*)::int as count from provisioning_claim claim where claim::text like '%PRIVATE%'",
  );
  expect(keys).toEqual([{ count: 0 }]);
});

test("P7: a gateway has its next certificate signed for itself, uses it, and the old one is revoked after that", async () => {
  const gateway = A;
  const old = ownOfA;
  const { ask, token, fresh } = await signed(old, `${SITE}:${gateway}:renewal`, gateway);
  const topic = provisionTopic(gateway);
  await expect(letsIn(fresh, gateway)).rejects.toThrow(REFUSED);
  expect(await ask(topic, { certificateOwnershipToken: token, parameters: { connected: "true" } })).toMatchObject({
    statusCode: 409,
  });
  expect(await ask(topic, { certificateOwnershipToken: token })).toMatchObject({ accepted: true, thingName: gateway });
  await letsIn(fresh, gateway);
  await letsIn(old, gateway);
  const next = await asker(fresh, `${SITE}:${gateway}:next`);
  const connected = { certificateOwnershipToken: token, parameters: { connected: "true" } };
  expect(await next.ask(topic, connected)).toMatchObject({ accepted: true });
  await expect(letsIn(old, gateway)).rejects.toThrow(REFUSED);
  await letsIn(fresh, gateway);
  ownOfA = fresh;
  // Said again because the answer was lost.
  expect(await next.ask(topic, connected)).toMatchObject({ accepted: true });
  // With the revoked one nothing more is signed.
  const more = { certificateSigningRequest: await signingRequest(gateway, newKey(), old) };
  expect(await next.ask(SIGNING_TOPIC, more)).toMatchObject({ errorCode: "AccessDenied" });
});

test("P7: after a restore, a certificate that the registry does not know is followed and revoked as any other", async () => {
  const old = await certify(house.administrator, A);
  const serial = new X509Certificate(old.cert).serialNumber.toLowerCase();
  await query(house.databaseUrl, "delete from gateway_certificate where serial = $1", [serial]);
  const { ask, token, fresh } = await signed(old, `${SITE}:${A}:renewal`, A);
  await ask(provisionTopic(A), { certificateOwnershipToken: token });
  await letsIn(fresh, A);
  await ask(provisionTopic(A), { certificateOwnershipToken: token, parameters: { connected: "true" } });
  await expect(letsIn(old, A)).rejects.toThrow(REFUSED);
});
