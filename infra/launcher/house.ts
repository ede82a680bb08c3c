import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseStartError } from "@wardtwin/prisma/database-start-error";
import { postgresProcesses, signal, waitUntil } from "@wardtwin/prisma/embedded/system-process";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@wardtwin/prisma/embedded-postgres";
import { Manifest } from "@wardtwin/simulators/hospital/manifest";
import { Value } from "typebox/value";
import type { ApiClient } from "./api-client.ts";
import { type Child, startChild } from "./child.ts";
import { type DataFolder, forgetData, openDataFolder, readJson, writeSecretJson } from "./data-folder.ts";
import { prepareGateway, registryOf } from "./demo-gateway.ts";
import { walkRounds } from "./demo-rounds.ts";
import { type DemoUser, demoUsersOf, signInDemo } from "./demo-users.ts";
import { portTrouble, requirePort } from "./free-port.ts";
import { endLeftovers, rememberProcesses } from "./leftovers.ts";
import type { Progress } from "./progress.ts";
import { DEFAULT_MQTT_PORT, type Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";

/** The line for programs: what `npm start` brought up. */
export interface Ready {
  console: string;
  api: string;
  openapi: string;
  mqtt: string;
  dataDir: string;
  users: { role: string; email: string; password: string }[];
}

export interface House {
  ready: Ready;
  /** The one-time link of the first administrator, where nobody is there yet and there is no demo. */
  setupUrl: string | null;
}

const UP_TIMEOUT_MS = 60_000;
const GRACE_MS = 2_500;
const RESTART_MS = [500, 1_000, 2_000, 5_000] as const;
/** A simulated hospital shows its free devices soon; a real site's default is an hour. */
const DEMO_STANDBY_FREE_AFTER_MIN = 1;

/** Everything that `npm start` runs: the database, the cloud, and in the demo two gateways and their simulated hospital. */
export class Launcher {
  readonly #settings: Settings;
  readonly #root: string;
  readonly #progress: Progress;
  readonly #folder: DataFolder;
  #postgres: EmbeddedPostgres | null = null;
  readonly #children = new Map<string, Child>();
  readonly #stopping = new AbortController();

  constructor(settings: Settings, root: string, progress: Progress) {
    this.#settings = settings;
    this.#root = root;
    this.#progress = progress;
    this.#folder = openDataFolder(settings.dataDir);
  }

  /** Brings the house up. @throws StartError in one sentence for what a person can mend. */
  async start(): Promise<House> {
    const { host, port, demo } = this.#settings;
    await this.#clearFolder();
    await requirePort("PORT", host, port);
    const databaseUrl = this.#settings.databaseUrl ?? (await this.#startDatabase());
    const simulators = demo ? this.#startSimulators() : null;
    // A simulator that fails while the cloud is still starting is told of when its turn comes.
    simulators?.catch(() => undefined);
    this.#progress.step("starting broker and cloud");
    const cloud = await this.#startCloud(databaseUrl);
    const users = simulators === null ? [] : await this.#startDemo(cloud, await simulators);
    return {
      ready: {
        console: cloud.url,
        api: `${cloud.url}/api/v1`,
        openapi: `${cloud.url}/api/v1/openapi.json`,
        mqtt: cloud.mqttUrl,
        dataDir: this.#folder.path,
        users: users.map(({ role, email, password }) => ({ role, email, password })),
      },
      setupUrl: demo ? null : cloud.setupUrl,
    };
  }

  async #clearFolder(): Promise<void> {
    const ended = await endLeftovers(this.#folder.file("processes.json"), this.#folder.path);
    if (ended > 0) this.#progress.note(`ended ${ended} processes that an earlier run left behind`);
    if (this.#settings.fresh) {
      const cluster = this.#folder.file("postgres", "cluster");
      for (const pid of postgresProcesses(cluster)) signal(pid, "SIGKILL");
      await waitUntil(() => postgresProcesses(cluster).length === 0, GRACE_MS);
      forgetData(this.#folder);
      this.#progress.step(`forgot the data in ${this.#folder.path}`);
    }
    mkdirSync(this.#folder.file("logs"), { recursive: true });
    rememberProcesses(this.#folder.file("processes.json"), []);
  }

  async #startDatabase(): Promise<string> {
    this.#progress.step("starting PostgreSQL");
    try {
      this.#postgres = await startEmbeddedPostgres({
        dataDir: this.#folder.file("postgres"),
        onEvent: ({ message }) => this.#progress.note(message),
        signal: this.#stopping.signal,
      });
    } catch (error) {
      if (error instanceof DatabaseStartError) throw new StartError(error.message, { cause: error });
      throw error;
    }
    return this.#postgres.connectionString;
  }

  #startChild(name: string, command: readonly string[], env: Record<string, string | undefined> = {}): Child {
    const logFile = this.#folder.file("logs", `${name}.log`);
    const child = startChild({
      name,
      command: command.map((part, at) => (at === 0 ? join(this.#root, part) : part)),
      env,
      logFile,
    });
    this.#children.set(name, child);
    rememberProcesses(
      this.#folder.file("processes.json"),
      [...this.#children.values()].map(({ pid }) => pid),
    );
    return child;
  }

  async #startSimulators(): Promise<Manifest> {
    this.#progress.step("starting the simulated hospital");
    const args = ["--seed", String(this.#settings.seed), "--data-dir", this.#folder.file("simulators")];
    const child = this.#startChild("simulators", ["simulators/src/main.ts", ...args]);
    const { hospital, control } = await child.told(({ event }) => event === "ready", UP_TIMEOUT_MS);
    writeSecretJson(this.#folder.file("simulators", "control.json"), { control });
    void child.exited.then(() => {
      if (!this.#stopping.signal.aborted)
        this.#progress.note("the simulated hospital ended, so its devices fall silent; start again to bring it back");
    });
    return Value.Parse(Manifest, hospital);
  }

  async #startCloud(
    databaseUrl: string,
  ): Promise<{ url: string; mqttUrl: string; caFile: string; setupUrl: string | null }> {
    const settings = this.#settings;
    const env = {
      HOST: settings.host,
      // One program with all its roles; processes of single roles are started by whoever grows the house.
      WARDTWIN_ROLES: "",
      PORT: String(settings.port),
      DATA_DIR: this.#folder.path,
      DATABASE_URL: databaseUrl,
      REDIS_URL: settings.redisUrl ?? "",
      MQTT_URL: settings.mqttUrl ?? "",
      MQTT_PORT: String(await this.#mqttPort()),
      PROFILES_DIR: settings.profilesDir ?? "",
    };
    const child = this.#startChild("cloud", ["cloud-api/src/main.ts"], env);
    const { url, mqttUrl, caFile, setupUrl } = await child.told(({ type }) => type === "listening", UP_TIMEOUT_MS);
    if (typeof url !== "string" || typeof mqttUrl !== "string" || typeof caFile !== "string")
      throw new Error("the cloud does not say where it is");
    const { port } = new URL(mqttUrl);
    if (settings.mqttUrl === null) writeSecretJson(this.#folder.file("mqtt-port.json"), Number(port));
    this.#keepAlive("cloud", ["cloud-api/src/main.ts"], {
      ...env,
      PORT: new URL(url).port,
      MQTT_PORT: port || String(DEFAULT_MQTT_PORT),
    });
    return { url, mqttUrl, caFile, setupUrl: typeof setupUrl === "string" ? setupUrl : null };
  }

  /** Real gateways are told a port once, so it must not wander; the demo's own gateways are told at every start. */
  async #mqttPort(): Promise<number> {
    const { mqttHost, mqttPort, mqttUrl, demo } = this.#settings;
    if (mqttPort !== null || mqttUrl !== null) return mqttPort ?? DEFAULT_MQTT_PORT;
    const before = readJson(this.#folder.file("mqtt-port.json"));
    const wanted = typeof before === "number" ? before : DEFAULT_MQTT_PORT;
    if (!demo || (await portTrouble(mqttHost, wanted)) === null) return wanted;
    this.#progress.note(`port ${wanted} is taken, so the demo's broker uses a free one`);
    return 0;
  }

  async #startDemo(
    cloud: { url: string; mqttUrl: string; caFile: string; setupUrl: string | null },
    manifest: Manifest,
  ): Promise<DemoUser[]> {
    this.#progress.step(`registering ${manifest.devices.length} simulated devices in ${manifest.wards.length} places`);
    const users = demoUsersOf(this.#folder);
    const api = await signInDemo(`${cloud.url}/api/v1`, users, cloud.setupUrl);
    await this.#refuseRealSite(api, manifest);
    await api.request("POST", "/registry/import", registryOf(manifest, DEMO_STANDBY_FREE_AFTER_MIN));
    this.#progress.step(`starting ${manifest.gateways.length} gateways`);
    await Promise.all(manifest.gateways.map(({ id }) => this.#startGateway(id, api, manifest, cloud)));
    walkRounds(api, this.#stopping.signal).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#progress.note(`devices without a name of their own wait to be scanned (${why})`);
    });
    return users;
  }

  async #refuseRealSite(api: ApiClient, manifest: Manifest): Promise<void> {
    const session = await api.request("GET", "/session");
    const site: unknown = typeof session === "object" && session !== null && "site" in session ? session.site : null;
    if (typeof site !== "object" || site === null || !("id" in site) || site.id === manifest.site.id) return;
    throw new StartError(
      "This database holds a real hospital, to which no simulated one is added; start with --no-demo, or set DATA_DIR to another folder.",
    );
  }

  async #startGateway(
    id: string,
    api: ApiClient,
    manifest: Manifest,
    cloud: { mqttUrl: string; caFile: string },
  ): Promise<void> {
    const config = await prepareGateway(this.#folder, api, manifest, id, cloud.mqttUrl, cloud.caFile);
    const command = ["edge-agent/src/main.ts", "run", "--config", config];
    const child = this.#startChild(id, command);
    await child.told(({ type }) => type === "connected", UP_TIMEOUT_MS);
    this.#keepAlive(id, command);
  }

  /** A program that ends unasked is started again, at first at once and then ever more slowly. */
  #keepAlive(name: string, command: readonly string[], env: Record<string, string | undefined> = {}, tries = 0): void {
    const child = this.#children.get(name);
    const upSinceMs = Date.now();
    void child?.exited.then((code) => {
      if (this.#stopping.signal.aborted) return;
      const attempt = Date.now() - upSinceMs > UP_TIMEOUT_MS ? 0 : tries;
      const waitMs = RESTART_MS[Math.min(attempt, RESTART_MS.length - 1)] ?? 5_000;
      this.#progress.note(`${name} ended (${code ?? "by a signal"}); starting it again in ${waitMs / 1_000} s`);
      setTimeout(() => {
        if (this.#stopping.signal.aborted) return;
        this.#startChild(name, command, env);
        this.#keepAlive(name, command, env, attempt + 1);
      }, waitMs);
    });
  }

  /** Ends everything in order: who sends first, who stores last. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const cloud = this.#children.get("cloud");
    const others = [...this.#children.values()].filter((child) => child !== cloud);
    await Promise.all(others.map((child) => child.stop(GRACE_MS)));
    await cloud?.stop(GRACE_MS);
    await this.#postgres?.stop();
  }

  /** Ends everything at once. */
  killNow(): void {
    this.#stopping.abort();
    for (const child of this.#children.values()) child.killNow();
    this.#postgres?.killNow();
  }
}
