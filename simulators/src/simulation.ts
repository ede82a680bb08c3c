import type { Clock } from "./clock.ts";
import type { ControlServer } from "./control/server.ts";
import { startControl } from "./control/server.ts";
import type { Hospital } from "./hospital/hospital.ts";
import { openHospital } from "./hospital/hospital.ts";
import type { SimulatorOptions } from "./options.ts";
import { PortPool } from "./wires/ports.ts";

const STEP_EVERY_MS = 500;

export interface Simulation {
  hospital: Hospital;
  control: ControlServer;
  close(): Promise<void>;
}

/**
 * Opens the hospital, lets time pass in it, and serves its control API.
 * @param portStart where to look for free ports first; different processes should start at different places.
 */
export async function startSimulation(options: SimulatorOptions, clock: Clock, portStart: number): Promise<Simulation> {
  const hospital = await openHospital({ ...options, clock, ports: new PortPool(portStart) });
  const control = await startControl(hospital, options.controlPort).catch(async (error: unknown) => {
    await hospital.close();
    throw error;
  });
  let steppedAtMs = clock.monotonicMs();
  const timer = setInterval(() => {
    const nowMs = clock.monotonicMs();
    hospital.step(nowMs - steppedAtMs);
    steppedAtMs = nowMs;
  }, STEP_EVERY_MS);
  return {
    hospital,
    control,
    async close() {
      clearInterval(timer);
      await Promise.all([control.close(), hospital.close()]);
    },
  };
}
