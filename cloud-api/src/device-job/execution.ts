import type { JsonObject } from "../shadow/json.ts";
import type { StatusDetails } from "./request.ts";

export type JobStatus =
  | "QUEUED"
  | "IN_PROGRESS"
  | "FAILED"
  | "SUCCEEDED"
  | "CANCELED"
  | "TIMED_OUT"
  | "REJECTED"
  | "REMOVED";

/** One job as one thing has it. Times are whole seconds since 1970-01-01 UTC, of the service's clock. */
export interface JobExecution {
  jobId: string;
  /** Its place in the order of creation. */
  place: number;
  /** HELD is ours: made, and not yet its thing's to see. */
  status: "HELD" | JobStatus;
  document: JsonObject;
  /** Minutes that it may be in progress as a whole; null for no end. */
  timeoutMin: number | null;
  statusDetails: StatusDetails;
  /** While it is held: when it will be queued. */
  queuedAtS: number;
  startedAtS: number | null;
  updatedAtS: number;
  version: number;
  /** When the device's own timer runs out. */
  stepEndsAtS: number | null;
  /** Somebody wants it canceled, which is done at the next turn. */
  cancelAsked: boolean;
}

/** A thing has each job once; a second execution of the same job does not exist here. */
export const EXECUTION_NUMBER = 1;
export const MINUTE_S = 60;

/** What the clock and the administrator have made of an execution by now. */
export function atTime(execution: JobExecution, nowS: number): JobExecution {
  if (execution.status === "HELD" && !execution.cancelAsked && execution.queuedAtS <= nowS)
    return atTime({ ...execution, status: "QUEUED", updatedAtS: execution.queuedAtS }, nowS);
  if (execution.cancelAsked && !hasEnded(execution)) return ended(execution, "CANCELED", nowS);
  const endsAtS = endsAtSOf(execution);
  return endsAtS !== null && endsAtS <= nowS ? ended(execution, "TIMED_OUT", endsAtS) : execution;
}

/** Whether nothing can happen to it any more. */
export const hasEnded = (execution: JobExecution): boolean => execution.status !== "HELD" && !isPending(execution);

/** When its timers, of the job and of the step, run out; null where none runs. */
function endsAtSOf({ status, startedAtS, timeoutMin, stepEndsAtS }: JobExecution): number | null {
  if (status !== "IN_PROGRESS") return null;
  const ends = [
    ...(startedAtS === null || timeoutMin === null ? [] : [startedAtS + timeoutMin * MINUTE_S]),
    ...(stepEndsAtS === null ? [] : [stepEndsAtS]),
  ];
  return ends.length === 0 ? null : Math.min(...ends);
}

/** When time alone will change an execution next; null where it never will. 0: at once. */
export function dueS(execution: JobExecution): number | null {
  if (execution.cancelAsked && !hasEnded(execution)) return 0;
  return execution.status === "HELD" ? execution.queuedAtS : endsAtSOf(execution);
}

const ended = (execution: JobExecution, status: JobStatus, atS: number): JobExecution => ({
  ...execution,
  status,
  updatedAtS: atS,
  version: execution.version + 1,
  stepEndsAtS: null,
});

/** Whether a device still has it to do. */
export const isPending = ({ status }: JobExecution): boolean => status === "QUEUED" || status === "IN_PROGRESS";

/** What a device still has to do: what is in progress first, then in the order of creation. */
export const pendingOf = (executions: readonly JobExecution[]): JobExecution[] =>
  executions.filter(isPending).sort((a, b) => rankOf(a) - rankOf(b) || a.place - b.place);

const rankOf = ({ status }: JobExecution): number => (status === "IN_PROGRESS" ? 0 : 1);

/** An execution as lists have it. */
export const summaryOf = (execution: JobExecution): JsonObject => ({
  jobId: execution.jobId,
  queuedAt: execution.queuedAtS,
  ...(execution.startedAtS === null ? {} : { startedAt: execution.startedAtS }),
  lastUpdatedAt: execution.updatedAtS,
  versionNumber: execution.version,
  executionNumber: EXECUTION_NUMBER,
});

/** An execution as a change of it is told. */
export const stateOf = ({ status, statusDetails, version }: JobExecution): JsonObject => ({
  status,
  statusDetails: { ...statusDetails },
  versionNumber: version,
});

/** An execution as it is told whole. */
export function wholeOf(execution: JobExecution, thing: string, nowS: number, withDocument = true): JsonObject {
  const endsAtS = endsAtSOf(execution);
  return {
    ...summaryOf(execution),
    thingName: thing,
    status: execution.status,
    statusDetails: { ...execution.statusDetails },
    ...(withDocument ? { jobDocument: execution.document } : {}),
    ...(endsAtS === null ? {} : { approximateSecondsBeforeTimedOut: endsAtS - nowS }),
  };
}
