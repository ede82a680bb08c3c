/** `npm run bench -- <name> [--short]`: measures, and writes what was measured beside the seeds to tests/bench/results. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tellDelays } from "./broker/delays.ts";
import { modbusTable } from "./modbus/table.ts";
import { shadowTable } from "./shadow/table.ts";
import { telemetryTable } from "./telemetry/table.ts";

const BENCHES = new Map([
  ["modbus", modbusTable],
  ["shadow", shadowTable],
  ["telemetry", telemetryTable],
]);

const short = process.argv.includes("--short");
const [name = ""] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
if (name === "broker") {
  await tellDelays();
  process.exit(0);
}
const measure = BENCHES.get(name);
if (measure === undefined) {
  process.stderr.write(`bench has no "${name}"; it has: ${["broker", ...BENCHES.keys()].join(", ")}\n`);
  process.exit(64);
}
const table = await measure(short);
process.stdout.write(table);
if (!short) {
  const folder = fileURLToPath(new URL("results", import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.md`, table);
}
