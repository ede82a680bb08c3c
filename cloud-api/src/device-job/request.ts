import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { bytesOf, isObject, type Json, type JsonObject, member, parseJson } from "../shadow/json.ts";

/** The error codes of AWS IoT Jobs. */
export type RejectedCode =
  | "InvalidTopic"
  | "InvalidJson"
  | "InvalidRequest"
  | "InvalidStateTransition"
  | "ResourceNotFound"
  | "VersionMismatch"
  | "InternalError"
  | "RequestThrottled"
  | "TerminalStateReached";

export interface JobRefusal {
  code: RejectedCode;
  message: string;
}

/** What a device tells beside a state: at most 10 names, of at most 128 characters as their values are. */
export type StatusDetails = Readonly<Record<string, string>>;

const CLIENT_TOKEN_BYTES_MAX = 64;
const DETAILS_MAX = 10;
const DETAIL_NAME = /^[a-zA-Z0-9:_-]{1,128}$/;
const DETAIL_VALUE = /^[^\p{C}]{1,128}$/u;
/** Minutes; a week. */
const TIMEOUT_MAX_MIN = 10_080;
/** Stops a step's timer. */
export const NO_STEP_TIMEOUT = -1;

export interface OpenedJobRequest {
  body: JsonObject;
  clientToken?: string;
}

const invalid = (message: string): JobRefusal => ({ code: "InvalidRequest", message });

/** Reads a payload; an empty one asks for nothing but what the topic says. */
export function openedJobRequest(payload: Uint8Array): Result<OpenedJobRequest, JobRefusal> {
  const parsed: Result<Json, "encoding" | "json"> = payload.length === 0 ? ok({}) : parseJson(payload);
  if (!parsed.ok || !isObject(parsed.value)) {
    return fail({ code: "InvalidJson", message: "The contents of the request are no JSON object in UTF-8" });
  }
  const body = parsed.value;
  const token = member(body, "clientToken");
  if (token === undefined) return ok({ body });
  if (typeof token !== "string" || bytesOf(token) > CLIENT_TOKEN_BYTES_MAX)
    return fail(invalid("clientToken must be a string of at most 64 bytes"));
  return ok({ body, clientToken: token });
}

/** What describing asks for. */
export interface Describe {
  executionNumber?: number;
  includeJobDocument: boolean;
}

export function describeOf(body: JsonObject): Result<Describe, JobRefusal> {
  const number = wholeOf(body, "executionNumber");
  if (!number.ok) return number;
  const include = flagOf(body, "includeJobDocument", true);
  if (!include.ok) return include;
  return ok({
    includeJobDocument: include.value,
    ...(number.value === undefined ? {} : { executionNumber: number.value }),
  });
}

/** What starting the next job says of its execution. */
export interface Step {
  statusDetails?: StatusDetails;
  /** 1 to 10,080 minutes; -1 stops the timer. */
  stepTimeoutInMinutes?: number;
}

export function stepOf(body: JsonObject): Result<Step, JobRefusal> {
  const details = detailsOf(member(body, "statusDetails"));
  if (!details.ok) return details;
  const minutes = member(body, "stepTimeoutInMinutes");
  if (minutes !== undefined && minutes !== NO_STEP_TIMEOUT && !isTimeout(minutes))
    return fail(invalid("stepTimeoutInMinutes must be a whole number from 1 to 10080, or -1"));
  return ok({
    ...(details.value === undefined ? {} : { statusDetails: details.value }),
    ...(typeof minutes === "number" ? { stepTimeoutInMinutes: minutes } : {}),
  });
}

export const isTimeout = (minutes: unknown): minutes is number =>
  typeof minutes === "number" && Number.isInteger(minutes) && minutes >= 1 && minutes <= TIMEOUT_MAX_MIN;

/** The states that a device may give its execution. */
export const DEVICE_STATES = ["IN_PROGRESS", "FAILED", "SUCCEEDED", "REJECTED"] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export interface Update extends Step {
  status: DeviceState;
  expectedVersion?: number;
  executionNumber?: number;
  includeJobExecutionState: boolean;
  includeJobDocument: boolean;
}

export function updateOf(body: JsonObject): Result<Update, JobRefusal> {
  const told = member(body, "status");
  const status = DEVICE_STATES.find((known) => known === told);
  if (status === undefined) return fail(invalid(`status must be one of ${DEVICE_STATES.join(", ")}`));
  const step = stepOf(body);
  if (!step.ok) return step;
  const expected = wholeOf(body, "expectedVersion");
  if (!expected.ok) return expected;
  const number = wholeOf(body, "executionNumber");
  if (!number.ok) return number;
  const state = flagOf(body, "includeJobExecutionState", false);
  if (!state.ok) return state;
  const document = flagOf(body, "includeJobDocument", false);
  if (!document.ok) return document;
  return ok({
    status,
    ...step.value,
    ...(expected.value === undefined ? {} : { expectedVersion: expected.value }),
    ...(number.value === undefined ? {} : { executionNumber: number.value }),
    includeJobExecutionState: state.value,
    includeJobDocument: document.value,
  });
}

function detailsOf(value: Json | undefined): Result<StatusDetails | undefined, JobRefusal> {
  if (value === undefined || value === null) return ok(undefined);
  if (!isObject(value)) return fail(invalid("statusDetails must be an object"));
  const pairs = Object.entries(value);
  if (pairs.length > DETAILS_MAX) return fail(invalid(`statusDetails must have at most ${DETAILS_MAX} members`));
  const details: [string, string][] = [];
  for (const [name, text] of pairs) {
    if (!DETAIL_NAME.test(name))
      return fail(invalid("names of statusDetails are 1 to 128 letters, digits, colons, underscores and hyphens"));
    if (typeof text !== "string" || !DETAIL_VALUE.test(text))
      return fail(invalid(`statusDetails.${name} must be a string of 1 to 128 printable characters`));
    details.push([name, text]);
  }
  return ok(Object.fromEntries(details));
}

function wholeOf(body: JsonObject, name: string): Result<number | undefined, JobRefusal> {
  const value = member(body, name);
  if (value === undefined || value === null) return ok(undefined);
  // The developer guide writes a version as a string, the SDK as a number.
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0) return ok(number);
  return fail(invalid(`${name} must be a whole number from 0`));
}

function flagOf(body: JsonObject, name: string, otherwise: boolean): Result<boolean, JobRefusal> {
  const value = member(body, name);
  if (value === undefined || value === null) return ok(otherwise);
  return typeof value === "boolean" ? ok(value) : fail(invalid(`${name} must be true or false`));
}
