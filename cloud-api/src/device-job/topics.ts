import { isThingName } from "../shadow/topics.ts";

/**
 * Where jobs are spoken of over MQTT, as on AWS IoT Core. `{jobId}` has 1 to 64 letters, digits, hyphens and underscores;
 * `$next` stands for the job that is next.
 *
 * | topic                                                        | direction        |
 * |--------------------------------------------------------------|------------------|
 * | $aws/things/{thing}/jobs/get                                   | thing → service  |
 * | $aws/things/{thing}/jobs/start-next                            | thing → service  |
 * | $aws/things/{thing}/jobs/{jobId or $next}/get                  | thing → service  |
 * | $aws/things/{thing}/jobs/{jobId}/update                        | thing → service  |
 * | each of these and /accepted or /rejected                       | service → thing  |
 * | $aws/things/{thing}/jobs/notify, …/jobs/notify-next            | service → thing  |
 */
export type JobTopic =
  | { thing: string; verb: "get-pending" }
  | { thing: string; verb: "start-next" }
  /** `jobId` is as it was sent: `$next`, the id of a job, or what can be none. */
  | { thing: string; verb: "describe" | "update"; jobId: string };

export const NEXT = "$next";
const JOB_ID = /^[a-zA-Z0-9_-]{1,64}$/;
const SLASHES_MAX = 7;

export const isJobId = (id: string): boolean => JOB_ID.test(id);

/** The subscriptions that catch every request and no answer. */
export const JOB_REQUEST_FILTERS: readonly string[] = ["get", "start-next", "+/get", "+/update"].map(
  (verb) => `$aws/things/+/jobs/${verb}`,
);

/** The filters that match the requests about a thing's jobs, and no answer. */
export const jobRequestsOf = (thing: string): string[] =>
  JOB_REQUEST_FILTERS.map((filter) => filter.replace("+", thing));

/** The filters that match every answer and notification, and no request. */
export const JOB_ANSWER_FILTERS: readonly string[] = [
  ...JOB_REQUEST_FILTERS.flatMap((request) => [`${request}/accepted`, `${request}/rejected`]),
  "$aws/things/+/jobs/notify",
  "$aws/things/+/jobs/notify-next",
];

/** The filter within which lies whatever is said of a thing's jobs. */
export const everyJobOf = (thing: string): string => `${root(thing)}/#`;

const root = (thing: string): string => `$aws/things/${thing}/jobs`;

export function jobRequestTopic(request: JobTopic): string {
  if (request.verb === "get-pending") return `${root(request.thing)}/get`;
  if (request.verb === "start-next") return `${root(request.thing)}/start-next`;
  return `${root(request.thing)}/${request.jobId}/${request.verb === "describe" ? "get" : "update"}`;
}

export const jobAnswerTopic = (request: JobTopic, channel: "accepted" | "rejected"): string =>
  `${jobRequestTopic(request)}/${channel}`;

export const notifyTopic = (thing: string, what: "notify" | "notify-next"): string => `${root(thing)}/${what}`;

/** Takes a request's topic apart; null for any other topic, an answer's among them. */
export function parseJobRequest(topic: string): JobTopic | null {
  const parts = partsOf(topic);
  if (parts === null) return null;
  const { thing } = parts;
  const [first = "", second, ...more] = parts.rest;
  if (second === undefined) {
    if (first === "get") return { thing, verb: "get-pending" };
    return first === "start-next" ? { thing, verb: "start-next" } : null;
  }
  if (more.length > 0 || first === "") return null;
  if (second === "get") return { thing, verb: "describe", jobId: first };
  return second === "update" ? { thing, verb: "update", jobId: first } : null;
}

/** The thing to which an answer or a notification goes; null for any other topic, a request's among them. */
export function thingOfJobAnswer(topic: string): string | null {
  const parts = partsOf(topic);
  if (parts === null) return null;
  const [last, ...before] = parts.rest.toReversed();
  if (before.length === 0) return last === "notify" || last === "notify-next" ? parts.thing : null;
  const answers = last === "accepted" || last === "rejected";
  return answers && parseJobRequest(`${root(parts.thing)}/${before.toReversed().join("/")}`) !== null
    ? parts.thing
    : null;
}

/** The thing whose jobs a subscription would hear, and no other's; wildcards may stand behind the word `jobs` alone. */
export function thingOfJobFilter(filter: string): string | null {
  const parts = partsOf(filter);
  if (parts === null || parts.rest.length === 0 || parts.rest.length > SLASHES_MAX - 3) return null;
  const { thing, rest } = parts;
  const isFilter = rest.every(
    (part, i) => part === "+" || part === NEXT || (part === "#" && i === rest.length - 1) || isJobId(part),
  );
  return isFilter ? thing : null;
}

function partsOf(topic: string): { thing: string; rest: string[] } | null {
  const [start, things, thing = "", word, ...rest] = topic.split("/");
  return start === "$aws" && things === "things" && word === "jobs" && isThingName(thing) ? { thing, rest } : null;
}
