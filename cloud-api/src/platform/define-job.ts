import type { JobsOptions } from "bullmq";
import type { Static, TSchema } from "typebox";

/** One kind of work on the queue. `run` may be called more than once for the same payload, and must not mind. */
export interface JobDefinition<Payload extends TSchema, Deps> {
  name: string;
  /** The event that asks for it. */
  on?: string;
  /** Asked for by time alone, this often. */
  everyMs?: number;
  payload: Payload;
  /** The identity of one piece of work: asking for it again before it begins changes nothing. Without ":". */
  idempotencyKey(payload: Static<Payload>): string;
  /**
   * Events of one key that come within one stretch of this length make one run, which begins after the stretch has ended:
   * an event is never taken for one whose run may already have read the database.
   */
  gatherMs?: number;
  options: Pick<JobsOptions, "attempts" | "backoff" | "removeOnComplete" | "removeOnFail">;
  run(payload: Static<Payload>, deps: Deps, signal: AbortSignal): Promise<void>;
}

export const defineJob =
  <Deps>() =>
  <const Payload extends TSchema>(job: JobDefinition<Payload, Deps>): JobDefinition<Payload, Deps> =>
    job;
