import { mkdirSync } from "node:fs";
import { systemClock } from "./clock.ts";
import { readOptions, type SimulatorOptions } from "./options.ts";
import type { Simulation } from "./simulation.ts";

/** sysexits.h EX_CONFIG: what was asked for cannot be, and trying again will not help. */
const EXIT_CONFIG = 78;
const CLOSE_WITHIN_MS = 1_500;
const PARENT_CHECK_EVERY_MS = 1_000;
/** Spreads the first port of processes that start at the same time. */
const PORTS_PER_PROCESS = 97;

/** Read at once: whoever started this may be gone before the hospital is up. */
const PARENT = process.ppid;

// Standard output carries one line, for a machine; a library that writes to the console writes to standard error.
console.log = console.error;

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(EXIT_CONFIG);
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    refuse(`Cannot use the data folder ${dataDir}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Ends with the simulation closed, or without it after a while; never later than two seconds after being asked. */
function closeOnEnd(starting: Promise<Simulation>): void {
  let closing = false;
  const end = (): void => {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(0), CLOSE_WITHIN_MS);
    void starting.then((simulation) => simulation.close()).finally(() => process.exit(0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("disconnect", end);
  process.stdout.on("error", end);
  setInterval(() => {
    if (process.ppid !== PARENT) end();
  }, PARENT_CHECK_EVERY_MS).unref();
}

async function main(options: SimulatorOptions): Promise<void> {
  makeDataDir(options.dataDir);
  process.stderr.write(`Simulated hospital, seed ${options.seed}\n`);
  // Loaded only now: the OPC UA library takes a second, which a wrong argument should not have to wait for.
  const { startSimulation } = await import("./simulation.ts");
  const starting = startSimulation(options, systemClock, process.pid * PORTS_PER_PROCESS);
  closeOnEnd(starting);
  const simulation = await starting;
  const ready = { event: "ready", control: simulation.control.url, hospital: simulation.hospital.manifest };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

const options = readOptions(process.argv.slice(2));
if (!options.ok) refuse(options.fault);
main(options.value).catch((error: unknown) => {
  const isConfig = error instanceof Error && "code" in error && ["EADDRINUSE", "EACCES"].includes(String(error.code));
  process.stderr.write(`The simulated hospital could not start: ${error instanceof Error ? error.message : error}\n`);
  process.exit(isConfig ? EXIT_CONFIG : 1);
});
