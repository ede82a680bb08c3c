import { parseArgs } from "node:util";
import type { Result } from "@wardtwin/device-profiles/vocabulary/result";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import type { DeviceCounts } from "./hospital/plan-hospital.ts";
import { countOfEach, DEFAULT_COUNTS, DEVICES_PER_KIND_MAX } from "./hospital/plan-hospital.ts";

export interface SimulatorOptions {
  seed: number;
  dataDir: string;
  controlPort: number;
  baudRate: number;
  counts: DeviceCounts;
}

export const USAGE =
  "node simulators/src/main.ts --seed <int> --data-dir <dir> [--control-port 0] [--baud-rate 38400] [--devices-per-kind <n>]";

/** A whole number of an option within its bounds; absent takes the default. */
function whole(
  name: string,
  text: string | undefined,
  bounds: { min: number; max: number; otherwise?: number },
): number {
  if (text === undefined) {
    if (bounds.otherwise === undefined) throw new Error(`--${name} is missing`);
    return bounds.otherwise;
  }
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new Error(`--${name} must be a whole number from ${bounds.min} to ${bounds.max}, not "${text}"`);
}

/** Reads the command line; a fault is one sentence that says what to do. */
export function readOptions(argv: readonly string[]): Result<SimulatorOptions, string> {
  try {
    const text = { type: "string" } as const;
    const { values } = parseArgs({
      args: [...argv],
      options: { seed: text, "data-dir": text, "control-port": text, "baud-rate": text, "devices-per-kind": text },
    });
    const dataDir = values["data-dir"];
    if (dataDir === undefined || dataDir === "") throw new Error("--data-dir is missing");
    const each = values["devices-per-kind"];
    const count = whole("devices-per-kind", each, { min: 1, max: DEVICES_PER_KIND_MAX, otherwise: 1 });
    return ok({
      seed: whole("seed", values.seed, { min: 0, max: 0xffff_ffff }),
      dataDir,
      controlPort: whole("control-port", values["control-port"], { min: 0, max: 65_535, otherwise: 0 }),
      baudRate: whole("baud-rate", values["baud-rate"], { min: 300, max: 4_000_000, otherwise: 38_400 }),
      counts: each === undefined ? DEFAULT_COUNTS : countOfEach(count),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`Cannot start the simulated hospital: ${reason.split("\n")[0]}; usage: ${USAGE}`);
  }
}
