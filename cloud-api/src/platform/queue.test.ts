import Type from "typebox";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openTestDatabase, silent, type TestDatabase } from "./database.testing.ts";
import { defineJob } from "./define-job.ts";
import { emit } from "./event-outbox.ts";
import { startEventRelay } from "./event-relay.ts";
import { bindJob, type JobQueue, openQueue, openWorker, type QueueSettings } from "./queue.ts";

let house: TestDatabase;
let settings: QueueSettings;
let queue: JobQueue;
/** Payloads of the runs that began. */
let ran: string[] = [];
/** What a run waits for before it ends. */
let gate: Promise<void> = Promise.resolve();
const toClose: { close(): Promise<void> }[] = [];

const note = bindJob(
  defineJob<object>()({
    name: "test.note",
    on: "test.noted",
    payload: Type.Object({ key: Type.String(), text: Type.String() }),
    idempotencyKey: ({ key }) => key,
    gatherMs: 50,
    options: { attempts: 3, backoff: { type: "fixed", delay: 10 }, removeOnComplete: true, removeOnFail: true },
    async run({ text }) {
      ran.push(text);
      await gate;
    },
  }),
  {},
);

beforeAll(async () => {
  house = await openTestDatabase();
  settings = { databaseUrl: house.connectionString, redisUrl: null };
  queue = await openQueue(settings, silent);
});
afterAll(async () => {
  await queue.close();
  await house.stop();
});
beforeEach(() => {
  ran = [];
  gate = Promise.resolve();
});
afterEach(async () => {
  for (const one of toClose.splice(0).reverse()) await one.close();
});

const work = async () => {
  const worker = await openWorker(settings, [note], silent);
  toClose.push(worker);
  return worker;
};
const relay = () => {
  const running = startEventRelay({ db: house.db, queue, jobs: [note], clock: { nowMs: Date.now }, log: silent });
  toClose.push(running);
};
const noted = (text: string, key = "key") => house.db.transaction((tx) => emit(tx, "test.noted", [{ key, text }]));
const eventually = (done: () => void | Promise<void>) => vi.waitFor(done, { timeout: 15_000, interval: 20 });

test("what is asked for twice before it begins runs once", async () => {
  for (const text of ["first", "second"]) await queue.add(note, "twice", { key: "twice", text }, 1_000);
  await queue.add(note, "end", { key: "end", text: "end" }, 1_000);
  await work();
  await eventually(() => expect(ran).toContain("end"));
  expect(ran.toSorted()).toEqual(["end", "first"]);
});

test("an event that comes while the job of its key runs is not lost", async () => {
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  await work();
  relay();
  await noted("before");
  await eventually(() => expect(ran).toEqual(["before"]));
  await noted("meanwhile");
  await eventually(() => expect(ran).toEqual(["before", "meanwhile"]));
  open();
});

test("an event is relayed only when what made it true has committed, and one that no job can read holds up none", async () => {
  await house.db
    .transaction(async (tx) => {
      await emit(tx, "test.noted", [{ key: "k", text: "never true" }]);
      throw new Error("rolled back");
    })
    .catch(() => undefined);
  await house.db.transaction((tx) => emit(tx, "test.noted", [{ unreadable: true }]));
  await noted("true");
  relay();
  await work();
  await eventually(() => expect(ran).toEqual(["true"]));
  const { rows } = await house.db.pool.query("select 1 from event_outbox");
  expect(rows).toEqual([]);
});

test("what waits when the workers end is done by those after them", async () => {
  const one = await work();
  await one.close();
  relay();
  await noted("later");
  await eventually(async () => {
    const { rows } = await house.db.pool.query("select 1 from event_outbox");
    expect(rows).toEqual([]);
  });
  expect(ran).toEqual([]);
  await work();
  await eventually(() => expect(ran).toEqual(["later"]));
});
