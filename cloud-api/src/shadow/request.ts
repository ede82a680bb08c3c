import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { type Patch, SECTIONS } from "./document.ts";
import { bytesOf, holdsNull, isDeeperThan, isObject, type Json, type JsonObject, member, parseJson } from "./json.ts";

/** Why a request was refused: the code and the sentence that AWS gives for it. */
export interface Refusal {
  code: number;
  message: string;
}

const CLIENT_TOKEN_BYTES_MAX = 64;
const INVALID_JSON: Refusal = { code: 400, message: "Invalid JSON" };
const INVALID_TOKEN: Refusal = { code: 400, message: "Invalid clientToken" };
const INVALID_VERSION: Refusal = { code: 400, message: "Invalid version" };
const NO_STATE: Refusal = { code: 400, message: "Missing required node: state" };
const WRONG_ENCODING: Refusal = { code: 415, message: "Unsupported documented encoding; supported encoding is UTF-8" };

/** A request's payload as an object, with the token that its answers carry. */
export interface Opened {
  body: JsonObject;
  clientToken?: string;
}

/** Reads a payload. An empty one says nothing, which is enough to get and to delete. */
export function opened(payload: Uint8Array): Result<Opened, Refusal> {
  const parsed: Result<Json, "encoding" | "json"> = payload.length === 0 ? ok({}) : parseJson(payload);
  if (!parsed.ok) return fail(parsed.fault === "encoding" ? WRONG_ENCODING : INVALID_JSON);
  const body = parsed.value;
  if (!isObject(body)) return fail(INVALID_JSON);
  const token = member(body, "clientToken");
  if (token === undefined) return ok({ body });
  if (typeof token !== "string" || bytesOf(token) > CLIENT_TOKEN_BYTES_MAX) return fail(INVALID_TOKEN);
  return ok({ body, clientToken: token });
}

/** What an update asks for. `state` is as it was sent; nothing else of the body means anything. */
export interface Update {
  state: JsonObject | null;
  patch: Patch | null;
  /** The version that the sender believes to be the present one. */
  version?: number;
}

/** @param levelsMax how many names or places deep a section may go */
export function updateOf(body: JsonObject, levelsMax: number): Result<Update, Refusal> {
  const state = member(body, "state");
  if (state === undefined) return fail(NO_STATE);
  const version = member(body, "version");
  if (version !== undefined && !(typeof version === "number" && Number.isSafeInteger(version) && version >= 0))
    return fail(INVALID_VERSION);
  const given = version === undefined ? {} : { version };
  if (state === null) return ok({ state, patch: null, ...given });
  if (!isObject(state)) return fail({ code: 400, message: "State node must be an object" });
  const patch = patchOf(state, levelsMax);
  return patch.ok ? ok({ state, patch: patch.value, ...given }) : patch;
}

function patchOf(state: JsonObject, levelsMax: number): Result<Patch, Refusal> {
  const foreign = Object.keys(state).find((name) => !SECTIONS.some((known) => known === name));
  if (foreign !== undefined) return fail(invalidNode(foreign));
  const patch: { -readonly [Name in keyof Patch]: Patch[Name] } = {};
  for (const name of SECTIONS) {
    const section = member(state, name);
    if (section === undefined) continue;
    if (section !== null && !isObject(section)) {
      const title = name === "desired" ? "Desired" : "Reported";
      return fail({ code: 400, message: `${title} node must be an object` });
    }
    if (isDeeperThan(section, levelsMax)) {
      return fail({
        code: 400,
        message: `JSON contains too many levels of nesting; maximum is ${levelsMax}`,
      });
    }
    const broken = section === null ? null : arrayWithNull(section);
    if (broken !== null) return fail(invalidNode(broken));
    patch[name] = section;
  }
  return ok(patch);
}

const invalidNode = (name: string): Refusal => ({ code: 400, message: `State contains an invalid node: '${name}'` });

/** The name of an array that holds a null: a null takes a member away, and an array has no members to take. */
function arrayWithNull(object: JsonObject): string | null {
  for (const [name, value] of Object.entries(object)) {
    if (Array.isArray(value) && holdsNull(value)) return name;
    const inner = isObject(value) ? arrayWithNull(value) : null;
    if (inner !== null) return inner;
  }
  return null;
}
