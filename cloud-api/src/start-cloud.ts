import { join } from "node:path";
import { checkDatabase } from "@wardtwin/prisma/check-url";
import { applyMigrations } from "@wardtwin/prisma/migrate";
import { type CertificateAuthority, openCertificateAuthority } from "./access/certificate-authority.ts";
import { AccessStore } from "./access/store.ts";
import { buildApp } from "./app.ts";
import { Intake } from "./arrival/intake.ts";
import { SightingStore } from "./arrival/sighting-store.ts";
import { ArrivalStore } from "./arrival/store.ts";
import { DynamicSecurityDriver } from "./broker/dynamic-security-driver.ts";
import { startEmbeddedBroker } from "./broker/embedded-broker.ts";
import { isOwnThing, type Peer } from "./broker/rules.ts";
import type { CloudConfig, ProcessRole } from "./config.ts";
import { ConfigurationShadows } from "./configuration/shadows.ts";
import { DeviceJobDesk } from "./device-job/desk.ts";
import { DeviceJobQueries } from "./device-job/queries.ts";
import { DeviceJobService } from "./device-job/service.ts";
import { DeviceJobStore } from "./device-job/store.ts";
import { LiveViews } from "./device-twin/live-views.ts";
import { TwinQueries } from "./device-twin/queries.ts";
import { ClientStore } from "./fleet/client-store.ts";
import { FleetQueries } from "./fleet/queries.ts";
import { FleetStore } from "./fleet/store.ts";
import { PackStore } from "./observation/pack-store.ts";
import { ObservationQueries } from "./observation/queries.ts";
import { ObservationStore } from "./observation/store.ts";
import type { Clock } from "./platform/clock.ts";
import { ConfigError } from "./platform/config-error.ts";
import { type Database, openDatabase } from "./platform/database.ts";
import { startEventRelay } from "./platform/event-relay.ts";
import { type LiveBus, localLiveBus, redisLiveBus } from "./platform/live.ts";
import type { Log } from "./platform/log.ts";
import { openMqttSession } from "./platform/mqtt-client.ts";
import { openQueue, openRedis, openWorker } from "./platform/queue.ts";
import type { Random } from "./platform/random.ts";
import { type Catalog, openCatalog } from "./profile-catalog.ts";
import { ProvisioningOffice } from "./provisioning/office.ts";
import { ProvisioningService } from "./provisioning/service.ts";
import { ProvisioningStore } from "./provisioning/store.ts";
import { ShadowDesk } from "./shadow/desk.ts";
import { buildShadowApp } from "./shadow/routes.ts";
import { SHADOW_LIMITS } from "./shadow/rules.ts";
import { ShadowService } from "./shadow/service.ts";
import { ShadowStore } from "./shadow/store.ts";
import { holdersOf, isAdmitted } from "./who-may-speak.ts";
import { foldsOf, heldReadingsOf, jobsOf } from "./worker.ts";

export interface Cloud {
  /** Where the console and the API answer; null without the api role. */
  url: string | null;
  /** mqtts://host:port of the broker that gateways use. */
  mqttUrl: string;
  caFile: string;
  /** Where shadows answer over HTTPS; null where they do not. */
  shadowUrl: string | null;
  /** The one-time link of the first administrator; null once there is a user. */
  setupUrl: string | null;
  close(): Promise<void>;
}

interface House {
  config: CloudConfig;
  db: Database;
  catalog: Catalog;
  authority: CertificateAuthority;
  live: LiveBus;
  clock: Clock;
  random: Random;
  log: Log;
  fleet: FleetQueries;
  /** What to close, in the order in which it was opened. */
  opened: { name: string; close(): Promise<void> | void }[];
}

const CLOSE_TIMEOUT_MS = 3_000;
const SETUP_TOKEN_BYTES = 24;
/** How long a start waits for another broker's rules. */
const RULES_PATIENCE_MS = 5_000;

/** Brings up the roles of this process, from the database outwards. What was opened is closed again when one fails. */
export async function startCloud(config: CloudConfig, clock: Clock, random: Random, log: Log): Promise<Cloud> {
  const catalog = openCatalog(config.profilesDir);
  const found = await checkDatabase(config.databaseUrl);
  if (!found.ok) throw new ConfigError(found.message);
  await applyMigrations({ connectionString: config.databaseUrl, onProgress: ({ message }) => log.info(message) });
  const authority = await openCertificateAuthority(join(config.dataDir, "pki"), clock, random);
  const db = openDatabase(config.databaseUrl, log);
  const house: House = {
    config,
    db,
    catalog,
    authority,
    live: await openLive(config),
    clock,
    random,
    log,
    fleet: new FleetQueries(db),
    opened: [],
  };
  house.opened.push(
    { name: "database", close: () => db.close() },
    { name: "live events", close: () => house.live.close() },
  );
  try {
    const mqttUrl = await openBroker(house);
    if (has(house, "ingest")) await openIntake(house, mqttUrl);
    const shadows = openDesk(house, mqttUrl);
    const shadowUrl = has(house, "shadow") ? await openShadows(house, mqttUrl, shadows) : null;
    if (has(house, "worker")) await openJobs(house);
    const url = has(house, "api") ? await openApi(house, shadows) : null;
    const setupUrl = url === null ? null : await openSetup(house, url);
    // A broker that is not ours may have an authority of its own, which is then the one that gateways must trust.
    const caFile = (config.mqtt.kind === "external" ? config.mqtt.caFile : null) ?? authority.caFile;
    return { url, mqttUrl, caFile, shadowUrl, setupUrl, close: () => closeAll(house) };
  } catch (error) {
    await closeAll(house);
    throw error;
  }
}

const has = ({ config }: House, role: ProcessRole) => config.roles.includes(role);

async function openLive({ redisUrl }: CloudConfig): Promise<LiveBus> {
  if (redisUrl === null) return localLiveBus();
  const probe = openRedis(redisUrl);
  const reached = await Promise.race([
    probe.ping().then(() => true),
    new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false));
      setTimeout(() => resolve(false), 5_000).unref();
    }),
  ]);
  probe.disconnect();
  if (!reached)
    throw new ConfigError(
      `REDIS_URL names ${new URL(redisUrl).host}, where no Redis answers; start it there or correct the address.`,
    );
  return redisLiveBus(() => openRedis(redisUrl));
}

async function openBroker(house: House): Promise<string> {
  const { config, authority, fleet, clock, log } = house;
  if (config.mqtt.kind === "external") {
    if (has(house, "broker")) await openBrokerRules(house, config.mqtt.url);
    return config.mqtt.url;
  }
  const files = await authority.service("broker", config.mqtt.hostNames);
  const { host, port } = config.mqtt;
  const admits = (peer: Peer, isNew: boolean) => isAdmitted(house, peer, isNew);
  const owns = async (peer: Peer, thing: string) => isOwnThing(peer, thing, await fleet.index(clock.nowMs()));
  const broker = await startEmbeddedBroker({ host, port, caFile: authority.caFile, ...files, admits, owns, log });
  house.opened.push({ name: "broker", close: () => broker.close() });
  house.live.subscribe(({ gateways, registry }) => broker.recheck(registry === true ? "all" : gateways));
  const name = ["0.0.0.0", "::"].includes(host) ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `mqtts://${name}:${broker.port}`;
}

/** A broker that is not ours, whose rules are ours to keep. */
async function openBrokerRules(house: House, mqttUrl: string): Promise<void> {
  const { live, log } = house;
  const mqtt = await openSession(house, mqttUrl, "broker");
  const driver = new DynamicSecurityDriver({ mqtt, holders: () => holdersOf(house), log });
  house.opened.push({ name: "broker rules", close: () => driver.close() });
  live.subscribe(({ registry }) => registry === true && driver.changed());
  await driver.open(RULES_PATIENCE_MS);
}

/** A session of the cloud's own with the broker, for one of its roles. */
async function openSession(
  { config, authority, random, opened }: House,
  mqttUrl: string,
  role: "broker" | "ingest" | "shadow" | "jobs" | "api",
) {
  const own = await authority.service(`cloud-${role}`, []);
  const { caFile, certFile, keyFile } =
    config.mqtt.kind === "external" ? config.mqtt : { caFile: null, certFile: null, keyFile: null };
  const settings = {
    url: mqttUrl,
    clientId: `wardtwin-cloud-${random.uuid().slice(0, 8)}`,
    caFile: caFile ?? authority.caFile,
    certFile: certFile ?? own.certFile,
    keyFile: keyFile ?? own.keyFile,
  };
  const mqtt = await openMqttSession(settings).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `No MQTT broker could be used at ${new URL(mqttUrl).host} (${why}); check MQTT_URL and that the broker trusts ${authority.caFile}.`,
      { cause: error },
    );
  });
  opened.push({ name: "mqtt session", close: () => mqtt.endAsync(true) });
  return mqtt;
}

async function openIntake(house: House, mqttUrl: string): Promise<void> {
  const { catalog, db, live, clock, log, fleet } = house;
  const mqtt = await openSession(house, mqttUrl, "ingest");
  const observations = new ObservationStore(db);
  const folds = foldsOf({ observations, clock });
  const { takeUp } = heldReadingsOf({ observations, clock });
  const store = new ArrivalStore({ db, catalog, folds, takeUp, prepare: observations.prepare, log });
  // Whether a gateway is online is known again when it says so to this process.
  await store.forgetOnline(clock.nowMs());
  const sightings = new SightingStore({ db, takeUp });
  const intake = new Intake({ mqtt, store, sightings, fleet, live, clock, log });
  await intake.open();
  house.opened.push({ name: "intake", close: () => intake.close() });
}

interface Shadows {
  store: ShadowStore;
  desk: ShadowDesk;
  /** With a session of their own, so that a burst of shadows holds up no telemetry; opened when it is first needed. */
  service(): Promise<ShadowService>;
}

/** The desk of this process's shadows, for the role that answers requests and for the API, which makes some. */
function openDesk(house: House, mqttUrl: string): Shadows {
  const { clock, log } = house;
  const store = shadowStore(house);
  const desk = new ShadowDesk({ store, clock, log });
  const closing = { name: "shadows", close: () => desk.close() };
  house.opened.push(closing);
  let service: Promise<ShadowService> | null = null;
  const open = async () => {
    // An API that runs without the role has a session, and so a name, of its own.
    const mqtt = await openSession(house, mqttUrl, has(house, "shadow") ? "shadow" : "api");
    // What the desk still answers has to be said before its session closes.
    house.opened.push(closing);
    return new ShadowService({ mqtt, desk, log });
  };
  return {
    store,
    desk,
    service: () => {
      service ??= open().catch((error: unknown) => {
        service = null;
        throw error;
      });
      return service;
    },
  };
}

async function openShadows(
  house: House,
  mqttUrl: string,
  { store, desk, service: opened }: Shadows,
): Promise<string | null> {
  const { https } = house.config.shadow;
  const service = await opened();
  await service.open();
  await openJobsAndProvisioning(house, mqttUrl);
  return https === null ? null : openShadowHttps(house, https, { store, desk, service });
}

/** What is wished over the API is in the database once it is answered; a gateway that is not told looks by itself. */
function configurationShadows({ clock, log }: House, { store, desk, service }: Shadows): ConfigurationShadows {
  const tell: ConstructorParameters<typeof ConfigurationShadows>[0]["tell"] = async (...told) => {
    try {
      (await service()).tell(...told);
    } catch (error) {
      log.warn({ err: error }, "a gateway was not told of a wish");
    }
  };
  return new ConfigurationShadows({ store, desk, tell, nowMs: () => clock.nowMs() });
}

/** Jobs and certificates are asked for seldom: they share a session. */
async function openJobsAndProvisioning(house: House, mqttUrl: string): Promise<void> {
  const { db, fleet, authority, live, clock, random, log, opened } = house;
  const mqtt = await openSession(house, mqttUrl, "jobs");
  const jobs = new DeviceJobStore({ db, log });
  const desk = new DeviceJobDesk({ store: jobs, clock, log });
  const jobService = new DeviceJobService({ mqtt, desk, store: jobs, clock, log });
  opened.push({ name: "jobs of things", close: () => jobService.close() });
  await jobService.open();
  const store = new ProvisioningStore(db);
  const access = new AccessStore(db);
  const office = new ProvisioningOffice({ store, fleet, access, authority, live, clock, random });
  const provisioning = new ProvisioningService({ mqtt, office, clock, log });
  opened.push({ name: "provisioning", close: () => provisioning.close() });
  await provisioning.open();
}

/** The doors of shadows over HTTPS show the broker's certificate, and ask for the one that a gateway shows the broker. */
async function openShadowHttps(
  house: House,
  { host, port, hostNames }: NonNullable<CloudConfig["shadow"]["https"]>,
  parts: { store: ShadowStore; desk: ShadowDesk; service: ShadowService },
): Promise<string> {
  const { config, authority, fleet, clock, log } = house;
  const ofBroker = config.mqtt.kind === "embedded" ? config.mqtt.hostNames : [];
  const files = await authority.service("broker", [...new Set([...ofBroker, ...hostNames])]);
  const mayUse = async (peer: Peer, thing: string) =>
    peer.holder === "cloud" ||
    // Another system's client has its place at the broker alone.
    (peer.holder !== "client" &&
      (await isAdmitted(house, peer, true)) &&
      isOwnThing(peer, thing, await fleet.index(clock.nowMs())));
  const app = await buildShadowApp({ ...parts, mayUse, clock, log }, { caFile: authority.caFile, ...files });
  house.opened.push({ name: "shadows over HTTPS", close: () => app.close() });
  return listening(() => app.listen({ host, port }), "The service of shadows over HTTPS", "SHADOW_HTTPS_PORT", {
    host,
    port,
  });
}

const shadowStore = ({ config, db, log }: House) =>
  new ShadowStore({ db, limits: { ...SHADOW_LIMITS, levelsMax: config.shadow.levelsMax }, log });

async function openJobs(house: House): Promise<void> {
  const { config, db, clock, log } = house;
  const jobs = jobsOf({
    db,
    shadows: shadowStore(house),
    deviceJobs: new DeviceJobStore({ db, log }),
    provisioning: new ProvisioningStore(db),
    observations: new ObservationStore(db),
    packs: new PackStore(db),
    clock,
  });
  const queue = await openQueue(config, log);
  house.opened.push({ name: "queue", close: () => queue.close() });
  for (const job of jobs) if (job.everyMs !== null) await queue.repeat(job, job.everyMs);
  const worker = await openWorker(config, jobs, log);
  house.opened.push({ name: "worker", close: () => worker.close() });
  const relay = startEventRelay({ db, queue, jobs, clock, log });
  house.opened.push({ name: "event relay", close: () => relay.close() });
}

async function openApi(house: House, shadows: Shadows): Promise<string> {
  const { config, db, catalog, authority, live, clock, random, log, fleet } = house;
  const twins = new TwinQueries(db, catalog);
  const onError = (error: unknown) => log.warn({ err: error }, "live pages could not be read");
  const views = new LiveViews({ fleet, twins, live, clock, onError });
  house.opened.push({ name: "live views", close: () => views.close() });
  const app = await buildApp({
    access: new AccessStore(db),
    authority,
    fleet,
    fleetStore: new FleetStore(db, heldReadingsOf({ observations: new ObservationStore(db), clock }).takeUp),
    clients: new ClientStore(db),
    provisioning: new ProvisioningStore(db),
    deviceJobs: new DeviceJobStore({ db, log }),
    deviceJobQueries: new DeviceJobQueries(db),
    configurations: configurationShadows(house, shadows),
    twins,
    views,
    live,
    observations: new ObservationQueries(db),
    clock,
    random,
    log,
    consoleDir: config.consoleDir,
  });
  house.opened.push({ name: "api", close: () => app.close() });
  return listening(() => app.listen({ host: config.host, port: config.port }), "The console", "PORT", config);
}

/** @throws ConfigError with what to do where the port cannot be had */
async function listening(
  listen: () => Promise<string>,
  what: string,
  setting: string,
  { host, port }: { host: string; port: number },
): Promise<string> {
  try {
    return await listen();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? `${error.code}` : String(error);
    const why =
      code === "EADDRINUSE"
        ? `port ${port} on ${host} is already in use`
        : `port ${port} on ${host} cannot be opened (${code})`;
    throw new ConfigError(`${what} cannot start: ${why}; set ${setting} to a free port.`, { cause: error });
  }
}

async function openSetup({ db, random }: House, url: string): Promise<string | null> {
  const access = new AccessStore(db);
  if ((await access.countUsers()) > 0) return null;
  const token = Buffer.from(random.bytes(SETUP_TOKEN_BYTES)).toString("base64url");
  await access.replaceSetupToken(token);
  return `${url}/setup#token=${token}`;
}

/** Last opened, first closed; what hangs is left behind after its time. */
async function closeAll({ opened, log }: House): Promise<void> {
  for (const { name, close } of opened.splice(0).reverse()) {
    const late = new Promise<string>((resolve) => setTimeout(() => resolve("late"), CLOSE_TIMEOUT_MS).unref());
    const ended = await Promise.race([Promise.try(close).catch((error: unknown) => error), late]);
    if (ended !== undefined) log.warn({ part: name, why: String(ended) }, "a part did not close cleanly");
  }
}
