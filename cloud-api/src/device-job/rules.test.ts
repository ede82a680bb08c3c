import fc from "fast-check";
import { expect, test } from "vitest";
import { atTime, dueS, hasEnded } from "./execution.ts";
import { at, JobsOfTest } from "./job.testing.ts";
import { DEVICE_STATES } from "./request.ts";
import { unansweredJob } from "./rules.ts";
import { parseJobRequest } from "./topics.ts";

const idsOf = (list: unknown): unknown => Array.isArray(list) && list.map(({ jobId }) => jobId);
const ENDS = ["FAILED", "SUCCEEDED", "REJECTED"] as const;

test("J1: pending jobs are listed in two lists, with their times, versions and numbers", () => {
  const jobs = new JobsOfTest();
  expect(jobs.pending()).toEqual({ inProgressJobs: [], queuedJobs: [], timestamp: at(0) });
  jobs.add("a");
  jobs.add("b");
  jobs.nowS = at(5);
  jobs.startNext();
  expect(jobs.pending()).toEqual({
    inProgressJobs: [
      { jobId: "a", queuedAt: at(0), startedAt: at(5), lastUpdatedAt: at(5), versionNumber: 2, executionNumber: 1 },
    ],
    queuedJobs: [{ jobId: "b", queuedAt: at(0), lastUpdatedAt: at(0), versionNumber: 1, executionNumber: 1 }],
    timestamp: at(5),
  });
});

test("J2: starting the next job answers it whole, or nothing where none is pending", () => {
  const jobs = new JobsOfTest();
  expect(jobs.startNext().accepted).toEqual({ timestamp: at(0) });
  jobs.add("a");
  const { accepted, notify, notifyNext } = jobs.startNext({ statusDetails: { step: "one" }, stepTimeoutInMinutes: 2 });
  expect(accepted?.["execution"]).toEqual({
    ...{ jobId: "a", thingName: "t", status: "IN_PROGRESS", statusDetails: { step: "one" }, jobDocument: { do: "a" } },
    ...{ queuedAt: at(0), startedAt: at(0), lastUpdatedAt: at(0), versionNumber: 2, executionNumber: 1 },
    approximateSecondsBeforeTimedOut: 120,
  });
  expect([notify, notifyNext]).toEqual([undefined, undefined]);
});

test("J3: a job is described by its id or as the next one, with its document unless that is not wanted", () => {
  const jobs = new JobsOfTest();
  expect(jobs.describe().accepted).toEqual({ timestamp: at(0) });
  jobs.add("a");
  jobs.add("b");
  expect(jobs.describe().accepted?.["execution"]).toMatchObject({ jobId: "a", jobDocument: { do: "a" } });
  const described = jobs.describe("b", { includeJobDocument: false, executionNumber: 1 }).accepted?.["execution"];
  expect(described).toMatchObject({ jobId: "b", status: "QUEUED" });
  expect(described).not.toHaveProperty("jobDocument");
  expect(jobs.describe("b", { executionNumber: 2 }).rejected).toMatchObject({ code: "ResourceNotFound" });
});

test("J4: an update tells the new state and the document only where they are asked for", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  expect(jobs.update("a", "IN_PROGRESS").accepted).toEqual({ timestamp: at(0) });
  const more = { includeJobExecutionState: true, includeJobDocument: true, statusDetails: { at: "half" } };
  expect(jobs.update("a", "IN_PROGRESS", { ...more, expectedVersion: "2" }).accepted).toEqual({
    executionState: { status: "IN_PROGRESS", statusDetails: { at: "half" }, versionNumber: 3 },
    jobDocument: { do: "a" },
    timestamp: at(0),
  });
  expect(jobs.update("a", "SUCCEEDED", { includeJobExecutionState: true }).accepted?.["executionState"]).toMatchObject({
    statusDetails: { at: "half" },
  });
  expect(jobs.update("$next", "SUCCEEDED").rejected).toMatchObject({ code: "InvalidTopic" });
});

test("J5: the list is told when a job comes onto it or leaves it, by state, and at most 15 of it", () => {
  const jobs = new JobsOfTest();
  expect(jobs.add("a").notify).toEqual({
    jobs: { QUEUED: [expect.objectContaining({ jobId: "a" })] },
    timestamp: at(0),
  });
  expect(jobs.startNext().notify).toBeUndefined();
  expect(jobs.update("a", "IN_PROGRESS", { statusDetails: { at: "half" } }).notify).toBeUndefined();
  for (let i = 0; i < 20; i++) jobs.add(`b${i}`);
  const told = jobs.update("b0", "REJECTED").notify?.["jobs"];
  expect(told).toMatchObject({ IN_PROGRESS: [{ jobId: "a" }] });
  expect(idsOf(Object(told).QUEUED)).toEqual(Array.from({ length: 14 }, (_, i) => `b${i + 1}`));
});

test("J6: the next job is told only when it is another one, and its end is told without an execution", () => {
  const jobs = new JobsOfTest();
  expect(jobs.add("a").notifyNext?.["execution"]).toMatchObject({ jobId: "a", jobDocument: { do: "a" } });
  expect(jobs.add("b").notifyNext).toBeUndefined();
  expect(jobs.startNext().notifyNext).toBeUndefined();
  expect(jobs.update("a", "SUCCEEDED").notifyNext?.["execution"]).toMatchObject({ jobId: "b" });
  const { notify, notifyNext } = jobs.update("b", "FAILED");
  expect({ notify, notifyNext }).toEqual({
    notify: { jobs: {}, timestamp: at(0) },
    notifyNext: { timestamp: at(0) },
  });
});

test("J7: what is in progress comes before what is queued, then the order of creation", () => {
  const jobs = new JobsOfTest();
  for (const id of ["a", "b", "c", "d"]) jobs.add(id);
  expect(jobs.update("c", "IN_PROGRESS").notifyNext?.["execution"]).toMatchObject({ jobId: "c" });
  jobs.update("b", "IN_PROGRESS");
  const { inProgressJobs, queuedJobs } = jobs.pending();
  expect([idsOf(inProgressJobs), idsOf(queuedJobs)]).toEqual([
    ["b", "c"],
    ["a", "d"],
  ]);
});

test("J8: what is in progress already keeps its details when it is started again", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  jobs.startNext({ statusDetails: { step: "one" } });
  expect(jobs.startNext({ statusDetails: { step: "two" } }).accepted?.["execution"]).toMatchObject({
    statusDetails: { step: "one" },
    versionNumber: 2,
  });
});

test("J9: a device may say that it is at work, done, has failed or refuses, and nothing else", () => {
  for (const status of DEVICE_STATES) {
    const jobs = new JobsOfTest();
    jobs.add("a");
    expect(jobs.update("a", status).accepted).toBeDefined();
    expect(jobs.stateOf("a")).toBe(status);
  }
  const jobs = new JobsOfTest();
  jobs.add("a");
  for (const status of ["QUEUED", "CANCELED", "TIMED_OUT", "REMOVED", "HELD", "done", ""])
    expect(jobs.update("a", status).rejected).toMatchObject({ code: "InvalidRequest" });
  expect(jobs.ask("a/update").rejected).toMatchObject({ code: "InvalidRequest" });
});

test("J10: nothing leads out of an end", () => {
  for (const end of ENDS) {
    const jobs = new JobsOfTest();
    jobs.add("a");
    jobs.update("a", end);
    for (const status of DEVICE_STATES) {
      expect(jobs.update("a", status).rejected).toMatchObject({
        code: "InvalidStateTransition",
        executionState: { status: end, versionNumber: 2 },
      });
    }
    jobs.cancel("a");
    jobs.nowS = at(1e6);
    jobs.look();
    expect(jobs.stateOf("a")).toBe(end);
  }
});

test("J10: a job is canceled before it begins and, where that is forced, while it is in progress", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  expect(jobs.cancel("a").notify).toEqual({ jobs: {}, timestamp: at(0) });
  jobs.add("b");
  jobs.startNext();
  expect(jobs.cancel("b").notifyNext).toEqual({ timestamp: at(0) });
  expect([jobs.stateOf("a"), jobs.stateOf("b")]).toEqual(["CANCELED", "CANCELED"]);
});

test("J11: each accepted change is one version, and a refused one none", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  jobs.update("a", "IN_PROGRESS");
  jobs.update("a", "nonsense");
  jobs.update("a", "IN_PROGRESS", { expectedVersion: 9 });
  const told = jobs.update("a", "IN_PROGRESS", { includeJobExecutionState: true });
  expect(told.accepted?.["executionState"]).toMatchObject({ versionNumber: 3 });
});

test("J12: another version than the expected one is refused with the present state", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  jobs.startNext({ statusDetails: { step: "one" } });
  expect(jobs.update("a", "SUCCEEDED", { expectedVersion: 1 }).rejected).toMatchObject({
    code: "VersionMismatch",
    executionState: { status: "IN_PROGRESS", statusDetails: { step: "one" }, versionNumber: 2 },
  });
  expect(jobs.update("a", "SUCCEEDED", { expectedVersion: 2 }).accepted).toBeDefined();
});

test("J13: a step that takes longer than it may is timed out, by the clock alone", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  jobs.startNext({ stepTimeoutInMinutes: 1 });
  jobs.nowS = at(59);
  expect(jobs.look().notify).toBeUndefined();
  jobs.nowS = at(600);
  expect(jobs.look()).toMatchObject({ notify: { jobs: {} }, notifyNext: { timestamp: at(600) } });
  expect(jobs.executions[0]).toMatchObject({ status: "TIMED_OUT", updatedAtS: at(60), version: 3 });
  expect(jobs.update("a", "SUCCEEDED").rejected).toMatchObject({ executionState: { status: "TIMED_OUT" } });
});

test("J13: a step's timer is set anew by an update, left by one that does not name it, and stopped by -1", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  jobs.startNext({ stepTimeoutInMinutes: 1 });
  jobs.nowS = at(50);
  jobs.update("a", "IN_PROGRESS", { stepTimeoutInMinutes: 2 });
  jobs.nowS = at(160);
  jobs.update("a", "IN_PROGRESS");
  expect(jobs.executions[0]?.stepEndsAtS).toBe(at(170));
  jobs.update("a", "IN_PROGRESS", { stepTimeoutInMinutes: -1 });
  jobs.nowS = at(1e7);
  jobs.look();
  expect(jobs.stateOf("a")).toBe("IN_PROGRESS");
  for (const stepTimeoutInMinutes of [0, -2, 10_081, 1.5, "1"])
    expect(jobs.update("a", "IN_PROGRESS", { stepTimeoutInMinutes }).rejected).toMatchObject({
      code: "InvalidRequest",
    });
  expect(jobs.update("a", "IN_PROGRESS", { stepTimeoutInMinutes: 10_080 }).accepted).toBeDefined();
});

test("J13: the job's own timer begins when it is in progress, and no step moves it", () => {
  const jobs = new JobsOfTest();
  jobs.add("a", { timeoutMin: 10 });
  jobs.nowS = at(5_000);
  jobs.startNext({ stepTimeoutInMinutes: 60 });
  jobs.nowS = at(5_599);
  jobs.update("a", "IN_PROGRESS", { stepTimeoutInMinutes: 60 });
  jobs.nowS = at(5_600);
  // A request that comes before the next look at the clock finds it ended, too.
  expect(jobs.update("a", "SUCCEEDED").rejected).toMatchObject({ code: "InvalidStateTransition" });
  expect(jobs.stateOf("a")).toBe("TIMED_OUT");
});

test("J14: an answer goes to the topic of its request, under the thing that asked", () => {
  for (const path of ["get", "start-next", "$next/get", "a/get", "a/update"]) {
    const topic = parseJobRequest(`$aws/things/t/jobs/${path}`);
    if (topic === null) throw new Error(path);
    const { topic: to } = unansweredJob("failure", { topic, payload: new Uint8Array() }, at(0));
    expect(to).toBe(`$aws/things/t/jobs/${path}/rejected`);
  }
});

test("J15: each way to ask wrongly has AWS's code", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  const codeOf = (path: string, body: string | Uint8Array) => jobs.askText(path, body).rejected?.["code"];
  expect(codeOf("get", "{")).toBe("InvalidJson");
  expect(codeOf("get", "[]")).toBe("InvalidJson");
  expect(codeOf("start-next", Uint8Array.of(0xff))).toBe("InvalidJson");
  expect(codeOf(`${"x".repeat(65)}/get`, "")).toBe("InvalidTopic");
  expect(codeOf("a b/update", '{"status":"FAILED"}')).toBe("InvalidTopic");
  expect(codeOf("nobody/get", "")).toBe("ResourceNotFound");
  expect(codeOf("nobody/update", '{"status":"FAILED"}')).toBe("ResourceNotFound");
  expect(codeOf("a/get", '{"includeJobDocument":1}')).toBe("InvalidRequest");
  expect(codeOf("a/update", '{"status":"FAILED","expectedVersion":-1}')).toBe("InvalidRequest");
  jobs.update("a", "SUCCEEDED");
  expect(codeOf("a/get", "")).toBe("TerminalStateReached");
  const request = { topic: { thing: "t", verb: "get-pending" as const }, payload: new Uint8Array() };
  const refusalOf = (why: "too-many" | "failure") => JSON.parse(unansweredJob(why, request, at(0)).payload).code;
  expect([refusalOf("too-many"), refusalOf("failure")]).toEqual(["RequestThrottled", "InternalError"]);
});

test("J16: details have at most 10 members of at most 128 characters", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  const details = (count: number, length: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v".repeat(length)]));
  const refused = (statusDetails: unknown) => jobs.update("a", "IN_PROGRESS", { statusDetails }).rejected?.["code"];
  expect(refused(details(10, 128))).toBeUndefined();
  expect(refused(details(11, 1))).toBe("InvalidRequest");
  expect(refused(details(1, 129))).toBe("InvalidRequest");
  expect(refused({ ["k".repeat(129)]: "v" })).toBe("InvalidRequest");
  expect(refused({ "a b": "v" })).toBe("InvalidRequest");
  expect(refused({ k: "tab\t" })).toBe("InvalidRequest");
  expect(refused({ k: 1 })).toBe("InvalidRequest");
  expect(refused(["v"])).toBe("InvalidRequest");
});

test("J16: a job that is rolled out later is its thing's to see only then", () => {
  const jobs = new JobsOfTest();
  expect(jobs.add("a", { queuedAtS: at(60) })).toEqual({});
  expect(jobs.describe("a").rejected).toMatchObject({ code: "ResourceNotFound" });
  expect(jobs.startNext().accepted).toEqual({ timestamp: at(0) });
  jobs.nowS = at(61);
  expect(jobs.look().notify).toEqual({
    jobs: { QUEUED: [{ jobId: "a", queuedAt: at(60), lastUpdatedAt: at(60), versionNumber: 1, executionNumber: 1 }] },
    timestamp: at(61),
  });
});

test("J17: the token of a request comes back, whatever is answered", () => {
  const jobs = new JobsOfTest();
  jobs.add("a");
  const clientToken = "é".repeat(32);
  for (const path of ["get", "start-next", "$next/get", "a/get"])
    expect(jobs.ask(path, { clientToken }).accepted).toMatchObject({ clientToken });
  expect(jobs.ask("nobody/get", { clientToken }).rejected).toMatchObject({ clientToken });
  expect(jobs.ask("a/update", { clientToken }).rejected).toMatchObject({ clientToken });
  expect(jobs.update("a", "SUCCEEDED", { clientToken }).accepted).toMatchObject({ clientToken });
  for (const wrong of [`${clientToken}x`, 1, null]) {
    const { rejected } = jobs.ask("get", { clientToken: wrong });
    expect(rejected).toMatchObject({ code: "InvalidRequest" });
    expect(rejected).not.toHaveProperty("clientToken");
  }
});

const step = fc.oneof(
  fc.record({ what: fc.constant("add" as const), timeoutMin: fc.option(fc.integer({ min: 1, max: 9 })) }),
  fc.record({ what: fc.constant("start" as const), min: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    what: fc.constant("update" as const),
    job: fc.nat({ max: 5 }),
    status: fc.constantFrom(...DEVICE_STATES),
  }),
  fc.record({ what: fc.constant("cancel" as const), job: fc.nat({ max: 5 }) }),
  fc.record({ what: fc.constant("wait" as const), s: fc.integer({ min: 1, max: 400 }) }),
);

test("J5, J6: whoever only listens knows the list and the next job at every moment", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const jobs = new JobsOfTest();
      let known = { ids: [] as unknown[], next: undefined as unknown };
      for (const one of steps) {
        if (one.what === "wait") jobs.nowS += one.s;
        const heard =
          one.what === "add" && jobs.executions.length < 6
            ? jobs.add(`j${jobs.executions.length}`, { timeoutMin: one.timeoutMin })
            : one.what === "start"
              ? jobs.startNext({ stepTimeoutInMinutes: one.min })
              : one.what === "update"
                ? jobs.update(`j${one.job}`, one.status)
                : one.what === "cancel"
                  ? jobs.cancel(`j${one.job}`)
                  : jobs.look();
        const listed = heard.notify?.["jobs"];
        if (listed !== undefined)
          known = { ...known, ids: Object.values(Object(listed)).flatMap((list) => idsOf(list)) };
        if (heard.notifyNext !== undefined) known.next = Object(heard.notifyNext["execution"]).jobId;
        const { inProgressJobs, queuedJobs } = jobs.pending();
        const present = [inProgressJobs, queuedJobs].flatMap((list) => idsOf(list));
        expect(known.ids.toSorted()).toEqual(present.toSorted());
        expect(known.next).toBe(present[0]);
      }
    }),
  );
});

test("what is due is exactly what the clock would change", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("HELD", "QUEUED", "IN_PROGRESS", "SUCCEEDED", "CANCELED" as const),
      fc.option(fc.integer({ min: 1, max: 5 })),
      fc.option(fc.integer({ min: 0, max: 300 })),
      fc.boolean(),
      fc.integer({ min: 0, max: 400 }),
      (status, timeoutMin, stepEndsS, cancelAsked, nowS) => {
        const jobs = new JobsOfTest();
        jobs.add("a");
        const [made] = jobs.executions;
        if (made === undefined) throw new Error("no job");
        const startedAtS = status === "IN_PROGRESS" ? at(0) : null;
        const stepEndsAtS = stepEndsS === null ? null : at(stepEndsS);
        const queuedAtS = at(100);
        const one = { ...made, status, timeoutMin, startedAtS, stepEndsAtS, cancelAsked, queuedAtS } as const;
        const due = dueS(one);
        expect(atTime(one, at(nowS)) !== one).toBe(due !== null && due <= at(nowS));
        if (hasEnded(one)) expect(due).toBeNull();
      },
    ),
  );
});
