import type { Fold } from "./arrival/events.ts";
import { HeldReadings } from "./arrival/held-readings.ts";
import { takeUpHeld } from "./arrival/jobs.ts";
import { forgetEndedDeviceJobs } from "./device-job/jobs.ts";
import type { DeviceJobStore } from "./device-job/store.ts";
import { twinFold } from "./device-twin/store.ts";
import { takeOut } from "./observation/held-store.ts";
import { integrateUsage, packTelemetry, retireTelemetry } from "./observation/jobs.ts";
import type { PackStore } from "./observation/pack-store.ts";
import type { ObservationStore } from "./observation/store.ts";
import type { Clock } from "./platform/clock.ts";
import type { Database } from "./platform/database.ts";
import { type BoundJob, bindJob } from "./platform/queue.ts";
import { forgetProvisioning } from "./provisioning/jobs.ts";
import type { ProvisioningStore } from "./provisioning/store.ts";
import { forgetDeletedShadows } from "./shadow/jobs.ts";
import type { ShadowStore } from "./shadow/store.ts";

interface Deps {
  observations: ObservationStore;
  clock: Clock;
}

interface JobDeps extends Deps {
  db: Database;
  packs: PackStore;
  shadows: ShadowStore;
  deviceJobs: DeviceJobStore;
  provisioning: ProvisioningStore;
}

/** What happens to a group of batches inside its transaction, in flow order. */
export const foldsOf = ({ observations }: Deps): Fold[] => [
  twinFold(observations.metrics),
  observations.foldBatches,
  observations.foldMinutes,
  observations.foldStates,
];

/** What was held goes the same way, once it is known whose it is. */
export const heldReadingsOf = (deps: Deps): HeldReadings =>
  new HeldReadings({
    folds: foldsOf(deps),
    prepare: deps.observations.prepare,
    takeOut,
  });

/** Every job: of what is at the broker, then in flow order. */
export const jobsOf = ({ db, shadows, deviceJobs, provisioning, observations, packs, clock }: JobDeps): BoundJob[] => [
  bindJob(forgetDeletedShadows, { shadows, clock }),
  bindJob(forgetEndedDeviceJobs, { deviceJobs, clock }),
  bindJob(forgetProvisioning, { provisioning, clock }),
  bindJob(takeUpHeld, { db, held: heldReadingsOf({ observations, clock }) }),
  bindJob(integrateUsage, { observations, clock }),
  bindJob(packTelemetry, { packs, clock }),
  bindJob(retireTelemetry, { observations, clock }),
];
