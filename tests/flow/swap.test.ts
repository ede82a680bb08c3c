/** Two ventilators that tell make and model alone, swapped while they were off: from their bytes to their twins. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { TwinView } from "@wardtwin/cloud-api/device-twin/schema";
import { ApiClient } from "@wardtwin/infra/launcher/api-client";
import { openDataFolder } from "@wardtwin/infra/launcher/data-folder";
import { prepareGateway, registryOf } from "@wardtwin/infra/launcher/demo-gateway";
import { systemClock } from "@wardtwin/simulators/clock";
import { type Hospital, openHospital } from "@wardtwin/simulators/hospital/hospital";
import { DEFAULT_COUNTS } from "@wardtwin/simulators/hospital/plan-hospital";
import { PortPool } from "@wardtwin/simulators/wires/ports";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cable, startCable } from "../support/cable.ts";
import { startTestCloud, type TestCloud } from "../support/cloud.ts";
import { eventually } from "../support/eventually.ts";
import { root } from "../support/house.ts";
import { valuesByOwner } from "../support/ledger.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const [A, B] = ["medibus-01", "medibus-02"];
const GATEWAY = "gw-north";
/** Settings by which each is known, whoever reads it: tidal volumes in mL. */
const VOLUME_OF: Readonly<Record<string, number>> = { [A]: 400, [B]: 700 };

let cloud: TestCloud;
let hospital: Hospital;
let agent: ChildProcess | undefined;
let stepping: NodeJS.Timeout | undefined;
const cables = new Map<string, Cable>();

const portOfUrl = (url: string) => Number(new URL(url).port);
const lineOf = (device: string) => hospital.manifest.lines.find(({ units }) => units[0]?.device === device);
const deviceAt = (device: string) => portOfUrl(lineOf(device)?.url ?? "");

beforeAll(async () => {
  cloud = await startTestCloud();
  const none = Object.fromEntries(Object.keys(DEFAULT_COUNTS).map((kind) => [kind, 0])) as typeof DEFAULT_COUNTS;
  hospital = await openHospital({
    seed: 7,
    counts: { ...none, "medibus-ventilator": 2 },
    baudRate: 38_400,
    dataDir: join(folder, "simulators"),
    clock: systemClock,
    ports: new PortPool(process.pid),
  });
  for (const id of [A, B]) {
    const body = hospital.devices.get(id)?.body;
    body?.duty.hold("in-use");
    body?.gauges.pin("tidalVolumeSetMl", VOLUME_OF[id] ?? null);
    cables.set(id, await startCable(deviceAt(id)));
  }
  stepping = setInterval(() => hospital.step(250), 250);
  await startAgent();
}, 120_000);

afterAll(async () => {
  agent?.kill("SIGTERM");
  if (agent !== undefined && agent.exitCode === null) await once(agent, "exit");
  clearInterval(stepping);
  for (const cable of cables.values()) await cable.close();
  await hospital?.close();
  await cloud?.stop();
  removeFolder(folder);
});

/** The gateway of the two lines, its cables between it and the ventilators. */
async function startAgent(): Promise<void> {
  const manifest = {
    ...hospital.manifest,
    lines: hospital.manifest.lines.map((line) => ({
      ...line,
      gateway: GATEWAY,
      url: `tcp://127.0.0.1:${cables.get(line.units[0]?.device ?? "")?.port}`,
    })),
  };
  const api = new ApiClient(cloud.api);
  await api.request("POST", "/session", {
    email: "administrator@hospital.example",
    password: "a-long-enough-password",
  });
  await api.request("POST", "/registry/import", registryOf(manifest, 0));
  const home = openDataFolder(join(folder, "gateway"));
  const config = await prepareGateway(home, api, manifest, GATEWAY, cloud.mqttUrl, cloud.cloud.caFile);
  agent = spawn(process.execPath, [join(root, "edge-agent/src/main.ts"), "run", "--config", config], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

const twinOf = (id: string) => {
  const engineer = cloud.as.get("biomedical-engineer");
  if (engineer === undefined) throw new Error("nobody reads");
  return engineer.get(TwinView, `/twins/${id}`);
};
const volumeOf = ({ metrics }: TwinView) => metrics.find(({ metric }) => metric === "tidalVolumeSetMl");

/** Every tidal volume that was ever stored, by device, or by the line it stayed with. */
async function volumesStored(): Promise<Record<string, number[]>> {
  const values = await valuesByOwner(cloud.databaseUrl, "tidalVolumeSetMl");
  return Object.fromEntries([...values].map(([who, known]) => [who, [...new Set(known)]]));
}

test("swapped while off, neither enters the other's history, neither is ready, and a scan says who is who", {
  timeout: 120_000,
}, async () => {
  for (const id of [A, B]) {
    await eventually(`${id} to be read`, async () => volumeOf(await twinOf(id))?.value === VOLUME_OF[id], 40_000);
  }

  for (const cable of cables.values()) cable.plugInto(null);
  for (const id of [A, B]) {
    await eventually(
      `${id} to be stale`,
      async () => {
        const { connectivity } = await twinOf(id);
        return connectivity.device.state === "unreachable" && connectivity.values.stale;
      },
      40_000,
    );
  }
  cables.get(A)?.plugInto(deviceAt(B));
  cables.get(B)?.plugInto(deviceAt(A));
  for (const id of [A, B]) {
    const twin = await eventually(
      `${id} to be in doubt`,
      async () => {
        const now = await twinOf(id);
        return now.identity.unconfirmed !== null && now;
      },
      40_000,
    );
    expect(twin.readiness.availability).toBe("unknown");
    expect(twin.readiness.holds.map(({ kind, reason }) => `${kind} ${reason}`)).toContain("identity unconfirmed");
  }
  const lines = [A, B].map((id) => lineOf(id)?.id ?? "");
  const held = await eventually("readings that stay with their lines", async () => {
    const stored = await volumesStored();
    return lines.every((line) => stored[`line ${line}`] !== undefined) && stored;
  });
  expect(held).toEqual({
    [A]: [VOLUME_OF[A]],
    [B]: [VOLUME_OF[B]],
    [`line ${lines[0]}`]: [VOLUME_OF[B]],
    [`line ${lines[1]}`]: [VOLUME_OF[A]],
  });

  const porter = cloud.as.get("porter");
  for (const [device, line] of [
    [B, lines[0]],
    [A, lines[1]],
  ]) {
    const scanned = await porter?.ask("POST", "/sightings", {
      device,
      place: { gateway: GATEWAY, line, unit: "1" },
      source: "scan",
    });
    expect(scanned?.status).toBe(200);
  }
  for (const id of [A, B]) {
    await eventually(
      `${id} to be read again`,
      async () => {
        const { identity, connectivity } = await twinOf(id);
        return identity.unconfirmed === null && connectivity.device.state === "connected";
      },
      40_000,
    );
  }
  // What was held since they were plugged in is theirs, too.
  expect(await volumesStored()).toEqual({ [A]: [VOLUME_OF[A]], [B]: [VOLUME_OF[B]] });
});
