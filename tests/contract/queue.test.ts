/** What the house asks of its job queue, on each of the two backends it can have. */
import { openLog } from "@wardtwin/cloud-api/platform/log";
import { type BoundJob, openQueue, openWorker, type QueueSettings } from "@wardtwin/cloud-api/platform/queue";
import { describeWith } from "@wardtwin/infra/test/debian-tool";
import { startThrowAwayPostgres } from "@wardtwin/prisma/throw-away-postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startRedis } from "../support/debian-programs.ts";
import { eventually } from "../support/eventually.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const log = openLog("silent");
type Backend = QueueSettings & { stop(): Promise<void> };

async function onPostgres(): Promise<Backend> {
  const { connectionString, stop } = await startThrowAwayPostgres();
  return { databaseUrl: connectionString, redisUrl: null, stop };
}

async function onRedis(): Promise<Backend> {
  const folder = temporaryFolder();
  const { url, stop } = await startRedis(folder);
  return {
    databaseUrl: "postgres://nobody@127.0.0.1:1/nothing",
    redisUrl: url,
    stop: () => stop().finally(() => removeFolder(folder)),
  };
}

const GONE = { removeOnComplete: true, removeOnFail: true };

/** A short stretch of gathering, so that the tests need not wait long; the queue adds its allowance for clocks. */
const GATHER_MS = 100;

/** A job that writes down what it was fed. */
function recorder(
  name: string,
  { fails = 0, gatherMs = GATHER_MS, ...options }: { fails?: number; gatherMs?: number; attempts?: number } = {},
) {
  const runs: { payload: unknown; atMs: number }[] = [];
  let failing = fails;
  const job: BoundJob = {
    name,
    on: null,
    everyMs: null,
    gatherMs,
    options: { ...GONE, backoff: { type: "fixed", delay: 50 }, ...options },
    keyOf: () => "unused",
    run: async (payload) => {
      runs.push({ payload, atMs: performance.now() });
      if (failing-- > 0) throw new Error("not yet");
    },
  };
  return { job, runs };
}

const BACKENDS = [
  { describeBackend: (suite: () => void) => describe("on PostgreSQL", suite), start: onPostgres },
  { describeBackend: (suite: () => void) => describeWith("redis-server", "on Redis", suite), start: onRedis },
];

for (const { describeBackend, start } of BACKENDS) {
  describeBackend(() => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await start();
    }, 60_000);
    afterAll(() => backend?.stop());

    async function queueOf() {
      const queue = await openQueue(backend, log);
      onTestFinished(() => queue.close());
      return queue;
    }

    /** Something that comes last, on whichever worker: when it has run, what was asked for before has run or never will. */
    const last = recorder("last");

    async function working(...jobs: BoundJob[]) {
      const worker = await openWorker(backend, [...jobs, last.job], log, 1);
      onTestFinished(() => worker.close());
      const queue = await queueOf();
      return async () => {
        last.runs.length = 0;
        await queue.add(last.job, `last-${performance.now()}`, {}, Date.now());
        await eventually("the last job", () => last.runs.length > 0);
      };
    }

    test("work that is asked for again within one stretch is done once, and by each key", async () => {
      const { job, runs } = recorder("once");
      const queue = await queueOf();
      const nowMs = 1_000 * GATHER_MS;
      for (const late of [0, 1, GATHER_MS - 1])
        await queue.add(job, "pump-01/2026-01-01", { device: "pump-01" }, nowMs + late);
      await queue.add(job, "pump-02/2026-01-01", { device: "pump-02" }, nowMs);
      const settle = await working(job);
      await settle();
      expect(runs.map(({ payload }) => payload)).toEqual([{ device: "pump-01" }, { device: "pump-02" }]);
    });

    test("work that is asked for in the next stretch is done anew, whether or not the first has begun", async () => {
      const { job, runs } = recorder("again");
      const queue = await queueOf();
      const settle = await working(job);
      await queue.add(job, "key", { asked: 1 }, 0);
      await queue.add(job, "key", { asked: 2 }, GATHER_MS);
      await settle();
      await queue.add(job, "key", { asked: 3 }, 2 * GATHER_MS);
      await settle();
      expect(runs.map(({ payload }) => payload)).toEqual([{ asked: 1 }, { asked: 2 }, { asked: 3 }]);
    });

    test("no run begins before its stretch has ended", async () => {
      const gatherMs = 1_500;
      const { job, runs } = recorder("later", { gatherMs });
      const queue = await queueOf();
      await working(job);
      const askedMs = performance.now();
      await queue.add(job, "key", {}, Date.now());
      const run = await eventually("the gathered job", () => runs[0]);
      expect(run.atMs - askedMs).toBeGreaterThan(gatherMs);
    });

    test("work outlives the process that asked for it", async () => {
      const { job, runs } = recorder("survivor");
      const first = await openQueue(backend, log);
      await first.add(job, "key", { from: "the first process" }, 0);
      await first.close();
      const settle = await working(job);
      await settle();
      expect(runs.map(({ payload }) => payload)).toEqual([{ from: "the first process" }]);
    });

    test("work that fails is tried again, as often as it says and no more", async () => {
      const once = recorder("fails-once", { attempts: 3, fails: 1 });
      const always = recorder("fails-always", { attempts: 3, fails: 99 });
      const queue = await queueOf();
      const settle = await working(once.job, always.job);
      await queue.add(once.job, "key", {}, 0);
      await queue.add(always.job, "key", {}, 0);
      await eventually("the attempts", () => once.runs.length === 2 && always.runs.length === 3);
      await settle();
      expect([once.runs.length, always.runs.length]).toEqual([2, 3]);
      // What was given up leaves its key free.
      await queue.add(always.job, "key", {}, 0);
      await eventually("the next round", () => always.runs.length >= 4);
    });

    test("two workers share the work and repeat none of it", async () => {
      const { job, runs } = recorder("shared");
      const queue = await queueOf();
      const settle = await working(job);
      await working(job);
      const keys = Array.from({ length: 40 }, (_, index) => `${index}`);
      await Promise.all(keys.map((key) => queue.add(job, key, { key }, 0)));
      await eventually("all of it", () => runs.length >= keys.length);
      await settle();
      expect(runs).toHaveLength(keys.length);
      expect(new Set(runs.map(({ payload }) => JSON.stringify(payload))).size).toBe(keys.length);
    });

    test("work that repeats goes on by itself, in one rhythm however many processes ask for it", async () => {
      const everyMs = 1_000;
      const { job, runs } = recorder("repeating");
      for (const queue of [await queueOf(), await queueOf()]) await queue.repeat(job, everyMs);
      await working(job);
      await eventually("four runs", () => runs.length >= 4);
      const [first, , , fourth] = runs;
      // Two rhythms side by side would need half of that; the first run may be late by an interval.
      expect((fourth?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(1.6 * everyMs);
    });
  });
}
