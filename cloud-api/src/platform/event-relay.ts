import type { Clock } from "./clock.ts";
import type { Database } from "./database.ts";
import type { Log } from "./log.ts";
import type { BoundJob, JobQueue } from "./queue.ts";

interface Deps {
  db: Database;
  queue: JobQueue;
  jobs: readonly BoundJob[];
  clock: Clock;
  log: Log;
}

interface EventRow {
  id: string;
  name: string;
  payload: unknown;
}

const EVERY_MS = 1_000;
const GROUP_MAX = 500;

/**
 * Hands committed events to the jobs that consume them, and forgets them. An event may be handed over twice when the relay
 * dies between the two; jobs are idempotent.
 */
export function startEventRelay({ db, queue, jobs, clock, log }: Deps): { close(): Promise<void> } {
  const consumers = Map.groupBy(jobs, ({ on }) => on);
  let closing = false;
  let timer: NodeJS.Timeout | null = null;

  async function handOver(): Promise<number> {
    return db.transaction(async (tx) => {
      const { rows } = await tx.query<EventRow>(
        "select id, name, payload from event_outbox order by id limit $1 for update skip locked",
        [GROUP_MAX],
      );
      const nowMs = clock.nowMs();
      for (const { id, name, payload } of rows) {
        if (typeof payload !== "object" || payload === null) continue;
        for (const job of consumers.get(name) ?? []) {
          const key = keyOf(job, payload);
          // An event of an older version that no job can read must not hold up those behind it.
          if (key === null)
            log.error({ id, name, job: job.name, payload }, "an event that its job cannot read was dropped");
          else await queue.add(job, key, payload, nowMs);
        }
      }
      if (rows.length > 0) await tx.query("delete from event_outbox where id = any($1)", [rows.map(({ id }) => id)]);
      return rows.length;
    });
  }

  async function turn(): Promise<void> {
    try {
      while (!closing && (await handOver()) === GROUP_MAX);
    } catch (error) {
      log.warn({ why: error instanceof Error ? error.message : String(error) }, "events wait for the queue");
    }
    if (!closing) timer = setTimeout(next, EVERY_MS);
  }

  let running: Promise<void> = Promise.resolve();
  const next = () => {
    running = turn();
  };
  next();
  return {
    close: async () => {
      closing = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}

function keyOf(job: BoundJob, payload: object): string | null {
  try {
    return job.keyOf(payload);
  } catch {
    return null;
  }
}
