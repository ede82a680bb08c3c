import Type from "typebox";
import type { Clock } from "../platform/clock.ts";
import { defineJob } from "../platform/define-job.ts";
import type { PackStore } from "./pack-store.ts";
import type { ObservationStore } from "./store.ts";

/** So old may the hours of a device be. */
const INTEGRATE_EVERY_MS = 10_000;

/**
 * Integrates the hours of every device and day whose time in a state has changed since they were last integrated.
 *
 * Emits observation's RunTimeAdvanced. Safe to run twice and at any time: a day is always integrated whole from its spans.
 */
export const integrateUsage = defineJob<{ observations: ObservationStore; clock: Clock }>()({
  name: "observation.integrate-usage",
  everyMs: INTEGRATE_EVERY_MS,
  payload: Type.Object({}),
  idempotencyKey: () => "all",
  // What could not be done is still marked, and the next run does it.
  options: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  async run(_payload, { observations, clock }, signal) {
    while (!signal.aborted && (await observations.integrateDue(clock.nowMs())) > 0);
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

/** Packs the batches of hours that are over. Safe to run at any time, and twice. */
export const packTelemetry = defineJob<{ packs: PackStore; clock: Clock }>()({
  name: "observation.pack-telemetry",
  everyMs: 5 * 60_000,
  payload: Type.Object({}),
  idempotencyKey: () => "all",
  // What could not be packed is still there, and the next run does it.
  options: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  async run(_payload, { packs, clock }, signal) {
    await packs.pack(clock.nowMs(), signal);
  },
});
