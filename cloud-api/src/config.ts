import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { ConfigError } from "./platform/config-error.ts";

export const PROCESS_ROLES = ["api", "ingest", "worker", "shadow", "broker"] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** Everything that the cloud can be told from outside. */
export interface CloudConfig {
  roles: readonly ProcessRole[];
  host: string;
  /** 0 lets the system choose. */
  port: number;
  dataDir: string;
  databaseUrl: string;
  redisUrl: string | null;
  mqtt:
    | { kind: "embedded"; host: string; port: number; hostNames: readonly string[] }
    | { kind: "external"; url: string; caFile: string | null; certFile: string | null; keyFile: string | null };
  shadow: {
    /** How many names or places deep a section of a shadow may go. */
    levelsMax: number;
    /** Where shadows answer over HTTPS; null where they do not. `hostNames` stand in the certificate. */
    https: { host: string; port: number; hostNames: readonly string[] } | null;
  };
  /** The folder of the hospital's own profiles; one that nobody chose need not be there. */
  profilesDir: { path: string; chosen: boolean };
  consoleDir: string | null;
  logLevel: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 8080;
const DEFAULT_MQTT_PORT = 8883;
/** Documents of AWS say 5, 6 and 8, in the order of their years. */
const DEFAULT_SHADOW_LEVELS = 6;
const SHADOW_LEVELS_MAX = 16;
const LOG_LEVELS: readonly string[] = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
const LOOPBACK = "127.0.0.1";
/** Listens everywhere, and is the name of nowhere. */
const ANY_ADDRESS = ["0.0.0.0", "::"];

/** What this process was started with. @throws ConfigError as readConfig does. */
export const configOfEnvironment = (): CloudConfig => readConfig(process.env);

/** Reads settings. @throws ConfigError with one sentence for the first setting that cannot be used. */
export function readConfig(env: Env): CloudConfig {
  const databaseUrl = env["DATABASE_URL"];
  if (databaseUrl === undefined || databaseUrl === "") {
    throw new ConfigError(
      "DATABASE_URL is not set; give the address of a PostgreSQL 15 or newer, as in postgres://user:password@host:5432/wardtwin.",
    );
  }
  const roles = rolesOf(env["WARDTWIN_ROLES"], isAwsIot(env["MQTT_URL"]));
  const redisUrl = env["REDIS_URL"] ? checkedUrl("REDIS_URL", env["REDIS_URL"], ["redis:", "rediss:"]) : null;
  if (redisUrl === null && roles.length < PROCESS_ROLES.length && roles.includes("api") !== roles.includes("ingest")) {
    throw new ConfigError(
      "The api and ingest roles in processes of their own need REDIS_URL, over which pages hear of changes; set it, or run both roles in one process.",
    );
  }
  const dataDir = resolve(env["DATA_DIR"] || ".data");
  return {
    roles,
    host: env["HOST"] || LOOPBACK,
    port: portOf("PORT", env["PORT"], DEFAULT_PORT),
    dataDir,
    databaseUrl: checkedUrl("DATABASE_URL", databaseUrl, ["postgres:", "postgresql:"]),
    redisUrl,
    mqtt: mqttOf(env, roles),
    shadow: { levelsMax: levelsOf(env["SHADOW_LEVELS_MAX"]), https: shadowHttpsOf(env) },
    profilesDir: env["PROFILES_DIR"]
      ? { path: resolve(env["PROFILES_DIR"]), chosen: true }
      : { path: join(dataDir, "profiles"), chosen: false },
    consoleDir: env["CONSOLE_DIR"] ? resolve(env["CONSOLE_DIR"]) : join(import.meta.dirname, "..", "console", "dist"),
    logLevel: logLevelOf(env["LOG_LEVEL"]),
  };
}

function mqttOf(env: Env, roles: readonly ProcessRole[]): CloudConfig["mqtt"] {
  const url = env["MQTT_URL"];
  if (url !== undefined && url !== "") {
    return {
      kind: "external",
      url: checkedUrl("MQTT_URL", url, ["mqtts:"]),
      caFile: env["MQTT_CA_FILE"] || null,
      certFile: env["MQTT_CERT_FILE"] || null,
      keyFile: env["MQTT_KEY_FILE"] || null,
    };
  }
  if (!roles.includes("broker")) {
    throw new ConfigError(
      "MQTT_URL is not set and the broker role does not run in this process; set MQTT_URL to mqtts://host:port.",
    );
  }
  const host = env["MQTT_HOST"] || LOOPBACK;
  return {
    kind: "embedded",
    host,
    port: portOf("MQTT_PORT", env["MQTT_PORT"], DEFAULT_MQTT_PORT),
    hostNames: hostNamesOf(host, env["MQTT_HOST_NAMES"]),
  };
}

/** Off until somebody names a port. */
function shadowHttpsOf(env: Env): CloudConfig["shadow"]["https"] {
  const text = env["SHADOW_HTTPS_PORT"];
  if (text === undefined || text === "") return null;
  const host = env["SHADOW_HTTPS_HOST"] || LOOPBACK;
  return { host, port: portOf("SHADOW_HTTPS_PORT", text, 0), hostNames: hostNamesOf(host, env["MQTT_HOST_NAMES"]) };
}

/** The names under which gateways may know this machine; they stand in the broker's certificate. */
function hostNamesOf(host: string, text: string | undefined): string[] {
  const given = (text ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return [
    ...new Set(["localhost", LOOPBACK, "::1", hostname(), ...(ANY_ADDRESS.includes(host) ? [] : [host]), ...given]),
  ];
}

/**
 * What AWS IoT Core does itself: two answers to one request for a shadow would contradict each other, and its rules are policies
 * of AWS.
 */
const ROLES_OF_AWS: ReadonlyMap<ProcessRole, string> = new Map([
  ["shadow", "answers for shadows"],
  ["broker", "keeps the rules of its topics"],
]);

function rolesOf(text: string | undefined, onAws: boolean): ProcessRole[] {
  if (text === undefined || text === "") return PROCESS_ROLES.filter((role) => !(onAws && ROLES_OF_AWS.has(role)));
  const roles = namedRoles(text);
  const taken = roles.find((role) => onAws && ROLES_OF_AWS.has(role));
  if (taken !== undefined) {
    throw new ConfigError(
      `WARDTWIN_ROLES names ${taken} while MQTT_URL is AWS IoT Core, which ${ROLES_OF_AWS.get(taken)} itself; leave ${taken} out.`,
    );
  }
  return roles;
}

const isAwsIot = (url: string | undefined): boolean =>
  URL.canParse(url ?? "") && /\.iot\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/i.test(new URL(url ?? "").hostname);

function namedRoles(text: string): ProcessRole[] {
  return text.split(",").map((word) => {
    const role = PROCESS_ROLES.find((known) => known === word.trim());
    if (role === undefined)
      throw new ConfigError(`WARDTWIN_ROLES names "${word}", which is no role; use ${PROCESS_ROLES.join(", ")}.`);
    return role;
  });
}

function logLevelOf(text: string | undefined): string {
  if (text === undefined || text === "") return "info";
  if (!LOG_LEVELS.includes(text))
    throw new ConfigError(`LOG_LEVEL is "${text}", which is no level; use ${LOG_LEVELS.join(", ")}.`);
  return text;
}

function levelsOf(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_SHADOW_LEVELS;
  const levels = Number(text);
  if (!Number.isInteger(levels) || levels < 1 || levels > SHADOW_LEVELS_MAX) {
    throw new ConfigError(
      `SHADOW_LEVELS_MAX is "${text}", which is no depth; use a number from 1 to ${SHADOW_LEVELS_MAX}.`,
    );
  }
  return levels;
}

function portOf(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === "") return otherwise;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError(`${name} is "${text}", which is no port; use a number from 0 to 65535.`);
  return port;
}

function checkedUrl(name: string, text: string, protocols: readonly string[]): string {
  const wanted = protocols.map((protocol) => `${protocol}//`).join(" or ");
  if (!URL.canParse(text) || (protocols.includes(new URL(text).protocol) && new URL(text).hostname === ""))
    throw new ConfigError(`${name} is not an address; it has to start with ${wanted} and name a host.`);
  const url = new URL(text);
  if (!protocols.includes(url.protocol)) {
    throw new ConfigError(
      `${name} starts with ${url.protocol}//, which cannot be used; it has to start with ${wanted} and name a host.`,
    );
  }
  return text;
}
