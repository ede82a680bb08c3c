import { type Database, isRaceLost, isTransient, type Tx } from "../platform/database.ts";
import type { Log } from "../platform/log.ts";
import type { JsonObject } from "../shadow/json.ts";
import { dueS, hasEnded, type JobExecution } from "./execution.ts";
import type { JobMessage } from "./notification.ts";
import type { StatusDetails } from "./request.ts";
import { type JobRequest, turn, unansweredJob } from "./rules.ts";
import { NEXT } from "./topics.ts";

interface Deps {
  db: Database;
  log: Log;
}

/** A job that somebody has for things. */
export interface NewJob {
  id: string;
  document: JsonObject;
  /** Each of them once. */
  things: readonly string[];
  /** Minutes that an execution may be in progress, 1 to 10,080; null for no end. */
  timeoutMin: number | null;
  /** How many things see it each minute, 1 to 1,000; null for all at once. */
  rolloutPerMin: number | null;
  createdBy: string;
}

/** Jobs of one thing that have not ended. */
export const JOBS_PER_THING_MAX = 100;
/** AWS forgets a job two years after it has ended. */
const KEPT_MS = 730 * 24 * 3_600_000;
const MINUTE_MS = 60_000;
/** How many things are looked after in one transaction, and how often one that had to give way is tried in all. */
const DUE_MAX = 200;
const RACES_MAX = 5;
/** The first key of PostgreSQL's advisory locks under which the jobs of a thing change one at a time. */
const LOCK = 7_203;

interface Row {
  thing: string;
  job_id: string;
  place: string;
  status: JobExecution["status"];
  document: JsonObject;
  timeout_min: number | null;
  status_details: StatusDetails;
  version: string;
  queued_at: Date;
  started_at: Date | null;
  updated_at: Date;
  step_ends_at: Date | null;
  cancel_asked: boolean;
}

/** Holds the jobs, and settles many requests in one transaction. */
export class DeviceJobStore {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Answers requests, those of one thing in their order, and resolves once all of it is committed. A group that fails is tried
   * again one by one, so that a request which cannot be settled fails alone.
   * @returns for each request its messages
   * @throws where the database is out of reach: then nothing is known of what was committed
   */
  async settle(requests: readonly JobRequest[], nowMs: number): Promise<(readonly JobMessage[])[]> {
    try {
      return await this.#transaction((tx) => settleIn(tx, requests, nowMs));
    } catch (error) {
      if (isTransient(error)) throw error;
      const [first, ...others] = requests;
      this.#deps.log.warn({ err: error, requests: requests.length }, "requests for jobs failed");
      if (first === undefined || others.length === 0)
        return requests.map((request) => [unansweredJob("failure", request, secondsOf(nowMs))]);
      const settled: (readonly JobMessage[])[] = [];
      for (const request of requests) settled.push(...(await this.settle([request], nowMs)));
      return settled;
    }
  }

  /** Does what the clock asks for: queues what was held, ends what took too long. @returns what things are to be told */
  async turnDue(nowMs: number): Promise<readonly JobMessage[]> {
    const { rows } = await this.#deps.db.pool.query<{ thing: string }>(
      "select distinct thing from (select thing from device_job_execution where due_at <= $1 order by due_at limit $2) due",
      [new Date(nowMs), DUE_MAX],
    );
    if (rows.length === 0) return [];
    return this.#transaction(async (tx) => {
      const things = rows.map(({ thing }) => thing);
      const held = await hold(tx, things, []);
      const messages: JobMessage[] = [];
      for (const [thing, stored] of held) {
        const { executions, messages: told } = turn(thing, stored, null, secondsOf(nowMs));
        await write(tx, thing, stored, executions);
        messages.push(...told);
      }
      return messages;
    });
  }

  /**
   * Makes a job, which its things see with the next look at the clock, or minute by minute where it is rolled out.
   * @returns `taken` where there is a job of this id, or a thing that has too many jobs
   */
  async create(job: NewJob, nowMs: number): Promise<{ taken: true } | { busy: string } | null> {
    return this.#transaction(async (tx) => {
      await lock(tx, job.things);
      const { rows } = await tx.query<{ thing: string }>(
        "select thing from device_job_execution where thing = any($1) and ended_at is null group by thing having count(*) >= $2 limit 1",
        [job.things, JOBS_PER_THING_MAX],
      );
      if (rows[0] !== undefined) return { busy: rows[0].thing };
      const made = await tx.query(
        `insert into device_job (id, document, timeout_min, created_at, created_by) values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
        [job.id, JSON.stringify(job.document), job.timeoutMin, new Date(nowMs), job.createdBy],
      );
      if (made.rowCount === 0) return { taken: true as const };
      const perMin = job.rolloutPerMin ?? job.things.length;
      const queuedAt = job.things.map((_, i) => new Date(nowMs + Math.floor(i / perMin) * MINUTE_MS));
      await tx.query(
        `insert into device_job_execution (thing, job_id, status, queued_at, updated_at, due_at)
         select thing, $3, 'HELD', at, at, at from unnest($1::text[], $2::timestamptz[]) with ordinality told (thing, at, n)
         order by n`,
        [job.things, queuedAt, job.id],
      );
      return null;
    });
  }

  /**
   * Asks that a job be canceled where it has not begun, and with `force` where it has.
   * @returns how many executions that concerns; null where there is no such job
   */
  async cancel(id: string, force: boolean, nowMs: number): Promise<number | null> {
    return this.#transaction(async (tx) => {
      const { rows } = await tx.query<{ thing: string | null }>(
        "select thing from device_job left join device_job_execution on job_id = id where id = $1",
        [id],
      );
      if (rows.length === 0) return null;
      await lock(
        tx,
        rows.flatMap(({ thing }) => thing ?? []),
      );
      const { rowCount } = await tx.query(
        `update device_job_execution set cancel_asked = true, due_at = $2
         where job_id = $1 and ended_at is null and ($3 or status <> 'IN_PROGRESS')`,
        [id, new Date(nowMs), force],
      );
      return rowCount ?? 0;
    });
  }

  /** Forgets what ended long ago, and jobs that nothing is left of. @returns how many executions */
  async forgetEnded(nowMs: number): Promise<number> {
    const before = new Date(nowMs - KEPT_MS);
    const { rowCount } = await this.#deps.db.pool.query("delete from device_job_execution where ended_at < $1", [
      before,
    ]);
    await this.#deps.db.pool.query(
      "delete from device_job where created_at < $1 and not exists (select from device_job_execution where job_id = id)",
      [before],
    );
    return rowCount ?? 0;
  }

  async #transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#deps.db.transaction(work);
      } catch (error) {
        if (tries === RACES_MAX || !isRaceLost(error)) throw error;
      }
    }
  }
}

const secondsOf = (ms: number): number => Math.floor(ms / 1_000);
const dateOf = (s: number | null): Date | null => (s === null ? null : new Date(s * 1_000));

async function settleIn(tx: Tx, requests: readonly JobRequest[], nowMs: number): Promise<(readonly JobMessage[])[]> {
  const things = [...new Set(requests.map(({ topic }) => topic.thing))];
  const named = requests.flatMap(({ topic }) => ("jobId" in topic && topic.jobId !== NEXT ? [topic.jobId] : []));
  const stored = await hold(tx, things, named);
  const present = new Map(stored);
  const messages = requests.map((request) => {
    const { thing } = request.topic;
    const done = turn(thing, present.get(thing) ?? [], request, secondsOf(nowMs));
    present.set(thing, done.executions);
    return done.messages;
  });
  for (const [thing, executions] of present) await write(tx, thing, stored.get(thing) ?? [], executions);
  return messages;
}

/** Locks things for this transaction, in one order, so that two services never wait in a ring. */
async function lock(tx: Tx, things: readonly string[]): Promise<void> {
  await tx.query(
    "select pg_advisory_xact_lock($1, key) from (select distinct hashtext(thing) as key from unnest($2::text[]) told (thing) order by key) keys",
    [LOCK, things],
  );
}

/** Locks things and reads what they still have to do, and what has ended where a request names it. */
async function hold(
  tx: Tx,
  things: readonly string[],
  named: readonly string[],
): Promise<Map<string, readonly JobExecution[]>> {
  await lock(tx, things);
  const { rows } = await tx.query<Row>(
    `select execution.*, job.document, job.timeout_min from device_job_execution execution join device_job job on job.id = job_id
     where thing = any($1) and (ended_at is null or job_id = any($2)) order by place`,
    [things, named],
  );
  return new Map(things.map((thing) => [thing, rows.filter((row) => row.thing === thing).map(executionOf)]));
}

const executionOf = (row: Row): JobExecution => ({
  jobId: row.job_id,
  place: Number(row.place),
  status: row.status,
  document: row.document,
  timeoutMin: row.timeout_min,
  statusDetails: row.status_details,
  queuedAtS: secondsOf(row.queued_at.getTime()),
  startedAtS: row.started_at === null ? null : secondsOf(row.started_at.getTime()),
  updatedAtS: secondsOf(row.updated_at.getTime()),
  version: Number(row.version),
  stepEndsAtS: row.step_ends_at === null ? null : secondsOf(row.step_ends_at.getTime()),
  cancelAsked: row.cancel_asked,
});

/** Writes what is another object than before. */
async function write(
  tx: Tx,
  thing: string,
  before: readonly JobExecution[],
  after: readonly JobExecution[],
): Promise<void> {
  for (const [i, execution] of after.entries()) {
    if (execution === before[i]) continue;
    const { jobId, status, statusDetails, version, startedAtS, updatedAtS, stepEndsAtS } = execution;
    await tx.query(
      `update device_job_execution set status = $3, status_details = $4, version = $5, started_at = $6, updated_at = $7,
         step_ends_at = $8, due_at = $9, ended_at = $10 where thing = $1 and job_id = $2`,
      [
        thing,
        jobId,
        status,
        JSON.stringify(statusDetails),
        version,
        dateOf(startedAtS),
        dateOf(updatedAtS),
        dateOf(stepEndsAtS),
        dateOf(dueS(execution)),
        hasEnded(execution) ? dateOf(updatedAtS) : null,
      ],
    );
  }
}
