import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiClient } from "@wardtwin/infra/launcher/api-client";
import { type DataFolder, openDataFolder, writeSecretJson } from "@wardtwin/infra/launcher/data-folder";
import { prepareGateway, registryOf } from "@wardtwin/infra/launcher/demo-gateway";
import { demoUsersOf, signInDemo } from "@wardtwin/infra/launcher/demo-users";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@wardtwin/prisma/embedded-postgres";
import { Manifest } from "@wardtwin/simulators/hospital/manifest";
import Value from "typebox/value";
import { Api } from "../support/api.ts";
import { query } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { root } from "../support/house.ts";
import { type PausingProxy, startPausingProxy } from "../support/pausing-proxy.ts";
import { SimulatedHospital } from "../support/simulated-hospital.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { type Broker, type CloudParts, type Shape, startCloudParts } from "./cloud-parts.ts";
import { type GatewayClock, gatewayClock, type SmallDisk, smallDisk, whyNoDisk } from "./gateway-parts.ts";
import { KeptProcess } from "./kept-process.ts";
import { openRawPlaces, type RawPlaces, type RawSizes, withRawGateways } from "./raw-places.ts";
import { TwinWatch } from "./twin-watch.ts";

/** A gateway with an agent, a link to the broker that can be broken, and ventilators that are asked every 2 s. */
export interface ChaosGateway {
  id: string;
  agent: KeptProcess;
  link: PausingProxy;
  /** The first can be pinned, so that it says when the twin is right again. */
  devices: string[];
  clock: GatewayClock | null;
  disk: SmallDisk | null;
  /** Up to here its devices' words have been compared with the store, epoch ms. */
  comparedUntilMs: number;
}

export interface ChaosHouse {
  shape: Shape;
  databaseUrl: string;
  /** Open on the first device of each gateway. */
  watch: TwinWatch;
  hospital: SimulatedHospital;
  gateways: ChaosGateway[];
  raw: RawPlaces;
  /** The process that takes batches in; in one process with everything else, or with itself alone. */
  ingest: KeptProcess;
  broker: Broker;
  /** Kills the postmaster; resolves when another one answers. */
  killDatabase(): Promise<void>;
  stop(): Promise<void>;
}

/** Seven kinds of gateways would cost more than two cores have; a case takes any that is free and has what it needs. */
const GATEWAYS = 4;
/** Of each kind of ventilator one hangs on each gateway. */
const VENTILATORS = /^puritan-bennett\//;
/** So fast that an answer is said and heard within a moment. */
const BAUD_RATE = 1_000_000;
const BATCH_EVERY_MS = 250;
const STANDBY_FREE_AFTER_MIN = 1;

export async function openChaosHouse(shape: Shape, seed: number, sizes: RawSizes): Promise<ChaosHouse> {
  const dataDir = temporaryFolder();
  const folder = openDataFolder(dataDir);
  const openCloud = async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: folder.file("postgres") });
    return { postgres, cloud: await startCloudParts(shape, dataDir, postgres.connectionString) };
  };
  const [simulators, { postgres, cloud }] = await Promise.all([startSimulators(folder, seed), openCloud()]);
  const manifest = chaosManifest(simulators.manifest);
  // No more people than are needed: every password is a second of work for the machine.
  const users = demoUsersOf(folder).filter(({ role }) => role === "administrator" || role === "biomedical-engineer");
  const client = await signInDemo(`${cloud.url}/api/v1`, users, cloud.setupUrl);
  await client.request(
    "POST",
    "/registry/import",
    registryOf(withRawGateways(manifest, sizes.crowd), STANDBY_FREE_AFTER_MIN),
  );
  const [administrator, engineer] = [new Api(`${cloud.url}/api/v1`), new Api(`${cloud.url}/api/v1`)];
  await administrator.signIn(users[0]?.email ?? "", users[0]?.password ?? "");
  await engineer.signIn(users[1]?.email ?? "", users[1]?.password ?? "");
  const ids = manifest.gateways.map(({ id }) => id);
  const gateways = await Promise.all(ids.map((id) => startGateway(id, { folder, client, manifest, cloud })));
  await Promise.all(manifest.devices.map(({ id }) => simulators.hospital.hold(id, "in-use")));
  const watch = new TwinWatch(
    engineer,
    gateways.flatMap(({ devices }) => devices.slice(0, 1)),
  );
  await Promise.all(gateways.map((gateway) => isLive(gateway, watch)));
  const raw = await openRawPlaces(administrator, { site: manifest.site.id, brokerPort: cloud.broker.port, ...sizes });
  return {
    shape,
    databaseUrl: postgres.connectionString,
    watch,
    hospital: simulators.hospital,
    gateways,
    raw,
    ingest: cloud.ingest,
    broker: cloud.broker,
    killDatabase: () => killDatabase(postgres),
    stop: async () => {
      watch.close();
      await Promise.all(gateways.map(({ agent }) => agent.stop()));
      await Promise.all([raw.link, ...gateways.map(({ link }) => link)].map((link) => link.close()));
      await Promise.all([simulators.stop(), cloud.stop()]);
      await postgres.stop();
      for (const { disk } of gateways) disk?.unmount();
      removeFolder(dataDir);
    },
  };
}

interface Simulators {
  manifest: Manifest;
  hospital: SimulatedHospital;
  stop(): Promise<void>;
}

async function startSimulators(folder: DataFolder, seed: number): Promise<Simulators> {
  const dataDir = folder.file("simulators");
  const options = { "--seed": seed, "--data-dir": dataDir, "--baud-rate": BAUD_RATE, "--devices-per-kind": GATEWAYS };
  const program = new KeptProcess({
    name: "simulators",
    command: [join(root, "simulators/src/main.ts"), ...Object.entries(options).flat().map(String)],
    env: {},
    logFile: join(folder.path, "simulators.log"),
  });
  const { hospital, control } = await program.told("ready");
  writeSecretJson(folder.file("simulators", "control.json"), { control });
  return {
    manifest: Value.Parse(Manifest, hospital),
    hospital: new SimulatedHospital(folder.path),
    stop: () => program.stop(),
  };
}

/** The same hospital with the ventilators alone, dealt out to gateways of ours. */
function chaosManifest(manifest: Manifest): Manifest {
  const devices = manifest.devices.filter(({ profile }) => VENTILATORS.test(profile));
  const gateways = Array.from({ length: GATEWAYS }, (_, index) => ({
    id: `gw-${index + 1}`,
    name: `Gateway ${index + 1}`,
    ward: manifest.wards[0]?.id ?? "",
  }));
  const lines = manifest.lines
    .filter(({ units }) => devices.some(({ id }) => id === units[0]?.device))
    .map((line, index) => ({ ...line, gateway: gateways[index % GATEWAYS]?.id ?? "" }));
  return { ...manifest, devices, gateways, lines };
}

interface GatewayDeps {
  folder: DataFolder;
  client: ApiClient;
  manifest: Manifest;
  cloud: CloudParts;
}

async function startGateway(id: string, { folder, client, manifest, cloud }: GatewayDeps): Promise<ChaosGateway> {
  const { broker, caFile } = cloud;
  const link = await startPausingProxy(() => broker.port);
  const config = await prepareGateway(folder, client, manifest, id, `mqtts://127.0.0.1:${link.port}`, caFile);
  const settings: object = JSON.parse(readFileSync(config, "utf8"));
  writeFileSync(config, JSON.stringify({ ...settings, batchEveryMs: BATCH_EVERY_MS }));
  // The last two have a part that can be turned against them.
  const clock = id === `gw-${GATEWAYS}` ? gatewayClock(folder.file("gateways", id)) : null;
  const disk = id === `gw-${GATEWAYS - 1}` && whyNoDisk() === null ? smallDisk(join(config, "..", "data")) : null;
  const agent = new KeptProcess({
    name: id,
    command: [join(root, "edge-agent/src/main.ts"), "run", "--config", config],
    env: clock?.env ?? {},
    logFile: join(folder.path, `${id}.log`),
  });
  await agent.told("connected");
  const lines = manifest.lines.filter(({ gateway }) => gateway === id);
  const devices = lines.flatMap(({ units }) => units.map(({ device }) => device));
  const isLead = (device: string) => manifest.devices.find((one) => one.id === device)?.profile === LEAD;
  devices.sort((a, b) => Number(isLead(b)) - Number(isLead(a)));
  return { id, agent, link, devices, clock, disk, comparedUntilMs: Date.now() };
}

const LEAD = "puritan-bennett/840";

const isLive = ({ id, devices }: ChaosGateway, watch: TwinWatch) =>
  eventually(`${id} to be live`, () => watch.shown(devices[0] ?? "")?.facts.operating.word === "in-use");

async function killDatabase(postgres: EmbeddedPostgres): Promise<void> {
  const { pid } = postgres;
  if (pid === null) throw new Error("no PostgreSQL runs");
  process.kill(pid, "SIGKILL");
  await eventually("another PostgreSQL to answer", async () => {
    if (postgres.pid === null || postgres.pid === pid) return false;
    return query(postgres.connectionString, "select 1");
  });
}
