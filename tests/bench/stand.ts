/** What a bench of the cloud stands on: a database as it is shipped, the cloud in a process of its own, and a registry. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "@wardtwin/prisma/embedded-postgres";
import Type from "typebox";
import Value from "typebox/value";
import { Api } from "../support/api.ts";
import { root } from "../support/house.ts";
import { freePort } from "../support/ports.ts";
import { type Credentials, certify } from "../support/raw-gateway.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const Listening = Type.Object({
  type: Type.Literal("listening"),
  mqttUrl: Type.String(),
  url: Type.String(),
  setupUrl: Type.String(),
});
const PASSWORD = "a-long-enough-password";
const STARTS_WITHIN_MS = 180_000;

export interface Registry {
  devices: readonly { id: string }[];
  bindings: readonly { device: string }[];
}
const IMPORTED_AT_ONCE = 200;

export interface Stand {
  databaseUrl: string;
  mqttUrl: string;
  cloud: ChildProcess;
  credentials: ReadonlyMap<string, Credentials>;
  stop(): Promise<void>;
}

/** Starts all of it with every default of the product (fsync and synchronous_commit on), and certifies these gateways. */
export async function openStand(registry: Registry, gateways: readonly string[]): Promise<Stand> {
  const folder = temporaryFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const cloud = await startCloudProcess(folder, postgres.connectionString);
  const { mqttUrl, url, setupUrl } = cloud.listening;
  const api = new Api(`${url}/api/v1`);
  const token = new URL(setupUrl).hash.replace("#token=", "");
  const person = { email: "administrator@hospital.example", name: "administrator", password: PASSWORD };
  await api.ask("POST", "/setup", { ...person, token });
  await api.signIn(person.email, person.password);
  await importRegistry(api, registry);
  const credentials = new Map<string, Credentials>();
  for (const gateway of gateways) credentials.set(gateway, await certify(api, gateway));
  return {
    databaseUrl: postgres.connectionString,
    mqttUrl,
    cloud: cloud.child,
    credentials,
    stop: async () => {
      await ended(cloud.child);
      await postgres.stop();
      removeFolder(folder);
    },
  };
}

/** A registry in pieces: some thousand devices take longer than one transaction may. */
async function importRegistry(api: Api, { devices, bindings, ...rest }: Registry): Promise<void> {
  for (let at = 0; at < devices.length; at += IMPORTED_AT_ONCE) {
    const some = devices.slice(at, at + IMPORTED_AT_ONCE);
    const ids = new Set(some.map(({ id }) => id));
    const piece = { ...rest, devices: some, bindings: bindings.filter(({ device }) => ids.has(device)) };
    const { status, text } = await api.ask("POST", "/registry/import", piece);
    if (status !== 200) throw new Error(`the registry was not taken: ${text}`);
  }
}

/** `BENCH_CPU_PROFILE` names a folder for a CPU profile of the cloud, to be read and not to be measured with. */
async function startCloudProcess(dataDir: string, databaseUrl: string) {
  const profile = process.env["BENCH_CPU_PROFILE"];
  const child = spawn(
    process.execPath,
    [
      ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]),
      join(root, "cloud-api/src/main.ts"),
    ],
    {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        PORT: String(await freePort()),
        MQTT_PORT: String(await freePort()),
        WARDTWIN_ROLES: "",
        REDIS_URL: "",
        MQTT_URL: "",
        PROFILES_DIR: "",
        LOG_LEVEL: "warn",
      },
    },
  );
  const [message] = await once(child, "message", { signal: AbortSignal.timeout(STARTS_WITHIN_MS) });
  return { child, listening: Value.Parse(Listening, message) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

/** Starts a part of a bench in a process of its own, gives it its task, and waits until it is ready to begin. */
export async function startPart(file: string, task: object): Promise<Part> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const died = once(child, "exit").then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  died.catch(() => undefined);
  const told = () => Promise.race([once(child, "message"), died]).then(([message]): unknown => message);
  child.send(task);
  await told();
  return {
    pid: child.pid ?? 0,
    go: () => {
      child.send("go");
      return told();
    },
    end: () => child.disconnect(),
  };
}

export interface Part {
  pid: number;
  /** Begins; resolves with what it reports in the end. */
  go(): Promise<unknown>;
  end(): void;
}

/** The other end of a part: takes its task, gets ready, waits for the word, and reports. */
export function playPart<Task>(
  parse: (task: unknown) => Task,
  prepare: (task: Task) => Promise<() => Promise<object>>,
): void {
  process.once("message", (task) => {
    prepare(parse(task)).then((run) => {
      process.once("message", () => {
        run().then((report) => process.send?.(report), failed);
      });
      process.send?.("ready");
    }, failed);
  });
  process.once("disconnect", () => process.exit(0));
}

function failed(error: unknown): void {
  console.error(error);
  process.exit(1);
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** @param share 0.99 for the 99th percentile */
export const quantile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? Number.NaN;

/** Runs rounds; one in which the work was not done is told and not counted. @throws where none was whole */
export async function wholeRounds<Round>(
  rounds: number,
  run: (say: (line: string) => void) => Promise<Round>,
): Promise<Round[]> {
  const whole: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const say = (line: string) => process.stderr.write(`round ${round}: ${line}\n`);
    try {
      whole.push(await run(say));
    } catch (error) {
      say(`not counted: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (whole.length === 0) throw new Error("no round was whole");
  return whole;
}

export const machineClass = (): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.version}`;
