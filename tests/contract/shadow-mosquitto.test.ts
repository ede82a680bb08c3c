/** The shadow role, and the role that keeps the broker's rules, without any other, on a Mosquitto that a hospital brings. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openCertificateAuthority } from "@wardtwin/cloud-api/access/certificate-authority";
import { type CloudConfig, readConfig } from "@wardtwin/cloud-api/config";
import { RegistryImport } from "@wardtwin/cloud-api/fleet/schema";
import { FleetStore } from "@wardtwin/cloud-api/fleet/store";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { openDatabase } from "@wardtwin/cloud-api/platform/database";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import { type Cloud, startCloud } from "@wardtwin/cloud-api/start-cloud";
import { describeWith } from "@wardtwin/infra/test/debian-tool";
import { applyMigrations } from "@wardtwin/prisma/migrate";
import { startThrowAwayPostgres } from "@wardtwin/prisma/throw-away-postgres";
import Value from "typebox/value";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { brokerFiles } from "../support/broker-files.ts";
import { smallRegistry } from "../support/cloud.ts";
import { type Program, startMosquitto } from "../support/debian-programs.ts";
import { eventually } from "../support/eventually.ts";
import { type Credentials, certificateRequest, connect } from "../support/raw-gateway.ts";
import { refusalOf, ShadowClient } from "../support/shadow-client.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const GATEWAY = "gw-m";

describeWith("mosquitto", "with Mosquitto", () => {
  const folder = temporaryFolder();
  const stops: (() => Promise<void>)[] = [];
  let mosquitto: Program;
  let config: CloudConfig;
  let cloud: Cloud;
  let own: Credentials;

  beforeAll(async () => {
    const authority = await openCertificateAuthority(join(folder, "pki"), systemClock, systemRandom);
    mosquitto = await startMosquitto(folder, await brokerFiles(folder, join(folder, "broker")));
    stops.push(() => mosquitto.stop());
    const database = await startThrowAwayPostgres();
    stops.push(() => database.stop());
    config = readConfig({
      DATABASE_URL: database.connectionString,
      DATA_DIR: folder,
      MQTT_URL: mosquitto.url,
      WARDTWIN_ROLES: "shadow,broker",
    });
    await applyMigrations({ connectionString: database.connectionString });
    const db = openDatabase(database.connectionString, openLog("silent"));
    stops.push(() => db.close());
    const fleet = new FleetStore(db, async () => undefined);
    await fleet.import(Value.Parse(RegistryImport, smallRegistry("st", false, [GATEWAY])));
    const { key, csrPem } = await certificateRequest(GATEWAY);
    const issued = await authority.signGateway(csrPem, { gateway: GATEWAY, site: "st", simulated: false });
    const { serial, notAfterMs } = issued;
    await fleet.recordCertificate({ serial, notAfterMs, gatewayId: GATEWAY, issuedBy: "a test" });
    own = { key, cert: issued.certificatePem, ca: readFileSync(authority.caFile, "utf8") };
    cloud = await startCloud(config, systemClock, systemRandom, openLog("silent"));
    stops.push(() => cloud.close());
  }, 60_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });

  test("the AWS SDK's shadow client gets its answers and its deltas", async () => {
    const client = await ShadowClient.open(mosquitto.url, own, GATEWAY);
    onTestFinished(() => client.close());
    const where = { thingName: GATEWAY, shadowName: "config" };
    expect(await refusalOf(client.sdk.getNamedShadow(where))).toMatchObject({ code: 404 });
    const { heard } = await client.listen(GATEWAY, "config", "delta");
    expect(await client.sdk.updateNamedShadow({ ...where, state: { desired: { every: 5 } } })).toMatchObject({
      version: 1,
    });
    await eventually("a delta", () => heard.length === 1);
    expect(heard).toMatchObject([{ version: 1, state: { every: 5 } }]);
    expect(await client.sdk.deleteNamedShadow(where)).toMatchObject({ version: 1 });
  });

  test("a request that the broker has kept is not answered again when the service comes back", async () => {
    const mqtt = await connect(mosquitto.url, own, `${GATEWAY}:raw`);
    onTestFinished(() => void mqtt.end(true));
    const root = `$aws/things/${GATEWAY}/shadow/name/kept`;
    const versions: unknown[] = [];
    mqtt.on("message", (_topic, payload) => versions.push(JSON.parse(payload.toString()).version));
    await mqtt.subscribeAsync([`${root}/update/accepted`, `${root}/get/accepted`], { qos: 1 });
    await mqtt.publishAsync(`${root}/update`, '{"state":{"reported":{"a":1}}}', { qos: 1, retain: true });
    await eventually("the first answer", () => versions.length === 1);
    await cloud.close();
    cloud = await startCloud(config, systemClock, systemRandom, openLog("silent"));
    // The kept update comes with the subscription, so it would be counted before what is asked now.
    await mqtt.publishAsync(`${root}/get`, "", { qos: 1 });
    await eventually("the second answer", () => versions.length === 2);
    expect(versions).toEqual([1, 1]);
  });
});
