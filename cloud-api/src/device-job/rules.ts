import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { Json, JsonObject } from "../shadow/json.ts";
import {
  atTime,
  EXECUTION_NUMBER,
  isPending,
  type JobExecution,
  type JobStatus,
  MINUTE_S,
  pendingOf,
  stateOf,
  summaryOf,
  wholeOf,
} from "./execution.ts";
import { type JobMessage, notifications } from "./notification.ts";
import { describeOf, type JobRefusal, NO_STEP_TIMEOUT, openedJobRequest, stepOf, updateOf } from "./request.ts";
import { isJobId, type JobTopic, jobAnswerTopic, NEXT } from "./topics.ts";

export interface JobRequest {
  topic: JobTopic;
  payload: Uint8Array;
}

export interface JobTurn {
  /** All that were given, as they are now; the same objects where nothing changed. */
  executions: readonly JobExecution[];
  /** In the order in which they are to be sent: the answer first. */
  messages: readonly JobMessage[];
}

/**
 * What becomes of a thing's jobs by the clock, by what was asked of them since, and by one request. Source: AWS IoT Core
 * developer guide, "Jobs device MQTT API operations" and "Jobs notifications"; where it is silent, SETTLED_BY_CHOICE.
 * @param stored the thing's executions: all that have not ended, and the one that the request names
 * @param request null where only time has passed
 */
export function turn(
  thing: string,
  stored: readonly JobExecution[],
  request: JobRequest | null,
  nowS: number,
): JobTurn {
  const present = stored.map((execution) => atTime(execution, nowS));
  const { changed, message } = request === null ? UNASKED : answered(present, request, nowS);
  const executions = present.map((one) => (changed !== undefined && one.jobId === changed.jobId ? changed : one));
  const told = notifications(thing, stored, executions, nowS);
  return { executions, messages: message === null ? told : [message, ...told] };
}

interface Answered {
  changed?: JobExecution;
  message: JobMessage | null;
}

const UNASKED: Answered = { message: null };

interface Outcome {
  changed?: JobExecution;
  answer: JsonObject;
}

/** A refusal, with the execution's state where AWS tells it. */
interface Refused extends JobRefusal {
  of?: JobExecution;
}

function answered(present: readonly JobExecution[], { topic, payload }: JobRequest, nowS: number): Answered {
  const opened = openedJobRequest(payload);
  if (!opened.ok) return { message: rejection(topic, opened.fault, nowS) };
  const { body, clientToken } = opened.value;
  const token = clientToken === undefined ? {} : { clientToken };
  const outcome = outcomeOf(present, topic, body, nowS);
  if (!outcome.ok) return { message: rejection(topic, outcome.fault, nowS, clientToken) };
  const { answer, changed } = outcome.value;
  const message = {
    topic: jobAnswerTopic(topic, "accepted"),
    payload: JSON.stringify({ ...answer, timestamp: nowS, ...token }),
  };
  return changed === undefined ? { message } : { message, changed };
}

function outcomeOf(
  present: readonly JobExecution[],
  topic: JobTopic,
  body: JsonObject,
  nowS: number,
): Result<Outcome, Refused> {
  switch (topic.verb) {
    case "get-pending":
      return ok({ answer: pendingAnswer(present) });
    case "start-next":
      return started(present, topic.thing, body, nowS);
    case "describe":
      return described(present, topic.thing, topic.jobId, body, nowS);
    case "update":
      return updated(present, topic.jobId, body, nowS);
  }
}

function pendingAnswer(present: readonly JobExecution[]): JsonObject {
  const pending = pendingOf(present);
  const summaries = (status: JobStatus) => pending.filter((one) => one.status === status).map(summaryOf);
  return { inProgressJobs: summaries("IN_PROGRESS"), queuedJobs: summaries("QUEUED") };
}

function started(
  present: readonly JobExecution[],
  thing: string,
  body: JsonObject,
  nowS: number,
): Result<Outcome, Refused> {
  const step = stepOf(body);
  if (!step.ok) return step;
  const [next] = pendingOf(present);
  if (next === undefined) return ok({ answer: {} });
  if (next.status === "IN_PROGRESS") return ok({ answer: { execution: wholeOf(next, thing, nowS) } });
  const { statusDetails = {}, stepTimeoutInMinutes } = step.value;
  const changed: JobExecution = {
    ...next,
    status: "IN_PROGRESS",
    statusDetails,
    startedAtS: nowS,
    updatedAtS: nowS,
    version: next.version + 1,
    stepEndsAtS: stepEndOf(stepTimeoutInMinutes, next.stepEndsAtS, nowS),
  };
  return ok({ changed, answer: { execution: wholeOf(changed, thing, nowS) } });
}

function described(
  present: readonly JobExecution[],
  thing: string,
  jobId: string,
  body: JsonObject,
  nowS: number,
): Result<Outcome, Refused> {
  if (jobId !== NEXT && !isJobId(jobId)) return fail(NO_SUCH_TOPIC);
  const asked = describeOf(body);
  if (!asked.ok) return asked;
  const { executionNumber = EXECUTION_NUMBER, includeJobDocument } = asked.value;
  const [next] = pendingOf(present);
  if (jobId === NEXT && next === undefined) return ok({ answer: {} });
  const found = jobId === NEXT ? next : visible(present, jobId);
  if (found === undefined || executionNumber !== EXECUTION_NUMBER) return fail(absent(jobId));
  if (!isPending(found)) {
    return fail({ code: "TerminalStateReached", message: `The job ${jobId} has ended: ${found.status}` });
  }
  return ok({ answer: { execution: wholeOf(found, thing, nowS, includeJobDocument) } });
}

function updated(
  present: readonly JobExecution[],
  jobId: string,
  body: JsonObject,
  nowS: number,
): Result<Outcome, Refused> {
  if (!isJobId(jobId)) return fail(NO_SUCH_TOPIC);
  const asked = updateOf(body);
  if (!asked.ok) return asked;
  const {
    status,
    statusDetails,
    stepTimeoutInMinutes,
    expectedVersion,
    executionNumber = EXECUTION_NUMBER,
  } = asked.value;
  const found = visible(present, jobId);
  if (found === undefined || executionNumber !== EXECUTION_NUMBER) return fail(absent(jobId));
  if (!isPending(found)) {
    const message = `The job ${jobId} has ended: ${found.status}`;
    return fail({ code: "InvalidStateTransition", message, of: found });
  }
  if (expectedVersion !== undefined && expectedVersion !== found.version) {
    const message = `The version is ${found.version}, not ${expectedVersion}`;
    return fail({ code: "VersionMismatch", message, of: found });
  }
  const changed: JobExecution = {
    ...found,
    status,
    statusDetails: statusDetails ?? found.statusDetails,
    startedAtS: found.startedAtS ?? (status === "IN_PROGRESS" ? nowS : null),
    updatedAtS: nowS,
    version: found.version + 1,
    stepEndsAtS: status === "IN_PROGRESS" ? stepEndOf(stepTimeoutInMinutes, found.stepEndsAtS, nowS) : null,
  };
  const { includeJobExecutionState, includeJobDocument } = asked.value;
  return ok({
    changed,
    answer: {
      ...(includeJobExecutionState ? { executionState: stateOf(changed) } : {}),
      ...(includeJobDocument ? { jobDocument: changed.document } : {}),
    },
  });
}

const stepEndOf = (minutes: number | undefined, before: number | null, nowS: number): number | null => {
  if (minutes === undefined) return before;
  return minutes === NO_STEP_TIMEOUT ? null : nowS + minutes * MINUTE_S;
};

/** The execution of that job, unless its thing may not see it yet. */
const visible = (present: readonly JobExecution[], jobId: string): JobExecution | undefined =>
  present.find((one) => one.jobId === jobId && one.status !== "HELD");

const NO_SUCH_TOPIC: JobRefusal = {
  code: "InvalidTopic",
  message: "The topic names no job: an id is 1 to 64 letters, digits, hyphens and underscores",
};
const absent = (jobId: string): JobRefusal => ({
  code: "ResourceNotFound",
  message: `The thing has no execution of the job ${jobId}`,
});

function rejection(topic: JobTopic, refused: Refused, nowS: number, clientToken?: string): JobMessage {
  const { code, message, of } = refused;
  const token: Record<string, Json> = clientToken === undefined ? {} : { clientToken };
  const state = of === undefined ? {} : { executionState: stateOf(of) };
  return {
    topic: jobAnswerTopic(topic, "rejected"),
    payload: JSON.stringify({ code, message, ...state, timestamp: nowS, ...token }),
  };
}

/** The answer to a request that was never looked at. */
export function unansweredJob(why: "too-many" | "failure", { topic, payload }: JobRequest, nowS: number): JobMessage {
  const opened = openedJobRequest(payload);
  const refusal: JobRefusal =
    why === "too-many"
      ? { code: "RequestThrottled", message: "Too many requests of this thing are on their way" }
      : { code: "InternalError", message: "Internal service failure" };
  return rejection(topic, refusal, nowS, opened.ok ? opened.value.clientToken : undefined);
}
