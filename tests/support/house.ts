import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  isAlive,
  type ProcessIdentity,
  postgresProcesses,
  processIdentity,
} from "@wardtwin/prisma/embedded/system-process";
import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { eventually } from "./eventually.ts";
import { removeFolder, temporaryFolder } from "./temporary-folder.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const Ready = Type.Object({
  console: Type.String(),
  api: Type.String(),
  openapi: Type.String(),
  mqtt: Type.String(),
  dataDir: Type.String(),
  users: Type.Array(Type.Object({ role: Type.String(), email: Type.String(), password: Type.String() })),
});
export type Ready = Static<typeof Ready>;

/** What the launcher writes down of the processes that it started. */
const Processes = Type.Object({
  children: Type.Array(
    Type.Object({
      pid: Type.Integer(),
      startTicks: Type.String(),
      bootId: Type.String(),
      name: Type.Optional(Type.String()),
    }),
  ),
});

/** Settings of the person who runs the tests, which a house of the tests must not inherit. */
const FOREIGN = ["DATABASE_URL", "REDIS_URL", "MQTT_URL", "DEMO", "DEMO_SEED", "HOST", "INIT_CWD", "CONSOLE_DIR"];
const START_WITHIN_MS = 90_000;
/** The promise of Ctrl-C. */
export const END_WITHIN_MS = 10_000;

export interface HouseOptions {
  dataDir?: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A launcher that was started, whether or not it comes up. */
export interface Starting {
  pid: number;
  dataDir: string;
  /** Everything written so far. */
  stdout(): string;
  stderr(): string;
  ready(): Promise<Ready>;
  ended(): Promise<Ended>;
  signal(name: NodeJS.Signals): void;
}

export interface House extends Starting {
  is: Ready;
  /** Every process of this house that lives right now, the launcher first. */
  processes(): ProcessIdentity[];
  /** Ctrl-C; resolves with the processes that are left when the launcher has gone. */
  stop(): Promise<ProcessIdentity[]>;
  /** Stops it and removes its folder. */
  leave(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs `npm start` without waiting for it. */
export function launch({ dataDir = temporaryFolder(), args = [], env = {} }: HouseOptions = {}): Starting {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.includes(name)));
  const child = spawn(process.execPath, [join(root, "infra/launcher/main.ts"), ...args], {
    env: { ...inherited, PORT: "0", MQTT_PORT: "0", DATA_DIR: dataDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const said = { stdout: "", stderr: "" };
  const { promise: ready, resolve } = Promise.withResolvers<Ready>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    said.stdout += `${line}\n`;
    if (line.startsWith("READY ")) resolve(Value.Parse(Ready, JSON.parse(line.slice("READY ".length))));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text;
  });
  const ended = once(child, "close").then(([code]): Ended => {
    running.delete(child);
    return { code: typeof code === "number" ? code : null, ...said };
  });
  return {
    pid: child.pid ?? -1,
    dataDir,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ready: () =>
      Promise.race([
        ready,
        ended.then(({ code, stderr }) => Promise.reject(new Error(`the house ended with ${code}: ${stderr}`))),
        late(() => said.stderr),
      ]),
    ended: () => ended,
    signal: (name) => void child.kill(name),
  };
}

function late(stderr: () => string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`the house did not come up: ${stderr()}`)), START_WITHIN_MS).unref();
  });
}

/** Starts the house as a person does, and waits until it says READY. */
export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const starting = launch(options);
  const is = await starting.ready();
  const { dataDir, pid } = starting;
  const processes = () =>
    [pid, ...childrenOf(dataDir), ...postgresOf(dataDir)].map(processIdentity).filter((it) => it !== null);
  const stop = async (): Promise<ProcessIdentity[]> => {
    const before = processes();
    starting.signal("SIGINT");
    await starting.ended();
    return [...before, ...processes()].filter(isAlive);
  };
  return {
    ...starting,
    is,
    processes,
    stop,
    leave: async () => {
      await stop();
      removeFolder(dataDir);
    },
  };
}

/** What the launcher started on a data folder, as it wrote it down. */
export function childrenOf(dataDir: string): number[] {
  const text = readFileSync(join(dataDir, "processes.json"), "utf8");
  return Value.Parse(Processes, JSON.parse(text))
    .children.filter(isAlive)
    .map(({ pid }) => pid);
}

/** The live child of a launcher whose command line holds `word`. */
export function childOf(dataDir: string, word: string): number {
  const found = childrenOf(dataDir).find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word));
  if (found === undefined) throw new Error(`no ${word} runs on ${dataDir}`);
  return found;
}

export const postgresOf = (dataDir: string): number[] => postgresProcesses(join(dataDir, "postgres", "cluster"));

/** The postmaster of the moment. */
export function postmasterOf(dataDir: string): number {
  const [pid] = readFileSync(join(dataDir, "postgres", "cluster", "postmaster.pid"), "utf8").split("\n");
  return Number(pid);
}

/** Waits until none of these processes lives. */
export const gone = (processes: readonly ProcessIdentity[], withinMs = END_WITHIN_MS): Promise<true> =>
  eventually(`the end of ${processes.map(({ pid }) => pid).join(", ")}`, () => !processes.some(isAlive), withinMs);
