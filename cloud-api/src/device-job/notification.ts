import { type JobExecution, pendingOf, summaryOf, wholeOf } from "./execution.ts";
import { notifyTopic } from "./topics.ts";

export interface JobMessage {
  topic: string;
  payload: string;
}

/** How many jobs a notification lists at most. */
const LISTED_MAX = 15;

/**
 * What a thing is told of a change of its jobs: the list where a job came onto it or left it, and the next one where that is
 * another than before.
 */
export function notifications(
  thing: string,
  before: readonly JobExecution[],
  after: readonly JobExecution[],
  nowS: number,
): JobMessage[] {
  const [then, now] = [pendingOf(before), pendingOf(after)];
  const messages: JobMessage[] = [];
  if (idsOf(then) !== idsOf(now)) {
    const listed = now.slice(0, LISTED_MAX);
    const jobs = Object.fromEntries(
      ["IN_PROGRESS", "QUEUED"]
        .map((status) => [status, listed.filter((one) => one.status === status).map(summaryOf)] as const)
        .filter(([, summaries]) => summaries.length > 0),
    );
    messages.push({ topic: notifyTopic(thing, "notify"), payload: JSON.stringify({ jobs, timestamp: nowS }) });
  }
  const [next] = now;
  if (next?.jobId !== then[0]?.jobId) {
    const execution = next === undefined ? {} : { execution: wholeOf(next, thing, nowS) };
    messages.push({
      topic: notifyTopic(thing, "notify-next"),
      payload: JSON.stringify({ ...execution, timestamp: nowS }),
    });
  }
  return messages;
}

/** Which jobs are on a list, in whatever order. */
const idsOf = (executions: readonly JobExecution[]): string =>
  executions
    .map(({ jobId }) => jobId)
    .sort()
    .join();
