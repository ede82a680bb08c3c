import Type from "typebox";
import type { Clock } from "../platform/clock.ts";
import { defineJob } from "../platform/define-job.ts";
import type { ShadowStore } from "./store.ts";

/** Forgets deleted shadows after their time. Safe to run at any time, and twice. */
export const forgetDeletedShadows = defineJob<{ shadows: ShadowStore; clock: Clock }>()({
  name: "shadow.forget-deleted",
  everyMs: 3_600_000,
  payload: Type.Object({}),
  idempotencyKey: () => "all",
  options: { attempts: 3, backoff: { type: "exponential", delay: 60_000 }, removeOnComplete: true, removeOnFail: true },
  async run(_payload, { shadows, clock }) {
    await shadows.forgetDeleted(clock.nowMs());
  },
});
