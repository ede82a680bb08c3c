import Type from "typebox";
import type { Clock } from "../platform/clock.ts";
import { defineJob } from "../platform/define-job.ts";
import { emit } from "../platform/event-outbox.ts";
import { type RunTimeAdvanced, StateObserved } from "./events.ts";
import type { ObservationStore } from "./store.ts";

/** Observations of one device and day that come within this time are integrated together. */
const GATHER_MS = 10_000;

/**
 * Integrates the hours of one device and day from the time in each state.
 *
 * Consumes observation's StateObserved, emits RunTimeAdvanced. Safe to run twice and in any order: a day is always
 * integrated whole from its spans.
 */
export const integrateUsage = defineJob<{ observations: ObservationStore; clock: Clock }>()({
  name: "observation.integrate-usage",
  on: "observation.state-observed",
  payload: StateObserved,
  idempotencyKey: ({ deviceId, day }) => `${deviceId}/${day}`,
  gatherMs: GATHER_MS,
  options: {
    // Eleven tries span 17 minutes: a database that is away for so long takes no update of the hours with it.
    attempts: 11,
    backoff: { type: "exponential", delay: 1_000 },
    // Nothing reads finished jobs; the log keeps failures.
    removeOnComplete: true,
    removeOnFail: true,
  },
  async run({ deviceId, day }, { observations, clock }) {
    const asOfMs = clock.nowMs();
    await observations.transaction(async (tx) => {
      const { inUseH } = await observations.integrateDay(tx, deviceId, day, asOfMs);
      await emit<RunTimeAdvanced>(tx, "observation.run-time-advanced", [{ deviceId, inUseH, asOfMs }]);
    });
  },
});

/** Drops telemetry that is older than it is kept. Safe to run at any time, and twice. */
export const retireTelemetry = defineJob<{ observations: ObservationStore; clock: Clock }>()({
  name: "observation.retire-telemetry",
  everyMs: 6 * 3_600_000,
  payload: Type.Object({}),
  idempotencyKey: () => "all",
  options: { attempts: 3, backoff: { type: "exponential", delay: 60_000 }, removeOnComplete: true, removeOnFail: true },
  async run(_payload, { observations, clock }) {
    await observations.retire(clock.nowMs());
  },
});
