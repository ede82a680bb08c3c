import type { Fold } from "./arrival/events.ts";
import { foldTwins } from "./device-twin/store.ts";
import { integrateUsage, retireTelemetry } from "./observation/jobs.ts";
import type { ObservationStore } from "./observation/store.ts";
import type { Clock } from "./platform/clock.ts";
import { type BoundJob, bindJob } from "./platform/queue.ts";

interface Deps {
  observations: ObservationStore;
  clock: Clock;
}

/** What happens to a group of batches inside its transaction, in flow order. */
export const foldsOf = ({ observations }: Deps): Fold[] => [
  foldTwins,
  observations.foldChunks,
  observations.foldMinutes,
  observations.foldStates,
];

/** Every job, in flow order. */
export const jobsOf = ({ observations, clock }: Deps): BoundJob[] => [
  bindJob(integrateUsage, { observations, clock }),
  bindJob(retireTelemetry, { observations, clock }),
];
