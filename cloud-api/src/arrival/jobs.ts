import type { Database } from "../platform/database.ts";
import { defineJob } from "../platform/define-job.ts";
import { HeldClaimed } from "./events.ts";
import type { HeldReadings } from "./held-readings.ts";

/**
 * Gives a device the rest of what was held of it, part by part.
 *
 * Consumes arrival's HeldClaimed. Safe to run twice: what has been given is no longer held.
 */
export const takeUpHeld = defineJob<{ db: Pick<Database, "transaction">; held: HeldReadings }>()({
  name: "arrival.take-up-held",
  on: "arrival.held-claimed",
  payload: HeldClaimed,
  idempotencyKey: ({ num, deviceId, attachment = "" }) => `${num}/${deviceId}/${attachment.replaceAll(":", "-")}`,
  options: {
    attempts: 11,
    backoff: { type: "exponential", delay: 1_000 },
    removeOnComplete: true,
    removeOnFail: true,
  },
  async run(claim, { db, held }, signal) {
    let sinceMs: number | null = claim.sinceMs;
    while (sinceMs !== null) {
      signal.throwIfAborted();
      const part: HeldClaimed = { ...claim, sinceMs };
      sinceMs = await db.transaction((tx) => held.takeUpPart(tx, part));
    }
  },
});
