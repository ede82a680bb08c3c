import type { Fold } from "./arrival/events.ts";
import { twinFold } from "./device-twin/store.ts";
import { integrateUsage, packTelemetry, retireTelemetry } from "./observation/jobs.ts";
import type { PackStore } from "./observation/pack-store.ts";
import type { ObservationStore } from "./observation/store.ts";
import type { Clock } from "./platform/clock.ts";
import { type BoundJob, bindJob } from "./platform/queue.ts";
import { forgetDeletedShadows } from "./shadow/jobs.ts";
import type { ShadowStore } from "./shadow/store.ts";

interface Deps {
  observations: ObservationStore;
  clock: Clock;
}

interface JobDeps extends Deps {
  packs: PackStore;
  shadows: ShadowStore;
}

/** What happens to a group of batches inside its transaction, in flow order. */
export const foldsOf = ({ observations }: Deps): Fold[] => [
  twinFold(observations.metrics),
  observations.foldBatches,
  observations.foldMinutes,
  observations.foldStates,
];

/** Every job: of the shadows, then in flow order. */
export const jobsOf = ({ shadows, observations, packs, clock }: JobDeps): BoundJob[] => [
  bindJob(forgetDeletedShadows, { shadows, clock }),
  bindJob(integrateUsage, { observations, clock }),
  bindJob(packTelemetry, { packs, clock }),
  bindJob(retireTelemetry, { observations, clock }),
];
