import { type JsonObject, member, mergedWith } from "@wardtwin/device-profiles/vocabulary/json";

/** What the gateway knows of its shadow on one connection. */
export interface Following {
  /** The newest version that was taken in; null before the first answer of a connection, 0 where there is no shadow. */
  version: number | null;
  desired: JsonObject;
  /** The question that waits for its answer, and the version that was known when it was asked. */
  asked: { token: string; version: number | null } | null;
}

export const UNHEARD: Following = { version: null, desired: {}, asked: null };

/** What is heard, as the topics of AWS IoT tell it. */
export type Heard =
  /** The subscriptions of a new connection are taken, or it is time to look again. */
  | { kind: "subscribed" | "time" }
  | { kind: "got"; token: string | undefined; version: number; desired: JsonObject; reported: JsonObject }
  | { kind: "not-got"; token: string | undefined; code: number }
  /** What differs: all of it, flat; what is no longer wished shows in none. */
  | { kind: "delta"; version: number; state: JsonObject }
  /** This gateway's own report was taken. What others change is told as a delta. */
  | { kind: "reported"; version: number };

export type Todo =
  | { kind: "get"; token: string }
  /** Take what is desired into force, and report. `reported` is what the shadow says of us, where it was told. */
  | { kind: "apply"; desired: JsonObject; reported?: JsonObject };

export interface Step {
  next: Following;
  todo: readonly Todo[];
}

/** AWS's code for a shadow that does not exist. */
const NOT_FOUND = 404;

/**
 * What to do on each word about the shadow. Messages come in any order: what is not newer is discarded, and a gap between
 * versions is a reason to get. Source: AWS IoT Core developer guide, "Device Shadow MQTT topics", and the Greengrass shadow
 * manager.
 * @param token a fresh one, for the question that this step may ask
 */
export function step(now: Following, heard: Heard, token: string): Step {
  switch (heard.kind) {
    case "subscribed":
      return ask(UNHEARD, token);
    case "time":
      return ask(now, token);
    case "got":
      return got(now, heard, token);
    case "not-got":
      return notGot(now, heard);
    case "delta":
      return delta(now, heard, token);
    case "reported":
      return reported(now, heard.version, token);
  }
}

const ask = (now: Following, token: string): Step => ({
  next: { ...now, asked: { token, version: now.version } },
  todo: [{ kind: "get", token }],
});
const nothing = (next: Following): Step => ({ next, todo: [] });

function got(now: Following, heard: Extract<Heard, { kind: "got" }>, token: string): Step {
  const { asked, version } = now;
  if (asked === null || heard.token !== asked.token) return nothing(now);
  // Older than what was told since the question: the answer was overtaken. Older than before it: the service was restored.
  if (version !== null && heard.version < version && version !== asked.version) return ask(now, token);
  const { desired, reported } = heard;
  return { next: { version: heard.version, desired, asked: null }, todo: [{ kind: "apply", desired, reported }] };
}

function notGot(now: Following, { token, code }: Extract<Heard, { kind: "not-got" }>): Step {
  if (now.asked === null || token !== now.asked.token) return nothing(now);
  if (code !== NOT_FOUND) return nothing({ ...now, asked: null });
  // Nothing is wished, and nobody knows how this gateway is: the report makes the shadow.
  return { next: { version: 0, desired: {}, asked: null }, todo: [{ kind: "apply", desired: {}, reported: {} }] };
}

function delta(now: Following, { version, state }: Extract<Heard, { kind: "delta" }>, token: string): Step {
  if (now.version !== null && version <= now.version) return nothing(now);
  // With a new revision something may have been withdrawn, of which a delta knows nothing.
  const isWhole = now.version !== null && version === now.version + 1 && member(state, "revision") === undefined;
  if (!isWhole || now.asked !== null) return ask(now, token);
  const desired = mergedWith(now.desired, state);
  return { next: { version, desired, asked: null }, todo: [{ kind: "apply", desired }] };
}

function reported(now: Following, version: number, token: string): Step {
  if (now.version === null || version <= now.version) return nothing(now);
  return version === now.version + 1 ? nothing({ ...now, version }) : ask(now, token);
}
