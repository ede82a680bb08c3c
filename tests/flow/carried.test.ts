/** A ventilator in standby that is carried to another ward and plugged in there: from its bytes to its one history. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { TwinView } from "@wardtwin/cloud-api/device-twin/schema";
import { METRICS } from "@wardtwin/device-profiles/vocabulary/metrics";
import { ApiClient } from "@wardtwin/infra/launcher/api-client";
import { openDataFolder } from "@wardtwin/infra/launcher/data-folder";
import { prepareGateway, registryOf } from "@wardtwin/infra/launcher/demo-gateway";
import { systemClock } from "@wardtwin/simulators/clock";
import { type Hospital, openHospital } from "@wardtwin/simulators/hospital/hospital";
import type { Manifest } from "@wardtwin/simulators/hospital/manifest";
import { countOfEach } from "@wardtwin/simulators/hospital/plan-hospital";
import { PortPool } from "@wardtwin/simulators/wires/ports";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cable, startCable } from "../support/cable.ts";
import { startTestCloud, type TestCloud } from "../support/cloud.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { root } from "../support/house.ts";
import { chunkReadings, countsByDevice } from "../support/ledger.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const DEVICE = "vent-01";
const WARDS = ["gw-north", "gw-south"] as const;
/** So fast that an answer is said and heard within a moment. */
const BAUD_RATE = 1_000_000;

let cloud: TestCloud;
let hospital: Hospital;
let stepping: NodeJS.Timeout | undefined;
const cables = new Map<string, Cable>();
const agents: ChildProcess[] = [];

const portOfDevice = () => Number(new URL(hospital.lineOf(DEVICE)?.url ?? "").port);
const plugInto = (ward: string | null) => {
  for (const [gateway, cable] of cables) cable.plugInto(gateway === ward ? portOfDevice() : null);
};

beforeAll(async () => {
  cloud = await startTestCloud();
  hospital = await openHospital({
    seed: 11,
    counts: { ...countOfEach(0), ventilator: 1 },
    baudRate: BAUD_RATE,
    dataDir: join(folder, "simulators"),
    clock: systemClock,
    ports: new PortPool(process.pid),
  });
  hospital.devices.get(DEVICE)?.body.duty.hold("standby");
  for (const ward of WARDS) cables.set(ward, await startCable(portOfDevice()));
  plugInto("gw-north");
  stepping = setInterval(() => hospital.step(250), 250);
  const api = new ApiClient(cloud.api);
  await api.request("POST", "/session", {
    email: "administrator@hospital.example",
    password: "a-long-enough-password",
  });
  await api.request("POST", "/registry/import", registryOf(manifestAt("gw-north"), 0));
  for (const ward of WARDS) await startAgent(api, ward);
}, 120_000);

afterAll(async () => {
  for (const agent of agents) agent.kill("SIGTERM");
  await Promise.all(agents.map((agent) => (agent.exitCode === null ? once(agent, "exit") : null)));
  clearInterval(stepping);
  for (const cable of cables.values()) await cable.close();
  await hospital?.close();
  await cloud?.stop();
  removeFolder(folder);
});

/** The hospital with its one line at a gateway, by that gateway's own cable. */
const manifestAt = (gateway: string): Manifest => ({
  ...hospital.manifest,
  lines: hospital.manifest.lines.map((line) => ({
    ...line,
    gateway,
    url: `tcp://127.0.0.1:${cables.get(gateway)?.port}`,
  })),
});

async function startAgent(api: ApiClient, gateway: string): Promise<void> {
  const home = openDataFolder(join(folder, gateway));
  const config = await prepareGateway(home, api, manifestAt(gateway), gateway, cloud.mqttUrl, cloud.cloud.caFile);
  const command = [join(root, "edge-agent/src/main.ts"), "run", "--config", config];
  agents.push(spawn(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] }));
}

const twin = () => (cloud.as.get("biomedical-engineer") ?? cloud.administrator).get(TwinView, `/twins/${DEVICE}`);
const isReadBy = (gateway: string) =>
  eventually(
    `${DEVICE} to be read by ${gateway}`,
    async () => {
      const { connectivity, facts } = await twin();
      const isHeard = connectivity.device.state === "connected" && facts.operating.word === "standby";
      return isHeard && connectivity.gateway.id === gateway;
    },
    60_000,
  );
const answers = () =>
  hospital.devices
    .get(DEVICE)
    ?.said.items()
    .filter(({ whole }) => whole) ?? [];
const fewMore = async () => {
  const before = answers().length;
  await eventually("three answers more", () => answers().length >= before + 3);
};

/** Two processes that read one clock in whole ms may differ by so many. */
const CLOCK_MS = 5;

/**
 * What became of each answer: its reading is of a time before the next answer, because nothing is asked before the one before
 * has been read. Rows of silence are the old gateway's, and no answers.
 */
async function fateOfAnswers(): Promise<{ said: number; lost: number; twice: number; disordered: number }> {
  const times = answers().map(({ atMs }) => atMs);
  const readings = await chunkReadings(cloud.databaseUrl, { devices: [DEVICE] });
  const connected = METRICS.deviceLink.codes.indexOf("connected");
  const wallLessMonoMs = Date.now() - Number(process.hrtime.bigint() / 1_000_000n);
  const heard = readings.filter(({ metric, value }) => metric === "deviceLink" && value === connected);
  const rows = heard.map(({ monoMs }) => monoMs + wallLessMonoMs);
  const counts = times.map((atMs, n) => {
    const untilMs = times[n + 1] ?? Number.POSITIVE_INFINITY;
    return rows.filter((rowMs) => rowMs >= atMs - CLOCK_MS && rowMs < untilMs - CLOCK_MS).length;
  });
  const ofCloud = heard
    .map(({ atMs, monoMs }) => ({ atMs, monoMs }))
    .toSorted((one, other) => one.monoMs - other.monoMs);
  return {
    said: times.length,
    lost: counts.filter((count) => count === 0).length,
    twice: counts.filter((count) => count > 1).length,
    disordered: ofCloud.filter(({ atMs }, n) => atMs < (ofCloud[n - 1]?.atMs ?? 0)).length,
  };
}

/** Between two answers, when nothing is on the wire: pulled in the midst of one, a cable loses it, and nobody can help that. */
const unplugged = () =>
  eventually("a moment between two answers", async () => {
    const { said, lost } = await fateOfAnswers();
    if (lost > 0 || said !== answers().length) return false;
    plugInto(null);
    return true;
  });

test("carried to another ward, it has one history: nothing lost, nothing twice, in order, and the twin is where it is", {
  timeout: 150_000,
}, async () => {
  await isReadBy("gw-north");
  await fewMore();
  await unplugged();
  const carried = answers().length;
  plugInto("gw-south");
  await isReadBy("gw-south");
  await fewMore();
  expect(answers().length).toBeGreaterThan(carried + 2);
  const fate = await eventually("every answer to be in the history", async () => {
    const now = await fateOfAnswers();
    if (now.lost > 0) throw new Error(JSON.stringify(now));
    return now;
  });
  expect(fate).toMatchObject({ lost: 0, twice: 0, disordered: 0 });
  const counts = (await countsByDevice(cloud.databaseUrl)).get(DEVICE);
  expect(counts?.chunks).toBe(counts?.minutes);
  const epochs = await query<{ pieces: number; aside: number }>(
    cloud.databaseUrl,
    "select (select count(*)::int from unnest(committed)) as pieces, (select count(*)::int from unnest(set_aside)) as aside from gateway_epoch",
  );
  expect(epochs).toEqual(WARDS.map(() => ({ pieces: 1, aside: 0 })));
  expect(await query(cloud.databaseUrl, "select 1 from device_sighting")).toEqual([]);
});
