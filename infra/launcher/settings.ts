import { resolve } from "node:path";
import { StartError } from "./start-error.ts";

/** What `npm start` was asked for. */
export interface Settings {
  host: string;
  port: number;
  mqttHost: string;
  /** Null where nobody chose one: 8883, or any free port in the demo when that is taken. */
  mqttPort: number | null;
  dataDir: string;
  databaseUrl: string | null;
  redisUrl: string | null;
  mqttUrl: string | null;
  /** Null where nobody chose one: `profiles` in the data folder, if it is there. */
  profilesDir: string | null;
  demo: boolean;
  fresh: boolean;
  seed: number;
}

type Env = Readonly<Record<string, string | undefined>>;

export const DEFAULT_PORT = 8080;
export const DEFAULT_MQTT_PORT = 8883;
const DEFAULT_SEED = 20_261_122;
const USAGE = "npm start knows --no-demo (no simulated hospital) and --fresh (forget the data folder first)";

/**
 * Reads the command line and the environment.
 *
 * @param env       PORT, HOST, MQTT_PORT, MQTT_HOST, DATA_DIR, DATABASE_URL, REDIS_URL, MQTT_URL, PROFILES_DIR, DEMO, DEMO_SEED; empty means not set.
 * @param startedIn the folder that relative paths are meant from.
 * @throws StartError for the first thing that cannot be.
 */
export function readSettings(args: readonly string[], env: Env, startedIn: string, root: string): Settings {
  const unknown = args.find((arg) => !["--no-demo", "--fresh"].includes(arg));
  if (unknown !== undefined) throw new StartError(`"${unknown}" is not known; ${USAGE}.`);
  const value = (name: string) => env[name]?.trim() || null;
  const databaseUrl = value("DATABASE_URL");
  const mqttUrl = value("MQTT_URL");
  const external = databaseUrl !== null || mqttUrl !== null;
  // Somebody else's database or broker gets no simulated hospital by accident.
  const demo = !args.includes("--no-demo") && (!external || value("DEMO") === "1");
  const fresh = args.includes("--fresh");
  if (fresh && databaseUrl !== null) {
    throw new StartError(
      "--fresh does not empty the database of DATABASE_URL; empty it yourself, or start without DATABASE_URL.",
    );
  }
  const dataDir = value("DATA_DIR");
  const mqttPort = value("MQTT_PORT");
  const profilesDir = value("PROFILES_DIR");
  return {
    host: value("HOST") ?? "127.0.0.1",
    port: portOf("PORT", value("PORT") ?? String(DEFAULT_PORT)),
    mqttHost: value("MQTT_HOST") ?? "127.0.0.1",
    mqttPort: mqttPort === null ? null : portOf("MQTT_PORT", mqttPort),
    dataDir: dataDir === null ? resolve(root, ".data") : resolve(startedIn, dataDir),
    databaseUrl,
    redisUrl: value("REDIS_URL"),
    mqttUrl,
    profilesDir: profilesDir === null ? null : resolve(startedIn, profilesDir),
    demo,
    fresh,
    seed: seedOf(value("DEMO_SEED")),
  };
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError(`${name} is "${text}", which is no port; use a number from 0 to 65535.`);
  }
  return port;
}

function seedOf(text: string | null): number {
  if (text === null) return DEFAULT_SEED;
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new StartError(`DEMO_SEED is "${text}"; use a whole number from 0.`);
  return seed;
}
