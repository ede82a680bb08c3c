import { aspectOf, type Document, deltaOf, merged, SECTIONS, stampsOf } from "./document.ts";
import { bytesOf, isEmpty, type Json, type JsonObject } from "./json.ts";
import { type Opened, opened, type Refusal, updateOf } from "./request.ts";
import type { ShadowAddress, Verb } from "./topics.ts";

/** What is kept of a shadow. A deleted one is remembered by its version, so that a new one of its name goes on from there. */
export type ShadowRecord =
  | { kind: "live"; version: number; document: Document }
  | { kind: "deleted"; version: number; deletedAtS: number };

export interface ShadowLimits {
  /** How many names or places deep a section may go. */
  levelsMax: number;
  /** UTF-8 bytes of both sections as compact JSON, without their metadata. */
  bytesMax: number;
  /** How long a deleted shadow's version is remembered, in seconds. */
  retentionS: number;
  /** What one MQTT message may hold; no document grows beyond what its own answers can carry. */
  messageBytesMax: number;
}

export const SHADOW_LIMITS: ShadowLimits = {
  levelsMax: 6,
  bytesMax: 8_192,
  retentionS: 48 * 3_600,
  messageBytesMax: 131_072,
};

export interface ShadowRequest {
  address: ShadowAddress;
  verb: Verb;
  payload: Uint8Array;
}

export interface ShadowMessage {
  channel: "accepted" | "rejected" | "delta" | "documents";
  payload: string;
}

export interface ShadowAnswer {
  /** What is kept from now on; the same object as before where nothing changed. */
  record: ShadowRecord | null;
  /** In the order in which they are to be sent: the answer first. */
  messages: readonly ShadowMessage[];
}

const CONFLICT: Refusal = { code: 409, message: "Version conflict" };
const TOO_LARGE: Refusal = { code: 413, message: "The payload exceeds the maximum size allowed" };
const NO_ROOM: Refusal = { code: 403, message: "Forbidden" };
const TOO_MANY: Refusal = { code: 429, message: "Too many requests" };
const FAILURE: Refusal = { code: 500, message: "Internal service failure" };

/**
 * Answers one request by the rules of AWS IoT device shadows. Source: AWS IoT Core developer guide, chapters "Device Shadow
 * service documents", "MQTT topics" and "error messages"; where it is silent, SETTLED_BY_CHOICE.
 * @param stored what is kept of this shadow, or null
 * @param nowS seconds since 1970-01-01 UTC, of the service's clock
 */
export function answer(
  stored: ShadowRecord | null,
  request: ShadowRequest,
  nowS: number,
  limits: ShadowLimits = SHADOW_LIMITS,
): ShadowAnswer {
  const forgotten = stored?.kind === "deleted" && nowS - stored.deletedAtS > limits.retentionS;
  const present = forgotten ? null : stored;
  const read = opened(request.payload);
  if (!read.ok) return { record: present, messages: [rejection(read.fault, nowS)] };
  const told = { present, nowS, limits, ...read.value };
  if (request.verb === "update") return updated(told);
  return request.verb === "get" ? got(told, request.address) : deleted(told, request.address);
}

interface Told extends Opened {
  present: ShadowRecord | null;
  nowS: number;
  limits: ShadowLimits;
}

function updated(told: Told): ShadowAnswer {
  const { present, body, nowS, limits } = told;
  const update = updateOf(body, limits.levelsMax);
  if (!update.ok) return refused(told, update.fault);
  const { state, patch, version: expected } = update.value;
  const version = present?.version ?? 0;
  if (expected !== undefined && expected !== version) return refused(told, CONFLICT);
  const before = present?.kind === "live" ? present : null;
  const after = {
    kind: "live" as const,
    version: version + 1,
    document: merged(before?.document ?? {}, patch, nowS),
  };
  if (bytesOfState(after.document) > limits.bytesMax) return refused(told, TOO_LARGE);
  const accepted = { state, metadata: stampsOf(state, nowS), version: after.version };
  const messages = [message("accepted", accepted, told)];
  const delta = deltaOf(after.document);
  if (delta !== null) messages.push(message("delta", { version: after.version, ...delta }, told));
  const both = { previous: before === null ? null : snapshot(before), current: snapshot(after) };
  messages.push(message("documents", both, told));
  const carried = [...messages, message("accepted", wholeOf(after), told)];
  if (carried.some(({ payload }) => bytesOf(payload) > limits.messageBytesMax - ROOM_FOR_TOKEN_BYTES))
    return refused(told, TOO_LARGE);
  return { record: after, messages };
}

/** A later request's token may be longer than the one that was measured: 64 bytes, each of which JSON may write as six. */
const ROOM_FOR_TOKEN_BYTES = 64 * 6;

function got(told: Told, address: ShadowAddress): ShadowAnswer {
  const { present } = told;
  if (present?.kind !== "live") return refused(told, absent(address));
  return { record: present, messages: [message("accepted", wholeOf(present), told)] };
}

function deleted(told: Told, address: ShadowAddress): ShadowAnswer {
  const { present, nowS } = told;
  if (present?.kind !== "live") return refused(told, absent(address));
  const { version } = present;
  return {
    record: { kind: "deleted", version, deletedAtS: nowS },
    messages: [message("accepted", { version }, told)],
  };
}

const refused = (told: Told, refusal: Refusal): ShadowAnswer => ({
  record: told.present,
  messages: [rejection(refusal, told.nowS, told.clientToken)],
});

const absent = ({ thing, shadow }: ShadowAddress): Refusal => ({
  code: 404,
  message: `No shadow exists with name: '${shadow ?? thing}'`,
});

/** The answer to a request that was never looked at: too many wait, the service failed, or the thing has no room for another shadow. */
export function unanswered(
  why: "too-many" | "failure" | "no-room",
  payload: Uint8Array,
  nowS: number,
): readonly ShadowMessage[] {
  const read = opened(payload);
  const refusal = why === "too-many" ? TOO_MANY : why === "failure" ? FAILURE : NO_ROOM;
  return [rejection(refusal, nowS, read.ok ? read.value.clientToken : undefined)];
}

function message(channel: ShadowMessage["channel"], content: JsonObject, { nowS, clientToken }: Told): ShadowMessage {
  const token = clientToken === undefined ? {} : { clientToken };
  return { channel, payload: JSON.stringify({ ...content, timestamp: nowS, ...token }) };
}

function rejection(refusal: Refusal, nowS: number, clientToken?: string): ShadowMessage {
  const token = clientToken === undefined ? {} : { clientToken };
  return { channel: "rejected", payload: JSON.stringify({ ...refusal, timestamp: nowS, ...token }) };
}

type Live = Extract<ShadowRecord, { kind: "live" }>;

/** What a shadow says, without what differs in it. */
const snapshot = ({ document, version }: Live): JsonObject => ({
  state: aspectOf(document, "state"),
  metadata: aspectOf(document, "metadata"),
  version,
});

/** What a shadow says, with what differs in it. */
function wholeOf(record: Live): JsonObject {
  const delta = deltaOf(record.document);
  const aspect = (name: "state" | "metadata"): Json => ({
    ...aspectOf(record.document, name),
    ...(delta === null ? {} : { delta: delta[name] }),
  });
  return { state: aspect("state"), metadata: aspect("metadata"), version: record.version };
}

const bytesOfState = (document: Document): number =>
  SECTIONS.reduce((sum, name) => {
    const state = document[name]?.state ?? {};
    return sum + (isEmpty(state) ? 0 : bytesOf(JSON.stringify(state)));
  }, 0);
