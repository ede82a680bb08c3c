/**
 * Who may speak, by real certificates, on each broker: the embedded one, and a Mosquitto with the files of infra/mosquitto whose
 * rules the cloud keeps. They differ in one thing: what is not allowed ends a session with the embedded broker, while Mosquitto
 * drops it and says nothing, as MQTT 3.1.1 lets it.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openCertificateAuthority } from "@wardtwin/cloud-api/access/certificate-authority";
import { GatewayCertificates, GatewayList } from "@wardtwin/cloud-api/fleet/schema";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import { describeWith } from "@wardtwin/infra/test/debian-tool";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type BrokerKind, smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { Listener } from "../support/listener.ts";
import {
  admitted,
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
const [A, B, M] = ["gw-a", "gw-b", "gw-m"];
const VENT_OF_A = `${A}-vent`;
const VENT_OF_B = `${B}-vent`;
const FORGED = '{"state":{"reported":{"forged":true}}}';

const HELLO = JSON.stringify({
  nonce: "nonce-of-a-test",
  outboxId: "outbox-of-a-test",
  epoch: 1,
  bootId: "boot-of-a-test",
  monoMs: 1,
  wallMs: 1,
  agentVersion: "test",
});

/** What a gateway may not say, by topic. */
const FORBIDDEN_TO_SAY = [
  `wardtwin/v1/${SITE}/${B}/telemetry`,
  `wardtwin/v1/${SITE}/${B}/presence`,
  "wardtwin/v1/simulated-one/gw-s/telemetry",
  `wardtwin/v1/elsewhere/${A}/telemetry`,
  `wardtwin/v1/${SITE}/${A}/ack`,
  `wardtwin/v1/${SITE}/${B}/welcome`,
  `wardtwin/v1/${SITE}/${A}/telemetry/more`,
  `$aws/things/${VENT_OF_B}/shadow/update`,
  `$aws/things/${B}/shadow/name/config/update`,
  "$aws/things/nobody/shadow/update",
  `$aws/things/${VENT_OF_A}/shadow/update/accepted`,
  `$aws/things/${VENT_OF_A}/shadow/name/config/update/delta`,
  "$CONTROL/dynamic-security/v1",
  "$SYS/broker",
  "elsewhere",
];

/** What a gateway may not listen to. */
const FORBIDDEN_TO_HEAR = [
  "#",
  "+/#",
  "$SYS/#",
  "$share/all/#",
  "$CONTROL/#",
  "$CONTROL/dynamic-security/v1/response",
  "wardtwin/v1/+/+/telemetry",
  `wardtwin/v1/${SITE}/+/ack`,
  `wardtwin/v1/${SITE}/${B}/ack`,
  `wardtwin/v1/${SITE}/${A}/telemetry`,
  `wardtwin/v1/${SITE}/${A}/#`,
  `$share/x/wardtwin/v1/${SITE}/${A}/ack`,
  `$aws/things/${VENT_OF_B}/shadow/update/accepted`,
  `$aws/things/${B}/shadow/#`,
  `$aws/things/${VENT_OF_B}/jobs/notify`,
  `$aws/provisioning-templates/${B}/provision/json/accepted`,
  "$aws/things/nobody/shadow/get/+",
  "$aws/things/+/shadow/get/accepted",
  "$aws/things/+/shadow/update",
  "$aws/#",
  `$share/x/$aws/things/${VENT_OF_A}/shadow/get/accepted`,
];

const ALLOWED_TO_HEAR = [
  `wardtwin/v1/${SITE}/${A}/ack`,
  `wardtwin/v1/${SITE}/${A}/welcome`,
  ...[A, VENT_OF_A].flatMap((thing) => [
    `$aws/things/${thing}/shadow/update/accepted`,
    `$aws/things/${thing}/shadow/name/+/get/+`,
    `$aws/things/${thing}/shadow/#`,
    `$aws/things/${thing}/jobs/notify`,
    `$aws/things/${thing}/jobs/+/get/accepted`,
  ]),
  "$aws/certificates/create-from-csr/json/accepted",
  `$aws/provisioning-templates/${A}/provision/json/rejected`,
];

const BROKERS: { broker: BrokerKind; describeBroker: (name: string, tests: () => void) => void }[] = [
  { broker: "embedded", describeBroker: (name, tests) => void describe(name, tests) },
  { broker: "mosquitto", describeBroker: (name, tests) => describeWith("mosquitto", name, tests) },
];

for (const { broker, describeBroker } of BROKERS) {
  describeBroker(`the contract of the ${broker} broker`, () => {
    let house: TestCloud;
    let ownOfA: Credentials;
    let ownOfB: Credentials;

    beforeAll(async () => {
      house = await startTestCloud(broker);
      await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [A, B, M]));
      await house.administrator.ask("POST", "/registry/import", smallRegistry("simulated-one", true, ["gw-s"]));
      ownOfA = await certified(A);
      ownOfB = await certified(B);
    }, 120_000);
    afterAll(() => house?.stop());

    /** A certificate of a gateway of the registry, once the broker gives it its rights. */
    async function certified(gateway: string, site = SITE): Promise<Credentials> {
      const own = await certify(house.administrator, gateway);
      await admitted(house.mqttUrl, own, { site, gateway });
      return own;
    }

    async function session(own: Credentials, clientId: string): Promise<Listener> {
      const mqtt = await connect(house.mqttUrl, own, clientId);
      onTestFinished(() => void mqtt.end(true));
      return new Listener(mqtt);
    }
    const asA = () => session(ownOfA, `${SITE}:${A}`);
    const asB = () => session(ownOfB, `${SITE}:${B}`);

    /** A certificate for a gateway of ours as some authority would sign it. */
    async function signedBy(
      folder: string,
      holder: { gateway: string; site: string; simulated: boolean },
    ): Promise<Credentials> {
      const authority = await openCertificateAuthority(folder, systemClock, systemRandom);
      const { key, csrPem } = await certificateRequest(holder.gateway);
      return { key, cert: (await authority.signGateway(csrPem, holder)).certificatePem, ca: ownOfA.ca };
    }

    /** Sees that a certificate opens no session, or one in which nothing may be done. */
    async function expectNoRights(own: Credentials, gateway: string, site: string): Promise<void> {
      if (broker === "embedded") {
        // Cut off by the broker, not given up by the client.
        return expect(connect(house.mqttUrl, own, `${site}:${gateway}`)).rejects.toThrow(/^(?!connack timeout)/);
      }
      const { mqtt } = await session(own, `${site}:${gateway}`);
      for (const filter of [`wardtwin/v1/${site}/${gateway}/ack`, `$aws/things/${gateway}/shadow/#`])
        await expect(mqtt.subscribeAsync(filter), filter).rejects.toThrow();
      await mqtt.publishAsync(`$aws/things/${gateway}/shadow/update`, FORGED, { qos: 1 });
      await expectNothingForged();
    }

    /** What is said afterwards by a gateway on its own is answered: had the other been heard, it would be stored by then. */
    async function expectNothingForged(): Promise<void> {
      const { mqtt, heard } = await session(ownOfA, `${SITE}:${A}`);
      await mqtt.subscribeAsync([`$aws/things/${A}/shadow/get/+`, `wardtwin/v1/${SITE}/${A}/welcome`], { qos: 1 });
      await mqtt.publishAsync(`$aws/things/${A}/shadow/get`, "", { qos: 1 });
      await mqtt.publishAsync(`wardtwin/v1/${SITE}/${A}/hello`, HELLO, { qos: 1 });
      await eventually("both answers", () => heard.length === 2);
      const [found] = await query<Record<string, number>>(
        house.databaseUrl,
        `select (select count(*)::int from gateway_epoch where epoch = 9) as epochs,
           (select count(*)::int from set_aside_batch where gateway_id <> 'gw-s') as aside,
           (select count(*)::int from shadow where document::text like '%forged%') as shadows`,
      );
      expect(found).toEqual({ epochs: 0, aside: 0, shadows: 0 });
    }

    test.for(FORBIDDEN_TO_SAY)("nobody hears a gateway that publishes to %s", async (topic) => {
      const b = await asB();
      await b.mqtt.subscribeAsync([`wardtwin/v1/${SITE}/${B}/welcome`, `$aws/things/${VENT_OF_B}/shadow/#`]);
      const a = await asA();
      await a.mqtt.subscribeAsync([`wardtwin/v1/${SITE}/${A}/ack`, `$aws/things/${VENT_OF_A}/shadow/#`]);
      const batch = frameOf({ epoch: 9, sequence: 9 }, batchOf({ serial: "SN-GW-B" }, [1], false));
      const payload = topic.startsWith("$") ? FORGED : topic.endsWith("presence") ? '{"online":true}' : batch;
      a.mqtt.publish(topic, Buffer.from(payload), { qos: 1 }, () => undefined);
      if (broker === "embedded") await eventually("the end of the session", () => a.ended);
      else await a.mqtt.subscribeAsync(`wardtwin/v1/${SITE}/${A}/welcome`);
      await expectNothingForged();
      expect([a.heard, b.heard]).toEqual([[], []]);
      const { gateways } = await house.administrator.get(GatewayList, "/gateways");
      expect(gateways.find(({ id }) => id === B)?.link).not.toBe("online");
    });

    test("a gateway may listen to its own answers and to its own shadows, and to nothing else", async () => {
      const { mqtt } = await asA();
      expect((await mqtt.subscribeAsync(ALLOWED_TO_HEAR, { qos: 1 })).map(({ qos }) => qos)).toEqual(
        ALLOWED_TO_HEAR.map(() => 1),
      );
      for (const topic of FORBIDDEN_TO_HEAR)
        await expect(mqtt.subscribeAsync(topic, { qos: 1 }), topic).rejects.toThrow();
    });

    test("a gateway is answered on its telemetry, and on the shadows of itself and of its devices", async () => {
      const raw = await RawGateway.open(house.mqttUrl, ownOfA, { site: SITE, gateway: A });
      await raw.send({ epoch: 1, sequence: 1 }, batchOf({ serial: "SN-GW-A" }, [1_000], false));
      expect(await raw.settled(1, 1)).toBe("committed");
      await raw.close();
      const { mqtt, heard } = await asA();
      const answers = [A, VENT_OF_A].flatMap((thing) => [
        `$aws/things/${thing}/shadow/update/accepted`,
        `$aws/things/${thing}/shadow/name/config/get/rejected`,
      ]);
      await mqtt.subscribeAsync(answers, { qos: 1 });
      for (const thing of [A, VENT_OF_A]) {
        await mqtt.publishAsync(`$aws/things/${thing}/shadow/update`, '{"state":{"reported":{"a":1}}}', { qos: 1 });
        await mqtt.publishAsync(`$aws/things/${thing}/shadow/name/config/get`, "", { qos: 1 });
      }
      await eventually("all answers", () => heard.length === 4);
      expect([...heard].sort()).toEqual([...answers].sort());
    });

    test("a binding that changes while both are connected changes who may speak of the device and hear of it", async () => {
      const scan = { device: `${M}-vent`, source: "scan" };
      const bindTo = async (gateway: string) => {
        const place = { gateway, line: "line-9", unit: "1" };
        const { status, text } = await house.administrator.ask("POST", "/sightings", { ...scan, place });
        expect(status, text).toBe(200);
      };
      const before = await session(await certified(M), `${SITE}:${M}`);
      const [old, next, filter] = [before, await asA(), `$aws/things/${M}-vent/shadow/#`];
      await old.mqtt.subscribeAsync(filter, { qos: 1 });
      await expect(next.mqtt.subscribeAsync(filter)).rejects.toThrow();
      await bindTo(A);
      await eventually("the device to be of the other gateway", () => next.mqtt.subscribeAsync(filter, { qos: 1 }));
      await next.mqtt.publishAsync(`$aws/things/${M}-vent/shadow/update`, '{"state":{"reported":{"a":1}}}', { qos: 1 });
      await eventually("an answer", () => next.heard.some((topic) => topic.endsWith("/update/accepted")));
      expect(old.heard).toEqual([]);
      await bindTo(M);
      await eventually("the device to be of the first again", async () => {
        const again = await connect(house.mqttUrl, ownOfA, `${SITE}:${A}`);
        return again
          .subscribeAsync(filter)
          .then(() => false)
          .catch(() => true)
          .finally(() => again.end(true));
      });
    });

    test("whoever shows no certificate, or one of another authority, is not let in", async () => {
      const { ca } = ownOfA;
      await expect(connect(house.mqttUrl, { ca }, "nobody")).rejects.toThrow();
      const elsewhere = temporaryFolder();
      onTestFinished(() => removeFolder(elsewhere));
      const foreign = await signedBy(elsewhere, { gateway: A, site: SITE, simulated: false });
      await expect(connect(house.mqttUrl, foreign, `${SITE}:${A}`)).rejects.toThrow();
      await expect(connect(house.mqttUrl.replace("mqtts:", "mqtt:"), {}, "plain")).rejects.toThrow();
      const { certFile, keyFile } = await (
        await openCertificateAuthority(join(house.dataDir, "pki"), systemClock, systemRandom)
      ).service("broker", []);
      const ofBroker = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8"), ca };
      await expect(connect(house.mqttUrl, ofBroker, "wardtwin-cloud-broker")).rejects.toThrow();
      // The same client with what is its own is let in.
      await asA();
    });

    test("a certificate of ours that the registry does not bear out has no rights", async () => {
      const ours = join(house.dataDir, "pki");
      const strangers = [
        { gateway: "gw-unknown", site: SITE, simulated: false },
        { gateway: A, site: "simulated-one", simulated: false },
        { gateway: A, site: SITE, simulated: true },
        { gateway: "gw-s", site: "simulated-one", simulated: false },
        { gateway: "wardtwin-cloud-ingest", site: SITE, simulated: false },
      ];
      for (const holder of strangers) await expectNoRights(await signedBy(ours, holder), holder.gateway, holder.site);
    });

    test("a revoked certificate is cut off with its live session, and may do nothing more; another of the same gateway is let in", async () => {
      const [revoked, other] = [await certified(M), await certified(M)];
      const live = await session(revoked, `${SITE}:${M}`);
      const { certificates } = await house.administrator.get(GatewayCertificates, `/gateways/${M}/certificates`);
      const serial = new X509Certificate(revoked.cert).serialNumber.toLowerCase();
      expect(certificates.map((one) => one.serial)).toContain(serial);
      await house.administrator.ask("POST", `/gateways/${M}/certificates/${serial}/revocation`);
      await eventually("the end of the session", () => live.ended);
      await expectNoRights(revoked, M, SITE);
      const { mqtt } = await session(other, `${SITE}:${M}`);
      await mqtt.subscribeAsync(`wardtwin/v1/${SITE}/${M}/ack`);
    });

    test("nobody takes over the session of another by its client id", async () => {
      const b = await asB();
      const taking = session(ownOfA, `${SITE}:${B}`);
      if (broker === "embedded") await expect(taking).rejects.toThrow(/^(?!connack timeout)/);
      else await (await taking).mqtt.subscribeAsync(`wardtwin/v1/${SITE}/${A}/ack`);
      await b.mqtt.subscribeAsync(`wardtwin/v1/${SITE}/${B}/ack`);
      expect(b.ended).toBe(false);
    });

    test("neither a QoS of 2 nor a packet far above a batch passes", async () => {
      const own = `wardtwin/v1/${SITE}/${A}/hello`;
      const twice = await asA();
      twice.mqtt.publish(own, HELLO, { qos: 2 }, () => undefined);
      await eventually("the end of the session", () => twice.ended);
      const long = await asA();
      long.mqtt.publish(own, Buffer.alloc(300_000), { qos: 1 }, () => undefined);
      await eventually("the end of the session", () => long.ended);
      await expectNothingForged();
    });

    test("the mark of simulation goes from the certificate to the reading, both ways", async () => {
      const own = await certified("gw-s", "simulated-one");
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
      const { status, body } = await house.administrator.ask(
        "POST",
        "/registry/import",
        smallRegistry(SITE, true, [A]),
      );
      expect({ status, body }).toMatchObject({ status: 409, body: { code: "fleet.simulated-mixed" } });
      const moved = await house.administrator.ask(
        "POST",
        "/registry/import",
        smallRegistry("simulated-two", true, [A]),
      );
      expect(moved).toMatchObject({ status: 409, body: { code: "fleet.id-elsewhere" } });
    });

    test("a gateway whose connection breaks is offline by its last will", async () => {
      const topic = `wardtwin/v1/${SITE}/${B}/presence`;
      const mqtt = await connectAsync(house.mqttUrl, {
        ...ownOfB,
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
  });
}
