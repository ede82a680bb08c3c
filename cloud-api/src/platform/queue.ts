import { createPostgresBackend, createRedisBackend, Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import type { JobDefinition } from "./define-job.ts";
import type { Log } from "./log.ts";

const QUEUE = "wardtwin";
/** BullMQ's own tables, apart from the product's. */
const SCHEMA = "queue";

export interface QueueSettings {
  databaseUrl: string;
  /** Jobs live in PostgreSQL when this is null. */
  redisUrl: string | null;
}

/** Clocks of several relays differ by less than this. */
const SKEW_MS = 2_000;

interface Enqueued {
  name: string;
  gatherMs: number;
  options: object;
}

/** Short, where a job does not say. */
const DEFAULT_GATHER_MS = 1_000;

/** Puts work on the queue. */
export interface JobQueue {
  /** `nowMs` decides which stretch of the job's `gatherMs` this falls into. */
  add<Payload extends object>(job: Enqueued, key: string, payload: Payload, nowMs: number): Promise<void>;
  /** Keeps a job running again and again. Saying it twice changes nothing. */
  repeat(job: { name: string; options: object }, everyMs: number): Promise<void>;
  close(): Promise<void>;
}

/** A job with its dependencies already in hand. */
export interface BoundJob {
  name: string;
  on: string | null;
  everyMs: number | null;
  gatherMs: number;
  options: object;
  keyOf(payload: unknown): string;
  run(payload: unknown, signal: AbortSignal): Promise<void>;
}

/** Gives a job what it needs, and makes it check what it is fed. */
export function bindJob<Payload extends TSchema, Deps>(job: JobDefinition<Payload, Deps>, deps: Deps): BoundJob {
  return {
    name: job.name,
    on: job.on ?? null,
    everyMs: job.everyMs ?? null,
    gatherMs: job.gatherMs ?? DEFAULT_GATHER_MS,
    options: job.options,
    keyOf: (payload) => job.idempotencyKey(Value.Parse(job.payload, payload)),
    run: (payload, signal) => job.run(Value.Parse(job.payload, payload), deps, signal),
  };
}

export const openRedis = (url: string): Redis => new Redis(url, { maxRetriesPerRequest: null, connectTimeout: 10_000 });

export async function openQueue({ databaseUrl, redisUrl }: QueueSettings, log: Log): Promise<JobQueue> {
  const queue =
    redisUrl === null
      ? new Queue(
          QUEUE,
          { connection: { connectionString: databaseUrl, schema: SCHEMA, migrate: true, max: 4 } },
          createPostgresBackend,
        )
      : new Queue(QUEUE, { connection: openRedis(redisUrl) }, createRedisBackend);
  queue.on("error", (error) => log.warn({ why: error.message }, "the job queue is out of reach"));
  await queue.waitUntilReady();
  return {
    add: async ({ name, gatherMs, options }, key, payload, nowMs) => {
      // BullMQ ignores a job whose id it holds, also while that one runs. A stretch of time in the id, and a run that begins
      // only after the stretch, keep an event from being swallowed by a run that has read the database before it.
      const stretch = Math.floor(nowMs / gatherMs);
      await queue.add(name, payload, {
        ...options,
        jobId: `${name}/${key}/${stretch}`,
        delay: gatherMs + SKEW_MS,
      });
    },
    repeat: async ({ name, options }, every) =>
      void (await queue.upsertJobScheduler(name, { every }, { name, data: {}, opts: options })),
    close: () => queue.close(),
  };
}

/** Works off the queue until closed. Jobs that run when it closes are told to stop and finish. */
export async function openWorker(
  settings: QueueSettings,
  jobs: readonly BoundJob[],
  log: Log,
  concurrency = 2,
): Promise<{ close(): Promise<void> }> {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const stopping = new AbortController();
  const run = async (name: string, payload: unknown): Promise<void> => {
    const job = byName.get(name);
    if (job === undefined) throw new Error(`no job is called ${name}`);
    await job.run(payload, stopping.signal);
  };
  const { databaseUrl, redisUrl } = settings;
  const worker =
    redisUrl === null
      ? new Worker(
          QUEUE,
          async ({ name, data }) => run(name, data),
          { connection: { connectionString: databaseUrl, schema: SCHEMA, migrate: true, max: 4 }, concurrency },
          createPostgresBackend,
        )
      : new Worker(
          QUEUE,
          async ({ name, data }) => run(name, data),
          { connection: openRedis(redisUrl), concurrency },
          createRedisBackend,
        );
  worker.on("error", (error) => log.warn({ why: error.message }, "the job worker cannot reach its queue"));
  worker.on("failed", (job, error) => log.error({ job: job?.name, id: job?.id, err: error }, "a job failed"));
  await worker.waitUntilReady();
  return {
    close: async () => {
      stopping.abort();
      await worker.close();
    },
  };
}
