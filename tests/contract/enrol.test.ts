/** A gateway's certificates from its own side: the first one by a claim, the next ones by itself, whatever breaks it off. */
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { type CredentialFiles, readCredentials } from "@wardtwin/edge-agent/certificate/files";
import { CertificateRenewal } from "@wardtwin/edge-agent/certificate/renewal";
import { enrol } from "@wardtwin/edge-agent/command/enrol";
import { readConfig } from "@wardtwin/edge-agent/config";
import { MqttSession } from "@wardtwin/edge-agent/uplink/mqtt-session";
import { openProvisioningLink, type ProvisioningLink } from "@wardtwin/edge-agent/uplink/provisioning-link";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { claimOf } from "../support/claim.ts";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { root } from "../support/house.ts";
import { connect } from "../support/raw-gateway.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const SITE = "st-real";
const WARD = `${SITE}-ward`;
const DAY_MS = 86_400_000;
const log = openLog("silent");
const folder = temporaryFolder();
let house: TestCloud;
let claims = 0;

beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, []));
}, 60_000);
afterAll(async () => {
  await house?.stop();
  removeFolder(folder);
});

/** A new claim, as an installer carries it to the gateway. */
async function claimFile(): Promise<string> {
  const file = join(folder, `claim-${claims++}.json`);
  writeFileSync(file, JSON.stringify(await claimOf(house.administrator, WARD)));
  return file;
}

const options = (claim: string, gateway: string) => ({
  ...{ claim, gateway, broker: house.mqttUrl, to: join(folder, gateway) },
});

/** Whether the pair that a gateway would start with lets it in. */
async function letsIn(gateway: string): Promise<boolean> {
  const { mqtt } = readConfig(join(folder, gateway, "agent.json"));
  return connect(house.mqttUrl, mqtt, `${SITE}:${gateway}:probe`).then(
    (session) => session.endAsync(true).then(() => true),
    () => false,
  );
}

const serialOf = (file: string) => new X509Certificate(readFileSync(file)).serialNumber.toLowerCase();
const revokedOf = async (gateway: string) =>
  query<{ serial: string; revoked: boolean }>(
    house.databaseUrl,
    "select serial, revoked_at is not null as revoked from gateway_certificate where gateway_id = $1",
    [gateway],
  );

/** Runs the command as a process of its own, while the broker goes on in this one. */
async function commandLine(args: readonly string[]) {
  const main = join(root, "edge-agent", "src", "main.ts");
  const child = spawn(process.execPath, [main, "enrol", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { status, stdout, stderr };
}

test("a claim and a command make a gateway that can run, once", async () => {
  const claim = await claimFile();
  const args = ["--claim", claim, "--broker", house.mqttUrl, "--gateway", "gw-cli", "--to", join(folder, "gw-cli")];
  const first = await commandLine(args);
  expect(first).toMatchObject({ status: 0, stderr: "" });
  expect(first.stdout).toContain("gw-cli of st-real is enrolled");
  for (const name of ["agent.json", "gateway.key", "gateway.pem", "ca.pem"])
    expect(statSync(join(folder, "gw-cli", name)).mode & 0o777, name).toBe(0o600);
  expect(readConfig(join(folder, "gw-cli", "agent.json"))).toMatchObject({ site: SITE, gateway: "gw-cli", lines: [] });
  expect(await letsIn("gw-cli")).toBe(true);
  const key = readFileSync(join(folder, "gw-cli", "gateway.key"), "utf8");
  const rows = await query(house.databaseUrl, "select signed::text from signed_request signed");
  expect(JSON.stringify(rows)).not.toContain(key.split("\n")[1]);
  expect(await commandLine(args)).toMatchObject({
    status: 78,
    stderr: expect.stringMatching(/agent\.json is there already/),
  });
  // Elsewhere the same claim makes no other gateway.
  const again = await commandLine([...args.slice(0, -3), "gw-other", "--to", join(folder, "gw-other")]);
  expect(again.status).toBe(69);
  expect(again.stderr).toMatch(
    /^no way into the broker at .* check the address, and that the claim is neither used nor expired\n$/,
  );
});

test("what cannot be is told in one sentence, and leaves no configuration", async () => {
  const sentence = async (more: object) =>
    enrol({ ...options(claim, "gw-none"), ...more }).then(
      () => "enrolled",
      (error: Error) => error.message,
    );
  const claim = await claimFile();
  const noClaim = join(folder, "no-claim.json");
  writeFileSync(noClaim, '{"privateKeyPem": "secret"}');
  expect(await sentence({ gateway: "GW 1" })).toMatch(/^--gateway: "GW 1" is not 1 to 64/);
  expect(await sentence({ broker: "mqtt://localhost" })).toMatch(/^--broker: "mqtt:\/\/localhost" is no address/);
  expect(await sentence({ broker: "mqtts://127.0.0.1:1" })).toMatch(/^no way into the broker at 127\.0\.0\.1:1 /);
  expect(await sentence({ claim: join(folder, "missing") })).toMatch(/^--claim: .* cannot be read \(ENOENT\)/);
  expect(await sentence({ claim: noClaim })).toMatch(/^--claim: .* is no claim; give the file/);
  expect(await sentence({ claim: noClaim })).not.toContain("secret");
  expect(await sentence({ gateway: "gw-cli", to: join(folder, "gw-twin") })).toMatch(/the gateway gw-cli is live/);
  expect(existsSync(join(folder, "gw-none", "agent.json"))).toBe(false);
  // A folder that holds the claim will do, and the claim is still good.
  mkdirSync(join(folder, "stick"));
  renameSync(claim, join(folder, "stick", "claim.json"));
  await enrol({ ...options(claim, "gw-none"), claim: join(folder, "stick") });
  expect(await letsIn("gw-none")).toBe(true);
});

test("gateways that are enrolled at the same moment each get their own certificate", async () => {
  const gateways = ["gw-t1", "gw-t2", "gw-t3"];
  const files = await Promise.all(gateways.map(claimFile));
  await Promise.all(gateways.map((gateway, i) => enrol(options(files[i] ?? "", gateway))));
  for (const gateway of gateways) {
    expect(new X509Certificate(readFileSync(join(folder, gateway, "gateway.pem"))).subject).toContain(
      `CN=${gateway}\n`,
    );
    expect(await letsIn(gateway)).toBe(true);
  }
});

test("an enrolment that was broken off goes on when it is asked for again, also with a claim that was used", async () => {
  const claim = await claimFile();
  const home = join(folder, "gw-again");
  await enrol(options(claim, "gw-again"));
  const serial = serialOf(join(home, "gateway.pem"));
  for (const name of ["agent.json", "ca.pem"]) rmSync(join(home, name));
  await enrol(options(claim, "gw-again"));
  expect(serialOf(join(home, "gateway.pem"))).toBe(serial);
  expect(await letsIn("gw-again")).toBe(true);
  // Before the claim is used, what is there lets nobody in, and is made anew.
  const fresh = await claimFile();
  mkdirSync(join(folder, "gw-half"));
  for (const name of ["gateway.key", "gateway.pem"])
    writeFileSync(join(folder, "gw-half", name), readFileSync(join(home, name)));
  await enrol(options(fresh, "gw-half"));
  expect(await letsIn("gw-half")).toBe(true);
});

/** A gateway that is enrolled, and what renews its certificate as if so many days had passed. */
async function renewalOf(gateway: string, inDays: number, open: typeof openProvisioningLink = openProvisioningLink) {
  const config = join(folder, gateway, "agent.json");
  if (!existsSync(config)) await enrol(options(await claimFile(), gateway));
  const { mqtt } = readConfig(config);
  const used: { cert: string }[] = [];
  const renewal = new CertificateRenewal({
    ...{ site: SITE, gateway, files: mqtt.files, broker: mqtt, open, log },
    cloudMs: () => Date.now() + inDays * DAY_MS,
    use: async (credentials) => void used.push(credentials),
  });
  return { renewal, files: mqtt.files, used };
}

test("a certificate with a third of its life left is followed by itself, and the old one is revoked once the new one has connected", async () => {
  const { renewal: early, files } = await renewalOf("gw-renew", 397 - 134);
  const old = serialOf(files.certFile);
  await early.look();
  expect(serialOf(files.certFile)).toBe(old);
  const { renewal, used } = await renewalOf("gw-renew", 397 - 131);
  await renewal.look();
  const fresh = serialOf(files.certFile);
  expect(fresh).not.toBe(old);
  expect(used).toEqual([{ cert: readFileSync(files.certFile, "utf8"), key: readFileSync(files.keyFile, "utf8") }]);
  expect(statSync(files.keyFile).mode & 0o777).toBe(0o600);
  expect(existsSync(`${files.certFile}.owed`)).toBe(false);
  const known = await revokedOf("gw-renew");
  expect(known).toHaveLength(2);
  expect(known).toEqual(
    expect.arrayContaining([
      { serial: old, revoked: true },
      { serial: fresh, revoked: false },
    ]),
  );
  expect(await letsIn("gw-renew")).toBe(true);
});

/** Links that end a renewal at a moment, as a kill does: before the nth question or connection, or after it and before its answer is heard. */
function killed(atStep: number, when: "before" | "after"): typeof openProvisioningLink {
  let steps = 0;
  const step = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const isLast = steps++ === atStep;
    if (steps > atStep + 1 || (isLast && when === "before")) throw new Error("killed");
    const value = await work();
    if (isLast) throw new Error("killed");
    return value;
  };
  return async (settings, clientId) => {
    const link = await step(() => openProvisioningLink(settings, clientId));
    const ask: ProvisioningLink["ask"] = (...asked) => step(() => link.ask(...asked));
    onTestFinished(() => link.close());
    return { ask, close: () => link.close() };
  };
}

test("a renewal that is killed at any moment leaves a gateway that can connect, and is made good later", async () => {
  // Connect, sign, provision, connect with the new one, retire the old one.
  for (const atStep of [0, 1, 2, 4]) {
    for (const when of ["before", "after"] as const) {
      const { renewal } = await renewalOf("gw-kill", 300, killed(atStep, when));
      await renewal.look();
      expect(await letsIn("gw-kill"), `${when} step ${atStep}`).toBe(true);
    }
  }
  const { renewal, files } = await renewalOf("gw-kill", 300);
  await renewal.look();
  expect(existsSync(`${files.certFile}.owed`)).toBe(false);
  const open = (await revokedOf("gw-kill")).filter(({ revoked }) => !revoked);
  expect(open).toEqual([{ serial: serialOf(files.certFile), revoked: false }]);
  expect(await letsIn("gw-kill")).toBe(true);
});

test("a stop between the renaming of key and certificate is ended at the next start", async () => {
  const { renewal, files } = await renewalOf("gw-between", 300);
  const old = { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
  await renewal.look();
  const fresh = { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
  const leave = (state: { key: Buffer; cert: Buffer; keyNext?: Buffer; certNext?: Buffer }) => {
    for (const suffix of ["", ".next"])
      for (const file of [files.keyFile, files.certFile]) rmSync(`${file}${suffix}`, { force: true });
    writeFileSync(files.keyFile, state.key);
    writeFileSync(files.certFile, state.cert);
    if (state.keyNext !== undefined) writeFileSync(`${files.keyFile}.next`, state.keyNext);
    if (state.certNext !== undefined) writeFileSync(`${files.certFile}.next`, state.certNext);
  };
  const serialNow = (of: CredentialFiles) =>
    new X509Certificate(readCredentials(of).cert).serialNumber === new X509Certificate(fresh.cert).serialNumber
      ? "new"
      : "old";
  leave({ ...old, keyNext: fresh.key });
  expect(serialNow(files)).toBe("old");
  leave({ ...old, keyNext: fresh.key, certNext: fresh.cert });
  expect(serialNow(files)).toBe("old");
  leave({ key: fresh.key, cert: old.cert, certNext: fresh.cert });
  expect(serialNow(files)).toBe("new");
  expect(await letsIn("gw-between")).toBe(true);
  expect(existsSync(`${files.certFile}.next`)).toBe(false);
});

test("the session goes on with the new certificate, and is not cut off with the old one", async () => {
  const { files } = await renewalOf("gw-session", 300);
  const { mqtt } = readConfig(join(folder, "gw-session", "agent.json"));
  const session = new MqttSession({ site: SITE, gateway: "gw-session" }, mqtt, { online: "{}", offline: "{}" }, log);
  const seen: string[] = [];
  session.start({ onUp: () => seen.push("up"), onDown: () => seen.push("down"), onMessage: () => undefined });
  onTestFinished(() => session.stop());
  await eventually("a session", () => seen.length === 1);
  const renewal = new CertificateRenewal({
    ...{ site: SITE, gateway: "gw-session", files, broker: mqtt, open: openProvisioningLink, log },
    cloudMs: () => Date.now() + 300 * DAY_MS,
    use: (credentials) => session.renew(credentials),
  });
  await renewal.look();
  await eventually("the session again", () => seen.length === 3);
  expect(seen).toEqual(["up", "down", "up"]);
  expect((await revokedOf("gw-session")).map(({ revoked }) => revoked).sort()).toEqual([false, true]);
  await session.publish("presence", '{"online":true}', { retain: true });
  expect(seen).toHaveLength(3);
});
