import Type from "typebox";
import type { Clock } from "../platform/clock.ts";
import { defineJob } from "../platform/define-job.ts";
import type { ProvisioningStore } from "./store.ts";

/** Forgets claims and signed certificates that nobody could use any more. Safe to run at any time, and twice. */
export const forgetProvisioning = defineJob<{ provisioning: ProvisioningStore; clock: Clock }>()({
  name: "provisioning.forget",
  everyMs: 24 * 3_600_000,
  payload: Type.Object({}),
  idempotencyKey: () => "all",
  options: { attempts: 3, backoff: { type: "exponential", delay: 60_000 }, removeOnComplete: true, removeOnFail: true },
  async run(_payload, { provisioning, clock }) {
    await provisioning.forget(clock.nowMs());
  },
});
