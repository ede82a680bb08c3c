/** The AWS SDK's own client of jobs, unchanged, against our broker and our job service, and the API that makes jobs. */
import { DeviceJobDetail, DeviceJobList } from "@wardtwin/cloud-api/device-job/schema";
import { iotjobs } from "aws-iot-device-sdk-v2";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { smallRegistry, startTestCloud, type TestCloud } from "../support/cloud.ts";
import { eventually } from "../support/eventually.ts";
import { JobClient } from "../support/job-client.ts";
import { type Credentials, certify, connect } from "../support/raw-gateway.ts";
import { refusalOf } from "../support/shadow-client.ts";

const SITE = "st-real";
const [A, B] = ["gw-a", "gw-b"];
/** A device that is bound to the gateway. */
const THING = `${A}-vent`;
const { SUCCEEDED, IN_PROGRESS, QUEUED } = iotjobs.model.JobStatus;
let house: TestCloud;
let own: Credentials;
let client: JobClient;

beforeAll(async () => {
  house = await startTestCloud();
  await house.administrator.ask("POST", "/registry/import", smallRegistry(SITE, false, [A, B]));
  own = await certify(house.administrator, A);
  client = await JobClient.open(house.mqttUrl, own, `${SITE}:${A}`);
}, 60_000);
afterAll(async () => {
  await client?.close();
  await house?.stop();
});

async function make(id: string, things: readonly string[], more: object = {}): Promise<void> {
  const { status, text } = await house.administrator.ask("POST", "/device-jobs", {
    ...{ id, things, document: { operation: "report", of: id } },
    ...more,
  });
  if (status !== 200) throw new Error(text);
}

test("J1 to J12: a job goes its way from the API to its end as the SDK's client sees it", async () => {
  const where = { thingName: THING };
  const { lists, nexts, close } = await client.listen(THING);
  onTestFinished(close);
  expect(await client.sdk.getPendingJobExecutions(where)).toMatchObject({ inProgressJobs: [], queuedJobs: [] });
  expect((await client.sdk.startNextPendingJobExecution(where)).execution).toBeUndefined();
  await make("first", [THING]);
  await make("second", [THING]);
  await eventually("both jobs", () => lists.some(({ jobs }) => jobs?.[QUEUED]?.length === 2));
  expect(nexts).toMatchObject([{ execution: { jobId: "first", jobDocument: { of: "first" } } }]);
  expect(await client.sdk.describeJobExecution({ ...where, jobId: "$next" })).toMatchObject({
    execution: { jobId: "first", status: QUEUED, versionNumber: 1, executionNumber: 1, thingName: THING },
  });
  expect(await client.sdk.startNextPendingJobExecution({ ...where, statusDetails: { step: "one" } })).toMatchObject({
    execution: { jobId: "first", status: IN_PROGRESS, statusDetails: { step: "one" }, versionNumber: 2 },
  });
  const update = { ...where, jobId: "first", status: SUCCEEDED };
  expect(await refusalOf(client.sdk.updateJobExecution({ ...update, expectedVersion: 7 }))).toMatchObject({
    code: "VersionMismatch",
    executionState: { status: IN_PROGRESS, versionNumber: 2 },
  });
  expect(
    await client.sdk.updateJobExecution({ ...update, expectedVersion: 2, includeJobExecutionState: true }),
  ).toMatchObject({ executionState: { status: SUCCEEDED, versionNumber: 3 } });
  expect(await refusalOf(client.sdk.updateJobExecution(update))).toMatchObject({ code: "InvalidStateTransition" });
  expect(await refusalOf(client.sdk.describeJobExecution({ ...where, jobId: "first" }))).toMatchObject({
    code: "TerminalStateReached",
  });
  await client.sdk.updateJobExecution({ ...update, jobId: "second" });
  await eventually("the end of the list", () => nexts.length === 3);
  expect(nexts[1]).toMatchObject({ execution: { jobId: "second" } });
  expect(nexts[2]?.execution).toBeUndefined();
  expect(lists.at(-1)?.jobs).toEqual({});
});

test("a job is listed, shown and canceled over the API, and its thing hears of it", async () => {
  const { lists, close } = await client.listen(A);
  onTestFinished(close);
  await make("shown", [A, B], { timeoutMin: 10 });
  await eventually("the job", () => lists.some(({ jobs }) => jobs?.[QUEUED]?.length === 1));
  const shown = await house.administrator.get(DeviceJobDetail, "/device-jobs/shown");
  expect(shown).toMatchObject({ document: { of: "shown" }, timeoutMin: 10, executions: [{ thing: A }, { thing: B }] });
  const { body } = await house.administrator.ask("POST", "/device-jobs/shown/cancellation", {});
  expect(body).toEqual({ id: "shown", executions: 2 });
  await eventually("its end", () => Object.keys(lists.at(-1)?.jobs ?? { none: [] }).length === 0);
  const { jobs } = await house.administrator.get(DeviceJobList, "/device-jobs");
  expect(jobs.find(({ id }) => id === "shown")?.counts).toEqual({ CANCELED: 2 });
});

test("what cannot be a job is refused with a sentence", async () => {
  const refused = async (body: object) => {
    const { status, body: problem } = await house.administrator.ask("POST", "/device-jobs", body);
    return [status, Object(problem).code];
  };
  const job = { id: "refused", things: [A], document: {} };
  expect(await refused({ ...job, things: ["nobody"] })).toEqual([404, "device-job.thing-unknown"]);
  expect(await refused({ ...job, id: "first" })).toEqual([409, "device-job.id-taken"]);
  expect(await refused({ ...job, id: "a b" })).toEqual([400, "request.invalid"]);
  expect(await refused({ ...job, things: [A, A] })).toEqual([400, "request.invalid"]);
  expect(await refused({ ...job, timeoutMin: 10_081 })).toEqual([400, "request.invalid"]);
  expect(await refused({ ...job, rolloutPerMin: 1_001 })).toEqual([400, "request.invalid"]);
  // {"text":"…"} is eleven bytes longer than what it says.
  expect(await refused({ ...job, document: { text: "x".repeat(32_758) } })).toEqual([
    400,
    "device-job.document-invalid",
  ]);
  expect((await house.administrator.ask("GET", "/device-jobs/refused")).status).toBe(404);
  await make("longest", [B], { document: { text: "x".repeat(32_757) } });
});

test("J14: a gateway may neither listen to the jobs of others nor speak of them", async () => {
  const mqtt = await connect(house.mqttUrl, own, `${SITE}:${A}:raw`);
  onTestFinished(() => void mqtt.end(true));
  for (const filter of [`$aws/things/${B}/jobs/notify`, "$aws/things/+/jobs/get", `$aws/things/${B}-vent/jobs/#`])
    await expect(mqtt.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow();
  for (const topic of [
    `$aws/things/${B}/jobs/start-next`,
    `$aws/things/${A}/jobs/notify`,
    `$aws/things/${A}/jobs/get/accepted`,
  ]) {
    const one = await connect(house.mqttUrl, own, `${SITE}:${A}:raw-2`);
    const closed = new Promise<void>((resolve) => one.once("close", () => resolve()));
    one.publish(topic, "{}", { qos: 1 });
    await closed;
  }
});

test("J15: a request whose job id cannot be is answered with InvalidTopic", async () => {
  const mqtt = await connect(house.mqttUrl, own, `${SITE}:${A}:topic`);
  onTestFinished(() => void mqtt.end(true));
  const heard: unknown[] = [];
  mqtt.on("message", (_topic, payload) => heard.push(JSON.parse(payload.toString())));
  await mqtt.subscribeAsync(`$aws/things/${A}/jobs/+/get/+`, { qos: 1 });
  await mqtt.publishAsync(`$aws/things/${A}/jobs/a.b/get`, '{"clientToken":"t"}', { qos: 1 });
  await eventually("an answer", () => heard.length === 1);
  expect(heard).toMatchObject([{ code: "InvalidTopic", clientToken: "t" }]);
});
