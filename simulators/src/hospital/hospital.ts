import type { Clock } from "../clock.ts";
import { wallClock } from "../clock.ts";
import { createRandom } from "../random.ts";
import type { PortPool } from "../wires/ports.ts";
import type { Wire } from "../wires/wire.ts";
import type { Line, Manifest } from "./manifest.ts";
import type { LineContext } from "./open-lines.ts";
import { createWire } from "./open-lines.ts";
import type { DeviceCounts } from "./plan-hospital.ts";
import { planHospital } from "./plan-hospital.ts";
import type { PlannedLine } from "./plan-part.ts";
import type { SimulatedDevice } from "./simulated-device.ts";
import { createDevices } from "./simulated-device.ts";
import { GATEWAYS, SITE, WARDS } from "./wards.ts";

export interface HospitalOptions {
  seed: number;
  counts: DeviceCounts;
  baudRate: number;
  /** Where certificates are kept between runs. */
  dataDir: string;
  clock: Clock;
  ports: PortPool;
}

/** A hospital whose lines are open. Time passes only when `step` is called. */
export interface Hospital {
  manifest: Manifest;
  devices: ReadonlyMap<string, SimulatedDevice>;
  wires: ReadonlyMap<string, Wire>;
  /** The line that a device hangs on. */
  lineOf(device: string): Line | undefined;
  step(elapsedMs: number): void;
  /** Lets a change of faults, pins or states of a device take effect at once. */
  settle(device: string): Promise<void>;
  close(): Promise<void>;
}

async function openLines(wires: ReadonlyMap<string, Wire>, planned: readonly PlannedLine[]): Promise<Line[]> {
  return Promise.all(
    planned.map(async ({ id, gateway, protocol, units }) => {
      const wire = wires.get(id);
      if (wire === undefined) throw new Error(`no wire for line ${id}`);
      return { id, gateway, protocol, units, ...(await wire.open()) };
    }),
  );
}

/** Builds the hospital of a seed and opens its lines; on failure nothing stays open. */
export async function openHospital(options: HospitalOptions): Promise<Hospital> {
  const { seed, clock, ports, baudRate, dataDir } = options;
  const random = createRandom(seed).fork("hospital");
  const wallTime = wallClock(SITE.timeZone);
  const plan = planHospital(seed, options.counts);
  const devices = createDevices(plan, random, clock, wallTime);
  const context: LineContext = { clock, random, ports, wallTime, baudRate, dataDir, devices };
  const wires = new Map(plan.lines.map((line) => [line.id, createWire(line, context)]));
  const closeAll = async (): Promise<void> => {
    await Promise.allSettled([...wires.values()].map((wire) => wire.close()));
  };
  const lines = await openLines(wires, plan.lines).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const manifest: Manifest = {
    seed,
    simulated: true,
    site: { ...SITE },
    wards: [...WARDS],
    gateways: [...GATEWAYS],
    lines,
    devices: plan.devices,
  };
  const lineByDevice = new Map(lines.flatMap((line) => line.units.map((unit) => [unit.device, line] as const)));
  return {
    manifest,
    devices,
    wires,
    lineOf: (device) => lineByDevice.get(device),
    step(elapsedMs) {
      const nowMs = clock.nowMs();
      for (const { body } of devices.values()) body.step(elapsedMs, nowMs);
      for (const wire of wires.values()) wire.publish(nowMs);
    },
    async settle(id) {
      const nowMs = clock.nowMs();
      devices.get(id)?.body.step(0, nowMs);
      const wire = wires.get(lineByDevice.get(id)?.id ?? "");
      await wire?.refresh();
      wire?.publish(nowMs);
    },
    close: closeAll,
  };
}
