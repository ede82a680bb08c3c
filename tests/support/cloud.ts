import { join } from "node:path";
import { ROLES } from "@wardtwin/cloud-api/access/schema";
import type { CloudConfig } from "@wardtwin/cloud-api/config";
import { systemClock } from "@wardtwin/cloud-api/platform/clock";
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { systemRandom } from "@wardtwin/cloud-api/platform/random";
import { type Cloud, startCloud } from "@wardtwin/cloud-api/start-cloud";
import { startThrowAwayPostgres } from "@wardtwin/prisma/throw-away-postgres";
import { Api } from "./api.ts";
import { brokerFiles } from "./broker-files.ts";
import { startMosquitto } from "./debian-programs.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";

/** The broker of the default set-up, or the one that a hospital brings. */
export type BrokerKind = "embedded" | "mosquitto";

/** The whole cloud in this process, on a database, a broker and ports of its own, with a person for each role. */
export interface TestCloud {
  cloud: Cloud;
  dataDir: string;
  databaseUrl: string;
  api: string;
  mqttUrl: string;
  broker: BrokerKind;
  /** A signed-in client for each role. */
  as: ReadonlyMap<string, Api>;
  administrator: Api;
  stop(): Promise<void>;
}

const PASSWORD = "a-long-enough-password";

/** The cloud alone, in this process, with the keys of a data folder and on a database. */
export const startCloudOn = (dataDir: string, databaseUrl: string, mqttUrl?: string): Promise<Cloud> =>
  startCloud(configOn(dataDir, databaseUrl, mqttUrl), systemClock, systemRandom, openLog("silent"));

function configOn(dataDir: string, databaseUrl: string, mqttUrl?: string): CloudConfig {
  return {
    roles: ["api", "ingest", "worker", "shadow", "broker"],
    host: "127.0.0.1",
    port: 0,
    dataDir,
    databaseUrl,
    redisUrl: null,
    mqtt:
      mqttUrl === undefined
        ? { kind: "embedded", host: "127.0.0.1", port: 0, hostNames: ["localhost", "127.0.0.1"] }
        : { kind: "external", url: mqttUrl, caFile: null, certFile: null, keyFile: null },
    shadow: { levelsMax: 6, https: { host: "127.0.0.1", port: 0, hostNames: ["localhost", "127.0.0.1"] } },
    profilesDir: { path: join(dataDir, "profiles"), chosen: false },
    consoleDir: null,
    logLevel: "silent",
  };
}

export async function startTestCloud(broker: BrokerKind = "embedded"): Promise<TestCloud> {
  const dataDir = temporaryFolder();
  const mosquitto =
    broker === "mosquitto"
      ? await startMosquitto(join(dataDir, "broker"), await brokerFiles(dataDir, join(dataDir, "broker")))
      : null;
  const database = await startThrowAwayPostgres();
  const cloud = await startCloudOn(dataDir, database.connectionString, mosquitto?.url);
  const api = `${cloud.url}/api/v1`;
  const as = await peopleOf(api, new URL(cloud.setupUrl ?? "").hash.replace("#token=", ""));
  const administrator = as.get("administrator");
  if (administrator === undefined) throw new Error("nobody administers");
  return {
    cloud,
    dataDir,
    databaseUrl: database.connectionString,
    api,
    mqttUrl: cloud.mqttUrl,
    broker,
    as,
    administrator,
    stop: async () => {
      await cloud.close();
      await database.stop();
      await mosquitto?.stop();
      removeFolder(dataDir);
    },
  };
}

async function peopleOf(api: string, token: string): Promise<Map<string, Api>> {
  const people = new Map<string, Api>();
  const administrator = new Api(api);
  for (const role of ["administrator", ...ROLES.filter((one) => one !== "administrator")]) {
    const person = { email: `${role}@hospital.example`, name: role, password: PASSWORD };
    if (role === "administrator") await administrator.ask("POST", "/setup", { ...person, token });
    else await administrator.ask("POST", "/users", { ...person, role });
    const one = role === "administrator" ? administrator : new Api(api);
    const { status, text } = await one.signIn(person.email, PASSWORD);
    if (status !== 200) throw new Error(`no ${role}: ${text}`);
    people.set(role, one);
  }
  return people;
}

/** A hospital of one ward, whose gateways have a ventilator each. */
export function smallRegistry(site: string, simulated: boolean, gateways: readonly string[]) {
  const ward = `${site}-ward`;
  return {
    site: { id: site, name: site, timeZone: "Europe/Berlin", simulated },
    wards: [{ id: ward, name: "Ward", kind: "ward", floor: 1, order: 1 }],
    gateways: gateways.map((id) => ({ id, name: id, ward })),
    devices: gateways.map((gateway) => ({
      id: `${gateway}-vent`,
      kind: "ventilator",
      manufacturer: "Puritan Bennett",
      model: "840",
      serial: serialOf(gateway),
      ward,
      profile: "puritan-bennett/840",
    })),
    bindings: gateways.map((gateway) => ({ gateway, line: "line-1", unit: "1", device: `${gateway}-vent` })),
  };
}

export const serialOf = (gateway: string): string => `SN-${gateway}`.toUpperCase();
