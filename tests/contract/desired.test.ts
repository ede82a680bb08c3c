/** What is wished of a gateway: over the API, through the shadow, to the wire of a simulated ward, and back again as its answer. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GatewayConfiguration } from "@wardtwin/cloud-api/configuration/schema";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { configurationTopics } from "@wardtwin/device-profiles/twin-document/configuration";
import { MqttSession } from "@wardtwin/edge-agent/uplink/mqtt-session";
import { CONTROL_COMMANDS, CONTROL_FRAMES, foreignBytes } from "@wardtwin/infra/test/read-only";
import type { MqttClient } from "mqtt";
import Type from "typebox";
import Value from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Api } from "../support/api.ts";
import { startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { type Credentials, certify, connect } from "../support/raw-gateway.ts";
import { lineSettings, Programs, type RecordedLine, recorded, startSimulators } from "../support/recorded-ward.ts";
import { SimulatedHospital } from "../support/simulated-hospital.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const GATEWAY = "gw-all";
const VENT = "puritan-bennett/840";
const POLL = "report";
const at = configurationTopics(GATEWAY);
const folder = temporaryFolder();
const programs = new Programs();
let house: TestCloud;
let engineer: Api;
let hospital: SimulatedHospital;
let lines: readonly RecordedLine[];
let site: string;
/** The ventilator's line, and the device on it. */
let vent: { line: string; device: string };
let own: Credentials;
/** One that hears what the cloud hears, and may say what the service of shadows says. */
let cloud: MqttClient;
const heard: { topic: string; text: string }[] = [];

beforeAll(async () => {
  house = await startTestCloud();

  engineer = house.as.get("biomedical-engineer") ?? expect.fail("no engineer");
  const { control, hospital: manifest } = await startSimulators(programs, join(folder, "simulators"), 1);
  hospital = new SimulatedHospital(control);
  site = manifest.site.id;
  const ward = manifest.wards[0]?.id ?? "";
  await house.administrator.ask("POST", "/registry/import", {
    site: { ...manifest.site, simulated: true },
    wards: manifest.wards,
    gateways: [{ id: GATEWAY, name: "All lines", ward }],
    devices: [],
    bindings: [],
  });

  own = await certify(house.administrator, GATEWAY);
  const pki = (name: string) => readFileSync(join(house.dataDir, "pki", name), "utf8");
  cloud = await connect(
    house.mqttUrl,
    { cert: pki("cloud-ingest.pem"), key: pki("cloud-ingest.key"), ca: pki("ca.pem") },
    "wardtwin-cloud-ear",
  );
  cloud.on("message", (topic, payload) => heard.push({ topic, text: payload.toString("latin1") }));
  await cloud.subscribeAsync([
    "$aws/things/+/shadow/name/+/update",
    "wardtwin/v1/+/+/hello",
    "wardtwin/v1/+/+/presence",
  ]);

  lines = await Promise.all(manifest.lines.map(recorded));
  const ofVent = manifest.devices.find(({ profile }) => profile === VENT)?.id ?? "";
  const line = manifest.lines.find(({ units }) => units[0]?.device === ofVent)?.id ?? "";
  vent = { line, device: ofVent };
  for (const [name, text] of Object.entries({ "gw.pem": own.cert, "gw.key": own.key, "ca.pem": own.ca }))
    writeFileSync(join(folder, name), text);
  const { hostname, port } = new URL(house.mqttUrl);
  const mqtt = { host: hostname, port: Number(port), certFile: "gw.pem", keyFile: "gw.key", caFile: "ca.pem" };
  const settings = lineSettings(folder, lines, manifest);
  const config = { site, gateway: GATEWAY, simulated: true, dataDir: "data", mqtt, lines: settings };
  writeFileSync(join(folder, "agent.json"), JSON.stringify(config));
}, 240_000);
afterAll(async () => {
  programs.kill();
  for (const { proxy } of lines ?? []) proxy?.stop();
  await cloud?.endAsync(true);
  await house?.stop();
  removeFolder(folder);
});

const startAgent = () => programs.start("edge-agent/src/main.ts", "run", "--config", join(folder, "agent.json"));
const path = `/gateways/${GATEWAY}/configuration`;
const configuration = () => engineer.get(GatewayConfiguration, path);
const wish = (settings: object, revision: number) => engineer.ask("PUT", path, { revision, settings });
async function wished(settings: object): Promise<GatewayConfiguration> {
  const { status, body, text } = await wish(settings, (await configuration()).revision);
  if (status !== 200) throw new Error(text);
  return Value.Parse(GatewayConfiguration, body);
}
const becomes = (state: GatewayConfiguration["state"]) =>
  eventually(`the configuration to be ${state}`, async () => {
    const now = await configuration();
    if (now.state !== state) throw new Error(`${JSON.stringify(now)} ${programs.said.slice(-2_000)}`);
    return now;
  });
const cadence = (everyMs: number) => ({ lines: { [vent.line]: { everyMs: { [POLL]: everyMs } } } });
/** What the ventilator itself has counted between its last answers, ms. */
async function lastGaps(n: number): Promise<number[]> {
  const times = (await hospital.said(vent.device)).map(({ atMs }) => atMs);
  return times
    .slice(-n)
    .map((time, index, all) => time - (all[index - 1] ?? Number.NaN))
    .slice(1);
}
/** Waits until the ventilator was asked three times in a row at about this pace, which is two intervals. */
const asksEvery = (everyMs: number) =>
  eventually(`a report every ${everyMs} ms`, async () => {
    const gaps = await lastGaps(3);
    return gaps.length === 2 && gaps.every((gap) => Math.abs(gap - everyMs) < 400);
  });

test("a wish is pending while the gateway is away, and nobody overwrites another's unseen", async () => {
  expect(await configuration()).toMatchObject({ state: "none", revision: 0, agentVersion: null });
  const before = Date.now();
  const { state, since, revision, settings } = await wished(cadence(3_000));
  expect({ state, revision, settings }).toEqual({ state: "pending", revision: 1, settings: cadence(3_000) });
  expect(Math.abs(Date.parse(since ?? "") - before)).toBeLessThan(60_000);
  expect(await wish({}, 0)).toMatchObject({ status: 409, body: { code: "configuration.conflict" } });
  expect((await configuration()).settings).toEqual(cadence(3_000));
  const [audited] = await query(
    house.databaseUrl,
    "select actor, subject, detail from audit_event where action = 'gateway.configure'",
  );
  expect(audited).toEqual({
    actor: "biomedical-engineer@hospital.example",
    subject: GATEWAY,
    detail: { revision: "1" },
  });
});

test("what is no setting is refused at the door, by name", async () => {
  for (const settings of [
    { REMOTE_CTRL: "ENABLED" },
    { batchEveryMs: 50 },
    cadence(999),
    { lines: { a: { send: "PR" } } },
  ]) {
    const answered = await wish(settings, 1);
    expect(answered, JSON.stringify(settings)).toMatchObject({ status: 400, body: { code: "configuration.unsound" } });
  }
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`poll-number-${n}`, 2_000]));
  expect((await wish({ lines: { a: { everyMs: many } } }, 1)).text).toMatch(/at most 3072 fit/);
  expect((await configuration()).revision).toBe(1);
});

test("once the gateway is there the wish is applied, and the ventilator is asked more slowly", {
  timeout: 60_000,
}, async () => {
  startAgent();
  const { wishes, agentVersion, profileRevisions } = await becomes("applied");
  expect(wishes).toMatchObject([
    { at: `/lines/${vent.line}/everyMs/${POLL}`, wanted: 3_000, inForce: 3_000, state: "applied" },
  ]);
  expect(agentVersion).toMatch(/^\d+\.\d+\.\d+/);
  expect(profileRevisions[VENT]).toBeGreaterThan(0);
  await asksEvery(3_000);
});

test("a wish that cannot be is refused with its reason, and what ran before goes on", { timeout: 60_000 }, async () => {
  await wished({ ...cadence(3_000), profileRevisions: { [VENT]: 999 } });
  const { wishes } = await becomes("refused");
  expect(wishes).toMatchObject([
    { state: "applied" },
    { state: "refused", wanted: 999, reason: expect.stringMatching(/^Revision \d+ of puritan-bennett\/840 goes on: /) },
  ]);
  const asked = (await hospital.said(vent.device)).length;
  await eventually("another report", async () => (await hospital.said(vent.device)).length > asked);
});

test("a wish that is taken back is over at once, on the wire too", { timeout: 60_000 }, async () => {
  await wished({});
  const { wishes } = await becomes("none");
  expect(wishes).toEqual([]);
  await asksEvery(2_000);
});

const told = () => heard.filter(({ topic, text }) => topic === at.update && text.includes('"batchEveryMs":9000'));
async function versionNow(): Promise<number> {
  const [row] = await query<{ version: number }>(
    house.databaseUrl,
    "select version::int from shadow where thing = $1 and name = 'configuration'",
    [GATEWAY],
  );
  return row?.version ?? Number.NaN;
}
const tellDelta = async (version: number, state: object) =>
  cloud.publishAsync(at.delta, JSON.stringify({ version, state, timestamp: 1 }), { qos: 1 });

test("C1: a delta of an old version changes nothing, and one of the next version does", {
  timeout: 60_000,
}, async () => {
  const version = await versionNow();
  for (const old of [1, version - 1, version]) await tellDelta(old, { batchEveryMs: 9_000 });
  // What comes after the old ones was judged after them.
  await wished({ batchEveryMs: 4_000 });
  await becomes("applied");
  expect(told()).toEqual([]);
  await tellDelta((await versionNow()) + 1, { batchEveryMs: 9_000 });
  await eventually("the gateway to report it", () => told().length > 0);
});

/** As many of these as fit into one wish. */
const inParts = <Item>(items: readonly Item[], size: number): Item[][] =>
  items.length === 0 ? [] : [items.slice(0, size), ...inParts(items.slice(size), size)];

test("a desired state full of control commands brings none of them to any port", { timeout: 120_000 }, async () => {
  const hostile = await connect(house.mqttUrl, own, `${site}:${GATEWAY}:hostile`);
  const Refused = Type.Object({ reported: Type.Object({ refused: Type.Record(Type.String(), Type.String()) }) });
  const weapons = [...CONTROL_COMMANDS, ...CONTROL_FRAMES.filter((_, index) => index % 9 === 0)];
  const parts = inParts(weapons, 8);
  for (const [turn, part] of parts.entries()) {
    const as = <Value>(value: (weapon: string) => Value) =>
      Object.fromEntries(part.map((weapon) => [weapon, value(weapon)]));
    const mark = `mark-${turn}`;
    const desired = {
      [mark]: 1,
      ...as((weapon) => weapon),
      request: part,
      batchEveryMs: part[0],
      profileRevisions: { ...as(() => 1), [VENT]: part[1] ?? 0 },
      lines: {
        ...as((weapon) => ({ everyMs: { [weapon]: 2_000 } })),
        [vent.line]: { everyMs: { ...as(() => 2_000), [POLL]: 1 }, send: part[0], polls: as((weapon) => weapon) },
      },
    };
    const update = { state: { desired: null } };
    await hostile.publishAsync(at.update, JSON.stringify(update), { qos: 1 });
    await hostile.publishAsync(at.update, JSON.stringify({ state: { desired } }), { qos: 1 });
    await eventually(`the gateway's answer to part ${turn}`, async () => {
      const [row] = await query(
        house.databaseUrl,
        "select document #> '{reported,state}' as reported from shadow where thing = $1",
        [GATEWAY],
      );
      return Value.Check(Refused, row) && `/${mark}` in row.reported.refused;
    });
  }
  await hostile.endAsync(true);
  const { wishes, settings } = await configuration();
  expect(settings.batchEveryMs).toBeUndefined();
  expect(wishes.find(({ at: place }) => place.endsWith(`everyMs/${POLL}`))).toMatchObject({
    wanted: 1,
    state: "refused",
  });

  const bytes = () =>
    lines.reduce((sum, { proxy }) => sum + (proxy?.sent() ?? []).reduce((all, { length }) => all + length, 0), 0);
  const sofar = bytes();
  await eventually("every line to be asked on", () => bytes() > sofar + 500);
  for (const { line, language, proxy } of lines) {
    for (const sent of proxy?.sent() ?? []) expect(foreignBytes(language ?? "", sent), line.id).toBeNull();
  }
  const asked = lines.filter(({ proxy }) => proxy?.sent().some(({ length }) => length > 0));
  expect(asked.length).toBeGreaterThan(5);
});

test("of a line's credentials the cloud learns the day on which they were set, and nothing else", async () => {
  const secrets = lines.flatMap(({ line }) => (line.credentials === undefined ? [] : [line.credentials.password]));
  expect(secrets.length).toBeGreaterThan(0);
  await wished({});
  const { credentials } = await becomes("none");
  const today = new Date().toISOString().slice(0, 10);
  const withSecret = lines.filter(({ line }) => line.credentials !== undefined).map(({ line }) => line.id);
  expect(credentials.map(({ line }) => line).toSorted()).toEqual(withSecret.toSorted());
  for (const { setOn } of credentials)
    expect(Math.abs(Date.parse(setOn) - Date.parse(today))).toBeLessThanOrEqual(86_400_000);
  expect(heard.some(({ topic }) => topic === at.update)).toBe(true);
  const said = [programs.said, ...heard.map(({ text }) => text)].join("\n");
  for (const secret of secrets) expect(said).not.toContain(secret);
});

test("on topics that the broker refuses nothing is said, and all else goes on", async () => {
  programs.kill();
  const { hostname, port } = new URL(house.mqttUrl);
  const presence = { online: '{"online":true}', offline: '{"online":false}' };
  const settings = { host: hostname, port: Number(port), ...own };
  const session = new MqttSession({ site, gateway: GATEWAY }, settings, presence, openLog("silent"));
  const ups: string[] = [];
  for (const thing of ["gw-another", GATEWAY]) {
    session.alsoTalk({ topics: [configurationTopics(thing).delta], onUp: () => void ups.push(thing), onMessage() {} });
  }
  let downs = 0;
  session.start({ onUp: () => void ups.push("own topics"), onDown: () => void downs++, onMessage() {} });
  await eventually("its own shadow", () => ups.includes(GATEWAY));
  // What was asked before this is answered before it.
  await session.publish("presence", presence.online, { retain: true });
  await session.stop();
  expect({ ups, downs }).toEqual({ ups: ["own topics", GATEWAY], downs: 0 });
});
