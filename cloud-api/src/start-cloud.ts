import { join } from "node:path";
import { checkDatabase } from "@wardtwin/prisma/check-url";
import { applyMigrations } from "@wardtwin/prisma/migrate";
import { type CertificateAuthority, openCertificateAuthority } from "./access/certificate-authority.ts";
import { AccessStore } from "./access/store.ts";
import { buildApp } from "./app.ts";
import { Intake } from "./arrival/intake.ts";
import { ArrivalStore } from "./arrival/store.ts";
import { startEmbeddedBroker } from "./broker/embedded-broker.ts";
import type { Peer } from "./broker/rules.ts";
import type { CloudConfig, ProcessRole } from "./config.ts";
import { LiveViews } from "./device-twin/live-views.ts";
import { TwinQueries } from "./device-twin/queries.ts";
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
import { ShadowDesk } from "./shadow/desk.ts";
import { buildShadowApp } from "./shadow/routes.ts";
import { SHADOW_LIMITS } from "./shadow/rules.ts";
import { ShadowService } from "./shadow/service.ts";
import { ShadowStore } from "./shadow/store.ts";
import { foldsOf, jobsOf } from "./worker.ts";

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
    const shadowUrl = has(house, "shadow") ? await openShadows(house, mqttUrl) : null;
    if (has(house, "worker")) await openJobs(house);
    const url = has(house, "api") ? await openApi(house) : null;
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
  if (config.mqtt.kind === "external") return config.mqtt.url;
  const files = await authority.service("broker", config.mqtt.hostNames);
  const { host, port } = config.mqtt;
  const admits = (peer: Peer) => isAdmitted(house, peer);
  const isBound = async (gateway: string, device: string) =>
    (await fleet.index(clock.nowMs())).isBound(gateway, device);
  const broker = await startEmbeddedBroker({ host, port, caFile: authority.caFile, ...files, admits, isBound, log });
  house.opened.push({ name: "broker", close: () => broker.close() });
  house.live.subscribe(({ gateways }) => broker.recheck(gateways));
  const name = ["0.0.0.0", "::"].includes(host) ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `mqtts://${name}:${broker.port}`;
}

const isAdmitted = async ({ fleet, clock }: House, { holder, certificate, id, site }: Peer) =>
  holder === "cloud" ||
  (await fleet.admits({ id, site, simulated: holder === "simulated-gateway", certificate }, clock.nowMs()));

/** A session of the cloud's own with the broker, for one of its roles. */
async function openSession({ config, authority, random, opened }: House, mqttUrl: string) {
  const own = await authority.service("cloud", []);
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
  const mqtt = await openSession(house, mqttUrl);
  const observations = new ObservationStore(db);
  const folds = foldsOf({ observations, clock });
  const store = new ArrivalStore({ db, catalog, folds, prepare: observations.prepare, log });
  // Whether a gateway is online is known again when it says so to this process.
  await store.forgetOnline(clock.nowMs());
  const intake = new Intake({ mqtt, store, fleet, live, clock, log });
  await intake.open();
  house.opened.push({ name: "intake", close: () => intake.close() });
}

/** Shadows have a session of their own: a burst of them holds up no telemetry. */
async function openShadows(house: House, mqttUrl: string): Promise<string | null> {
  const { config, clock, log } = house;
  const mqtt = await openSession(house, mqttUrl);
  const store = shadowStore(house);
  const desk = new ShadowDesk({ store, clock, log });
  house.opened.push({ name: "shadows", close: () => desk.close() });
  const service = new ShadowService({ mqtt, desk, log });
  await service.open();
  return config.shadow.https === null ? null : openShadowHttps(house, config.shadow.https, { store, desk, service });
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
    ((await isAdmitted(house, peer)) &&
      (thing === peer.id || (await fleet.index(clock.nowMs())).isBound(peer.id, thing)));
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
    shadows: shadowStore(house),
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

async function openApi(house: House): Promise<string> {
  const { config, db, catalog, authority, live, clock, random, log, fleet } = house;
  const twins = new TwinQueries(db, catalog);
  const onError = (error: unknown) => log.warn({ err: error }, "live pages could not be read");
  const views = new LiveViews({ fleet, twins, live, clock, onError });
  house.opened.push({ name: "live views", close: () => views.close() });
  const app = await buildApp({
    access: new AccessStore(db),
    authority,
    fleet,
    fleetStore: new FleetStore(db),
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
