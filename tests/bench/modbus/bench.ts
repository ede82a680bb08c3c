/**
 * The agent against the least that can be done, in one run: the same requests to the same libmodbus server, the CPU time of
 * each process over the same length, one after the other and several times, and the memory of the agent.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { zstdDecompressSync } from "node:zlib";
import { decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { METRIC_NAMES, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { freePort } from "../../support/ports.ts";
import { removeFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { type Load, pollsPerS, VALUE_FIRST } from "./load.ts";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const root = here("../../..");
const WARM_UP_MS = 15_000;
const TICKS_PER_S = 100;
const SEED = 20261124;

interface Measured {
  cores: number;
  rssMb: number;
}

/** What the agent wrote down, read back from its outbox: the proof that it did the work. */
interface Kept {
  pollsPerS: number;
  valuesPerS: number;
  bytesPerValue: number;
}

export interface Case {
  name: string;
  load: Load;
  /** Share of the registers that change with each reply. */
  changingPct: number;
  rounds: number;
  measureMs: number;
}

export async function runCase({ name, load, changingPct, rounds, measureMs }: Case) {
  const folder = temporaryFolder();
  const server = join(folder, "server");
  const flags = execFileSync("pkg-config", ["--cflags", "--libs", "libmodbus"]).toString().trim().split(/\s+/);
  execFileSync("gcc", ["-O2", "-o", server, here("server.c"), ...flags]);
  const port = await freePort();
  const peer = spawn(server, [String(port), String(changingPct), String(SEED)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(peer.stdout, "data");
  const results: { agent: Measured; bare: Measured; kept: Kept }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const bare = await measured(bareLoop(port, load), measureMs);
      const home = join(folder, `agent-${round}`);
      const agent = await measured(agentOn(home, port, load), measureMs);
      const kept = keptIn(join(home, "data", "outbox.sqlite"));
      results.push({ agent, bare, kept });
      process.stderr.write(
        `${name}, round ${round + 1}: agent ${agent.cores.toFixed(3)} cores, ${agent.rssMb.toFixed(0)} MB; bare loop ${bare.cores.toFixed(3)} cores; ratio ${(agent.cores / bare.cores).toFixed(2)}; in the outbox ${kept.pollsPerS.toFixed(0)} polls/s, ${kept.valuesPerS.toFixed(0)} values/s at ${kept.bytesPerValue.toFixed(2)} B\n`,
      );
    }
  } finally {
    peer.kill("SIGKILL");
    removeFolder(folder);
  }
  return { name, pollsPerS: pollsPerS(load), valuesPerS: pollsPerS(load) * load.values, changingPct, results };
}

function keptIn(file: string): Kept {
  const outbox = new DatabaseSync(file);
  let [polls, values, bytes, firstMs, lastMs] = [0, 0, 0, Number.POSITIVE_INFINITY, 0];
  for (const { body } of outbox.prepare("SELECT body FROM body").iterate()) {
    if (!(body instanceof Uint8Array)) throw new Error("a batch without a body");
    const decoded = decodeBody(zstdDecompressSync(body));
    if (!decoded.ok) throw new Error(decoded.fault);
    bytes += body.length;
    for (const { timesMonoMs, columns } of decoded.value.batch.devices.flatMap(({ groups }) => groups)) {
      polls += timesMonoMs.length;
      values += timesMonoMs.length * columns.length;
      firstMs = Math.min(firstMs, timesMonoMs[0] ?? firstMs);
      lastMs = Math.max(lastMs, timesMonoMs.at(-1) ?? lastMs);
    }
  }
  outbox.close();
  const seconds = (lastMs - firstMs) / 1_000;
  return { pollsPerS: polls / seconds, valuesPerS: values / seconds, bytesPerValue: bytes / values };
}

const bareLoop = (port: number, { lines, unitsPerLine, values }: Load): ChildProcess =>
  spawn(process.execPath, [here("bare-loop.ts"), ...[port, lines, unitsPerLine, values].map(String)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });

/** The agent as it is shipped, with a broker that refuses it: everything goes to its outbox and stays there. */
function agentOn(home: string, port: number, load: Load): ChildProcess {
  mkdirSync(join(home, "profiles"), { recursive: true });
  writeFileSync(join(home, "profiles", "bench.json"), JSON.stringify(profileOf(load)));
  for (const file of ["cert.pem", "key.pem", "ca.pem"]) writeFileSync(join(home, file), selfSigned(home, file));
  const lines = Array.from({ length: load.lines }, (_, line) => ({
    id: `line-${line}`,
    url: `modbus+tcp://127.0.0.1:${port}`,
    protocol: "modbus",
    profile: "bench/registers",
    units: Array.from({ length: load.unitsPerLine }, (_unused, unit) => String(unit + 1)),
  }));
  const config = {
    site: "bench",
    gateway: "bench",
    simulated: true,
    dataDir: "data",
    profilesDir: "profiles",
    mqtt: { host: "127.0.0.1", port: 9, certFile: "cert.pem", keyFile: "key.pem", caFile: "ca.pem" },
    lines,
  };
  writeFileSync(join(home, "agent.json"), JSON.stringify(config));
  return spawn(process.execPath, [join(root, "edge-agent/src/main.ts"), "run", "--config", join(home, "agent.json")], {
    stdio: ["ignore", "ignore", openSync(join(home, "agent.log"), "w"), "ipc"],
  });
}

function selfSigned(home: string, file: string): string {
  if (file !== "cert.pem") return readFileSync(join(home, file === "key.pem" ? "made.key" : "made.pem"), "utf8");
  const [key, pem] = [join(home, "made.key"), join(home, "made.pem")];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem, "-subj", "/CN=bench", "-days", "2"],
    { stdio: "ignore" },
  );
  return readFileSync(pem, "utf8");
}

/** A hospital's own profile whose every register is a metric of one word. */
function profileOf({ values }: Load): object {
  const names = METRIC_NAMES.filter(
    (name) => metricTerm(name).codes === undefined && metricTerm(name).ucum !== "/h",
  ).slice(0, values);
  if (names.length < values) throw new Error(`the vocabulary has no ${values} numbers`);
  const metrics = names.map((name, index) => [
    name,
    {
      poll: "all",
      from: "input-register",
      address: VALUE_FIRST + index,
      type: "uint16",
      scale: 0.1,
      valid: [0, 6_553.5],
    },
  ]);
  return {
    id: "bench/registers",
    revision: 1,
    kind: "imaging",
    manufacturer: "Bench",
    model: "Registers",
    evidence: { level: "synthetic", note: "For the bench alone." },
    notKnown: [],
    identity: "none",
    fingerprint: [],
    firmware: { onWire: false, from: null, to: null },
    protocol: "modbus",
    polls: { all: { everyMs: 1_000, staleAfterMs: 10_000, replyMs: 400 } },
    wire: {
      serial: {
        baudRate: 19_200,
        dataBits: 8,
        parity: "even",
        stopBits: 1,
        dtr: null,
        rts: null,
        hangUpOnClose: false,
      },
      layout: { address: 0, value: 0x0100 },
      holes: [],
    },
    statePoll: "all",
    operatingState: { inputRegister: 1, states: { 2: "standby" } },
    metrics: Object.fromEntries(metrics),
    readiness: [],
    parts: [],
    calibrated: [],
    maintenance: [],
    residuals: [],
  };
}

/** CPU time of a process (user and system, all its threads, as process.cpuUsage counts it) and its largest memory. */
async function measured(child: ChildProcess, measureMs: number): Promise<Measured> {
  const pid = child.pid ?? 0;
  const ended = once(child, "exit");
  await pause(WARM_UP_MS);
  if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(" ")} ended with ${child.exitCode}`);
  const [fromS, fromMs] = [cpuS(pid), performance.now()];
  let rssMb = 0;
  while (performance.now() - fromMs < measureMs) {
    await pause(1_000);
    rssMb = Math.max(rssMb, rssMbOf(pid));
  }
  const cores = (cpuS(pid) - fromS) / ((performance.now() - fromMs) / 1_000);
  child.kill("SIGKILL");
  await ended;
  return { cores, rssMb };
}

function cpuS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

const rssMbOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
