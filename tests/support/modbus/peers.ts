/** Modbus servers that share no code with this project, as programs of their own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DebianTool } from "@wardtwin/infra/test/debian-package";
import { toolPath } from "@wardtwin/infra/test/debian-tool";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** What a suite needs for each peer. */
export const LIBMODBUS: readonly DebianTool[] = ["gcc", "libc6-dev", "libmodbus-dev"];
export const PYMODBUS: readonly DebianTool[] = ["python3-pymodbus", "python3-serial-asyncio"];

/** The values of a unit by the function code that reads them (1 to 4) and by address. What is not listed does not exist. */
export type UnitMap = Readonly<Record<number, Readonly<Record<number, number>>>>;
/** Where a server listens: a port of the loopback address, or one end of a cable. */
export type Where = { tcp: number } | { rtu: string; baud: number };

export interface ModbusPeer {
  /** What it said so far. */
  said(): string;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) killWithChildren(child);
});

/** A serial device server forks for each connection. */
function killWithChildren({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
}

async function started(program: string, args: readonly string[], word = "ready\n"): Promise<ModbusPeer> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  running.add(child);
  const ended = once(child, "close");
  let said = "";
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      said = (said + String(text)).slice(-20_000);
      if (said.includes(word)) ready.resolve();
    });
  }
  child.once("close", (code) => ready.reject(new Error(`${program} ended with ${code}: ${said}`)));
  await ready.promise;
  return {
    said: () => said,
    stop: async () => {
      killWithChildren(child);
      await ended;
      running.delete(child);
    },
  };
}

/** Compiles the server on libmodbus into a folder; returns its path. */
export function compileLibmodbusServer(folder: string): string {
  const program = join(folder, "libmodbus-server");
  const sources = [here("libmodbus-server.c"), "-I/usr/include/modbus", "-lmodbus"];
  execFileSync(toolPath("gcc") ?? "gcc", ["-O2", "-o", program, ...sources]);
  return program;
}

/** A line of the map for each address that exists: function code, address, value. */
export const libmodbusMap = (map: UnitMap): string =>
  Object.entries(map)
    .flatMap(([code, values]) => Object.entries(values).map(([address, value]) => `${code} ${address} ${value}\n`))
    .join("");

/** One unit on libmodbus. On TCP it answers to every unit id, on a line to its own. */
export function startLibmodbus(program: string, map: UnitMap, where: Where, unit: string): Promise<ModbusPeer> {
  const file = `${program}.map`;
  writeFileSync(file, libmodbusMap(map));
  const place = "tcp" in where ? ["tcp", String(where.tcp)] : ["rtu", where.rtu, String(where.baud), unit];
  return started(program, [file, ...place]);
}

/** Several units on pymodbus, run by Debian's own Python, which has it. */
export function startPymodbus(
  folder: string,
  units: Readonly<Record<string, UnitMap>>,
  where: Where,
): Promise<ModbusPeer> {
  const file = join(folder, "pymodbus.json");
  writeFileSync(file, JSON.stringify(units));
  const place = "tcp" in where ? ["tcp", String(where.tcp)] : ["rtu", where.rtu, String(where.baud)];
  return started("/usr/bin/python3", [here("pymodbus-server.py"), file, ...place]);
}

/** A serial device server: whoever connects to the port of the network has this end of a cable. */
export function startDeviceServer(port: number, end: string): Promise<ModbusPeer> {
  const listen = `tcp-listen:${port},bind=127.0.0.1,reuseaddr,fork`;
  return started(toolPath("socat") ?? "socat", ["-d", "-d", listen, `file:${end},raw,echo=0`], "listening on");
}
