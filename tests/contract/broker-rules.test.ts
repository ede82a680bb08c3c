/** The driver of a Mosquitto's rules, alone with the broker: what it does when the broker was away, or was changed by others. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCertificateAuthority } from "@wardtwin/cloud-api/access/certificate-authority";
import type { HolderFacts } from "@wardtwin/cloud-api/broker/dynamic-security";
import { DynamicSecurityDriver } from "@wardtwin/cloud-api/broker/dynamic-security-driver";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { openMqttSession } from "@wardtwin/cloud-api/platform/mqtt-client";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import { describeWith } from "@wardtwin/infra/test/debian-tool";
import type { MqttClient } from "mqtt";
import Type from "typebox";
import Value from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { brokerFiles } from "../support/broker-files.ts";
import { type Program, startMosquitto } from "../support/debian-programs.ts";
import { eventually } from "../support/eventually.ts";
import { type Credentials, certificateRequest, connect } from "../support/raw-gateway.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

interface Gateway extends Credentials {
  facts: HolderFacts;
}

describeWith("mosquitto", "the rules of a Mosquitto", () => {
  const folder = temporaryFolder();
  const rulesFile = join(folder, "wardtwin-dynamic-security.json");
  let mosquitto: Program;
  let mqtt: MqttClient;
  let driver: DynamicSecurityDriver;
  let holders: HolderFacts[] = [];

  beforeAll(async () => {
    mosquitto = await startMosquitto(folder, await brokerFiles(folder, join(folder, "broker")));
    const authority = await openCertificateAuthority(join(folder, "pki"), systemClock, systemRandom);
    const { certFile, keyFile } = await authority.service("cloud-broker", []);
    const { caFile } = authority;
    mqtt = await openMqttSession({ url: mosquitto.url, clientId: "driver", caFile, certFile, keyFile });
    driver = new DynamicSecurityDriver({ mqtt, holders: async () => holders, log: openLog("silent") });
    await driver.open(10_000);
  }, 60_000);
  afterAll(async () => {
    await driver?.close();
    await mqtt?.endAsync(true);
    await mosquitto?.stop();
    removeFolder(folder);
  });

  async function gateway(id: string): Promise<Gateway> {
    const authority = await openCertificateAuthority(join(folder, "pki"), systemClock, systemRandom);
    const { key, csrPem } = await certificateRequest(id);
    const { certificatePem, serial } = await authority.signGateway(csrPem, {
      gateway: id,
      site: "st",
      simulated: false,
    });
    const certificates = [{ serial, valid: true }];
    return {
      ...{ key, cert: certificatePem, ca: authority.caPem },
      facts: { holder: "gateway", id, site: "st", things: [], certificates },
    };
  }

  const ended = ({ facts }: Gateway): HolderFacts => ({
    ...facts,
    certificates: facts.certificates.map(({ serial }) => ({ serial, valid: false })),
  });

  /** Whether it may listen to its answers. */
  async function hasRights(one: Gateway): Promise<boolean> {
    const session = await connect(mosquitto.url, one, one.facts.id);
    const granted = session.subscribeAsync(`wardtwin/v1/st/${one.facts.id}/ack`);
    return granted
      .then(
        () => true,
        () => false,
      )
      .finally(() => session.end(true));
  }

  async function broken(meanwhile: () => void): Promise<void> {
    const port = Number(new URL(mosquitto.url).port);
    await mosquitto.stop();
    meanwhile();
    mosquitto = await startMosquitto(folder, { ...(await brokerFiles(folder, join(folder, "broker"))), port });
  }

  test("a change of which no word came is seen all the same", async () => {
    const one = await gateway("gw-quiet");
    holders = [one.facts];
    await eventually("its rights", () => hasRights(one));
    holders = [ended(one)];
    await eventually("the end of its rights", async () => !(await hasRights(one)));
  });

  test("a session that came before its rights is ended, so that the next one has them", async () => {
    const early = await gateway("gw-early");
    const session = await connect(mosquitto.url, early, "early");
    await expect(session.subscribeAsync("wardtwin/v1/st/gw-early/ack")).rejects.toThrow();
    const closed = new Promise<void>((resolve) => session.once("close", () => resolve()));
    holders = [early.facts];
    driver.changed();
    await closed;
    expect(await hasRights(early)).toBe(true);
  });

  test("what changed while the broker was away is made good when it is back", async () => {
    const [revoked, added] = [await gateway("gw-revoked"), await gateway("gw-added")];
    holders = [revoked.facts];
    driver.changed();
    await eventually("its rights", () => hasRights(revoked));
    await broken(() => {
      holders = [ended(revoked), added.facts];
      driver.changed();
    });
    await eventually("the rights of the new one", () => hasRights(added));
    expect(await hasRights(revoked)).toBe(false);
  });

  test("a broker that lost its rules gets them all again", async () => {
    const one = await gateway("gw-lost");
    holders = [one.facts];
    driver.changed();
    await eventually("its rights", () => hasRights(one));
    await broken(() => rmSync(rulesFile));
    await eventually("its rights again", () => hasRights(one));
  });

  test("the roles and clients of others are left alone, and a rule of ours that somebody changed is put right", async () => {
    const one = await gateway("gw-changed");
    holders = [one.facts];
    driver.changed();
    await eventually("its rights", () => hasRights(one));
    const Rules = Type.Object({
      clients: Type.Array(Type.Unknown()),
      roles: Type.Array(Type.Object({ rolename: Type.String() })),
    });
    const written = () => Value.Parse(Rules, JSON.parse(readFileSync(rulesFile, "utf8")));
    const [username, rolename] = ["CN=of the hospital", "of-the-hospital"];
    await broken(() => {
      const { clients, roles } = written();
      const changed = roles.map((role) => (role.rolename.includes("gw-changed") ? { ...role, acls: [] } : role));
      const own = { username, roles: [{ rolename }] };
      writeFileSync(rulesFile, JSON.stringify({ clients: [...clients, own], roles: [...changed, { rolename }] }));
    });
    await eventually("its rights again", () => hasRights(one));
    expect(written()).toMatchObject({
      clients: expect.arrayContaining([expect.objectContaining({ username })]),
      roles: expect.arrayContaining([expect.objectContaining({ rolename })]),
    });
  });
});
