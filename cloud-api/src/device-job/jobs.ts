import Type from "typebox";
import type { Clock } from "../platform/clock.ts";
import { defineJob } from "../platform/define-job.ts";
import type { DeviceJobStore } from "./store.ts";

/** Forgets what ended long ago. Safe to run at any time, and twice. */
export const forgetEndedDeviceJobs = defineJob<{ deviceJobs: DeviceJobStore; clock: Clock }>()({
  name: "device-job.forget-ended",
  everyMs: 24 * 3_600_000,
  payload: Type.Object({}),
  idempotencyKey: () => "all",
  options: { attempts: 3, backoff: { type: "exponential", delay: 60_000 }, removeOnComplete: true, removeOnFail: true },
  async run(_payload, { deviceJobs, clock }) {
    await deviceJobs.forgetEnded(clock.nowMs());
  },
});
