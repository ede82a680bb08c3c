import { join } from "node:path";
import { brokerFiles } from "../support/broker-files.ts";
import { type MosquittoFiles, type Program, startMosquitto, startRedis } from "../support/debian-programs.ts";
import { root } from "../support/house.ts";
import { freePort } from "../support/ports.ts";
import { KeptProcess } from "./kept-process.ts";

/** `one`: the cloud as `npm start` runs it. `apart`: Mosquitto, Redis, and the roles of the cloud in two processes. */
export type Shape = "one" | "apart";

/** Whatever carries messages between gateways and cloud. */
export interface Broker {
  port: number;
  freeze(): void;
  thaw(): void;
  /** Kills it; resolves when another one is started. */
  kill(): Promise<void>;
}

export interface CloudParts {
  url: string;
  setupUrl: string | null;
  caFile: string;
  ingest: KeptProcess;
  broker: Broker;
  stop(): Promise<void>;
}

export async function startCloudParts(shape: Shape, dataDir: string, databaseUrl: string): Promise<CloudParts> {
  const env = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    WARDTWIN_ROLES: "",
    REDIS_URL: "",
    MQTT_URL: "",
    PROFILES_DIR: "",
  };
  return shape === "one" ? startTogether(env, dataDir) : startApart(env, dataDir);
}

type CloudEnv = Record<string, string> & { MQTT_PORT: string };

const cloudProcess = (name: string, dataDir: string, env: Record<string, string>) =>
  new KeptProcess({
    name,
    command: [join(root, "cloud-api/src/main.ts")],
    env,
    logFile: join(dataDir, `${name}.log`),
  });

async function startTogether(env: CloudEnv, dataDir: string): Promise<CloudParts> {
  const cloud = cloudProcess("cloud", dataDir, env);
  const broker: Broker = {
    port: Number(env.MQTT_PORT),
    freeze: () => cloud.freeze(),
    thaw: () => cloud.thaw(),
    kill: () => cloud.end("SIGKILL"),
  };
  return { ...(await listening(cloud)), ingest: cloud, broker, stop: () => cloud.stop() };
}

async function startApart(env: CloudEnv, dataDir: string): Promise<CloudParts> {
  const files = await brokerFiles(dataDir, join(dataDir, "broker"));
  const redis = await startRedis(dataDir);
  const mosquitto = await startKeptMosquitto(dataDir, files);
  const apart = { ...env, MQTT_URL: mosquitto.url, REDIS_URL: redis.url };
  // The first to come brings the database up to date; the other finds it so.
  const api = cloudProcess("api", dataDir, { ...apart, WARDTWIN_ROLES: "api,worker,broker" });
  const place = await listening(api);
  const ingest = cloudProcess("ingest", dataDir, { ...apart, WARDTWIN_ROLES: "ingest" });
  await ingest.told("listening");
  return {
    ...place,
    ingest,
    broker: mosquitto,
    stop: async () => {
      await Promise.all([api.stop(), ingest.stop()]);
      await Promise.all([mosquitto.stop(), redis.stop()]);
    },
  };
}

async function listening(api: KeptProcess): Promise<{ url: string; setupUrl: string | null; caFile: string }> {
  const { url, setupUrl, caFile } = await api.told("listening");
  if (typeof url !== "string" || typeof caFile !== "string") throw new Error("the cloud does not say where it is");
  return { url, caFile, setupUrl: typeof setupUrl === "string" ? setupUrl : null };
}

/** A Mosquitto that is started again on its port when it was killed. */
async function startKeptMosquitto(
  folder: string,
  files: MosquittoFiles,
): Promise<Broker & { url: string; stop(): Promise<void> }> {
  let program: Program = await startMosquitto(folder, files);
  const port = Number(new URL(program.url).port);
  return {
    port,
    url: program.url,
    freeze: () => void process.kill(program.pid, "SIGSTOP"),
    thaw: () => void process.kill(program.pid, "SIGCONT"),
    kill: async () => {
      process.kill(program.pid, "SIGKILL");
      await program.stop();
      program = await startMosquitto(folder, { ...files, port });
    },
    stop: async () => {
      process.kill(program.pid, "SIGCONT");
      await program.stop();
    },
  };
}
