import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, silent, type TestDatabase } from "../platform/database.testing.ts";
import type { JobMessage } from "./notification.ts";
import type { JobRequest } from "./rules.ts";
import { DeviceJobStore, JOBS_PER_THING_MAX, type NewJob } from "./store.ts";
import { type JobTopic, parseJobRequest } from "./topics.ts";

const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;
let house: TestDatabase;
let store: DeviceJobStore;
beforeAll(async () => {
  house = await openTestDatabase();
  store = new DeviceJobStore({ db: house.db, log: silent });
});
afterAll(() => house.stop());

const jobFor = (id: string, things: readonly string[], more: Partial<NewJob> = {}): NewJob => ({
  ...{ id, document: { do: id }, things, timeoutMin: null, rolloutPerMin: null, createdBy: "kim" },
  ...more,
});

function request(thing: string, path: string, body: object = {}): JobRequest {
  const topic: JobTopic | null = parseJobRequest(`$aws/things/${thing}/jobs/${path}`);
  if (topic === null) throw new Error(path);
  return { topic, payload: new TextEncoder().encode(JSON.stringify(body)) };
}

interface Told {
  to: string | undefined;
  jobs?: unknown;
  executionState?: unknown;
}

const told = (messages: readonly JobMessage[] | undefined): Told[] =>
  (messages ?? []).map(({ topic, payload }) => ({ ...JSON.parse(payload), to: topic.split("/jobs/")[1] }));
const ask = async (thing: string, path: string, body: object = {}, nowMs = NOW_MS) =>
  told((await store.settle([request(thing, path, body)], nowMs))[0]);

test("a job is there for its things with the next look at the clock, and each is told of it once", async () => {
  await store.create(jobFor("new", ["n1", "n2"]), NOW_MS);
  const messages = told(await store.turnDue(NOW_MS));
  expect(messages.map(({ to }) => to).sort()).toEqual(["notify", "notify", "notify-next", "notify-next"]);
  expect(await store.turnDue(NOW_MS)).toEqual([]);
  expect((await ask("n1", "start-next"))[0]).toMatchObject({ execution: { jobId: "new", jobDocument: { do: "new" } } });
  expect((await ask("n2", "get"))[0]).toMatchObject({ queuedJobs: [{ jobId: "new" }] });
});

test("requests of one thing are settled in one transaction and in their order", async () => {
  await store.create(jobFor("order", ["o"]), NOW_MS);
  await store.create(jobFor("order-2", ["o"]), NOW_MS);
  const settled = await store.settle(
    [
      request("o", "start-next"),
      request("o", "order/update", { status: "SUCCEEDED", expectedVersion: 2 }),
      request("o", "$next/get"),
      request("o", "order/get"),
    ],
    NOW_MS,
  );
  expect(settled.map((messages) => told(messages)[0])).toMatchObject([
    { execution: { jobId: "order", versionNumber: 2 } },
    { to: "order/update/accepted" },
    { execution: { jobId: "order-2" } },
    { code: "TerminalStateReached" },
  ]);
});

test("J13: what took too long has ended with the next look, and is ended in the database", async () => {
  await store.create(jobFor("slow", ["s"], { timeoutMin: 5 }), NOW_MS);
  await ask("s", "start-next", { stepTimeoutInMinutes: 1 });
  expect(await store.turnDue(NOW_MS + MINUTE_MS - 1)).toEqual([]);
  const messages = told(await store.turnDue(NOW_MS + MINUTE_MS));
  expect(messages.map(({ to, jobs }) => ({ to, jobs }))).toEqual([
    { to: "notify", jobs: {} },
    { to: "notify-next", jobs: undefined },
  ]);
  const { rows } = await house.db.pool.query(
    "select status, ended_at, due_at from device_job_execution where thing = 's'",
  );
  expect(rows).toEqual([{ status: "TIMED_OUT", ended_at: new Date(NOW_MS + MINUTE_MS), due_at: null }]);
});

test("J16: a rollout shows a job to so many things each minute", async () => {
  const things = Array.from({ length: 5 }, (_, i) => `r${i}`);
  await store.create(jobFor("rollout", things, { rolloutPerMin: 2 }), NOW_MS);
  const seenAt = async (nowMs: number) =>
    (await store.turnDue(nowMs)).filter(({ topic }) => topic.endsWith("/notify")).length;
  expect([
    await seenAt(NOW_MS),
    await seenAt(NOW_MS + MINUTE_MS),
    await seenAt(NOW_MS + MINUTE_MS + 1),
    await seenAt(NOW_MS + 2 * MINUTE_MS),
  ]).toEqual([2, 2, 0, 1]);
});

test("a job is canceled where it waits, and where it is in progress only by force", async () => {
  await store.create(jobFor("cancel", ["c1", "c2"]), NOW_MS);
  await ask("c1", "start-next");
  expect(await store.cancel("cancel", false, NOW_MS)).toBe(1);
  await store.turnDue(NOW_MS);
  expect((await ask("c2", "get"))[0]).toMatchObject({ queuedJobs: [] });
  expect((await ask("c1", "get"))[0]).toMatchObject({ inProgressJobs: [{ jobId: "cancel" }] });
  expect(await store.cancel("cancel", true, NOW_MS)).toBe(1);
  // The device asks before the clock is looked at.
  expect((await ask("c1", "cancel/update", { status: "SUCCEEDED" }))[0]).toMatchObject({
    code: "InvalidStateTransition",
    executionState: { status: "CANCELED" },
  });
  expect(await store.cancel("nobody", true, NOW_MS)).toBeNull();
});

test("J1: an id is given once, and a thing has at most so many jobs that have not ended", async () => {
  expect(await store.create(jobFor("once", ["once"]), NOW_MS)).toBeNull();
  expect(await store.create(jobFor("once", ["twice"]), NOW_MS)).toEqual({ taken: true });
  for (let i = 0; i < JOBS_PER_THING_MAX; i++) await store.create(jobFor(`many-${i}`, ["many"]), NOW_MS);
  expect(await store.create(jobFor("one-more", ["few", "many"]), NOW_MS)).toEqual({ busy: "many" });
  await ask("many", "many-0/update", { status: "REJECTED" });
  expect(await store.create(jobFor("one-more", ["few", "many"]), NOW_MS)).toBeNull();
});

test("two services that take requests of one thing at once count each change once", async () => {
  const another = new DeviceJobStore({ db: house.another(), log: silent });
  await store.create(jobFor("both", ["b"]), NOW_MS);
  await ask("b", "start-next");
  const update = request("b", "both/update", { status: "IN_PROGRESS", includeJobExecutionState: true });
  const answers = await Promise.all(
    [store, another, store, another].map((one) => one.settle([update, update, update], NOW_MS)),
  );
  const versions = answers.flat().map((messages) => Object(told(messages)[0]?.executionState).versionNumber);
  expect(versions.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 12 }, (_, i) => i + 3));
});

test("what ended two years ago is forgotten, with its job; what has not ended stays", async () => {
  await store.create(jobFor("old", ["old"]), NOW_MS);
  await store.create(jobFor("open", ["old"]), NOW_MS);
  await ask("old", "old/update", { status: "SUCCEEDED" });
  const later = NOW_MS + 731 * 24 * 3_600_000;
  expect(await store.forgetEnded(later)).toBeGreaterThan(0);
  const { rows } = await house.db.pool.query("select id from device_job where id in ('old', 'open')");
  expect(rows).toEqual([{ id: "open" }]);
});
