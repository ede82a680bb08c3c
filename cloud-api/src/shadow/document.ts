import { isEmpty, isObject, isSame, type Json, type JsonObject, member } from "./json.ts";

/** What one half of a shadow says, and when each leaf of it was said. Both have the same names. */
export interface Section {
  state: JsonObject;
  metadata: JsonObject;
}

export const SECTIONS = ["desired", "reported"] as const;
export type SectionName = (typeof SECTIONS)[number];

/** A shadow's two halves; one that says nothing is not there. */
export type Document = { readonly [Name in SectionName]?: Section };

/** A request's state: a null section is taken away, a missing one stays as it is. */
export type Patch = { readonly [Name in SectionName]?: JsonObject | null };

/** Seconds since 1970-01-01 UTC for each leaf; an array has one for each of its places. */
export function stampsOf(value: Json, nowS: number): Json {
  if (Array.isArray(value)) return value.map((part) => stampsOf(part, nowS));
  if (isObject(value)) return mapped(value, (part) => stampsOf(part, nowS));
  return { timestamp: nowS };
}

/** The document after a request: named members change, objects are merged, null takes away. `null` takes all away. */
export function merged(document: Document, patch: Patch | null, nowS: number): Document {
  if (patch === null) return {};
  const next: { [Name in SectionName]?: Section } = {};
  for (const name of SECTIONS) {
    const change = patch[name];
    if (change === null) continue;
    const before = document[name] ?? { state: {}, metadata: {} };
    const section = change === undefined ? before : mergedObject(before, change, nowS);
    if (!isEmpty(section.state)) next[name] = section;
  }
  return next;
}

function mergedObject(before: Section, patch: JsonObject, nowS: number): Section {
  const state = new Map(Object.entries(before.state));
  const metadata = new Map(Object.entries(before.metadata));
  for (const [name, change] of Object.entries(patch)) {
    const old = member(before.state, name);
    const oldStamps = member(before.metadata, name);
    const part =
      isObject(change) && isObject(old) && isObject(oldStamps)
        ? mergedObject({ state: old, metadata: oldStamps }, change, nowS)
        : entered(change, nowS);
    if (part === null) {
      state.delete(name);
      metadata.delete(name);
    } else {
      state.set(name, part.state);
      metadata.set(name, part.metadata);
    }
  }
  return { state: Object.fromEntries(state), metadata: Object.fromEntries(metadata) };
}

/** A value where no object stood: without the nulls of its objects. Null where nothing but nulls was said. */
function entered(value: Json, nowS: number): { state: Json; metadata: Json } | null {
  const state = withoutNulls(value);
  return state === undefined ? null : { state, metadata: stampsOf(state, nowS) };
}

function withoutNulls(value: Json): Json | undefined {
  if (value === null) return undefined;
  if (!isObject(value) || isEmpty(value)) return value;
  const parts = Object.entries(value).flatMap(([name, part]) => {
    const kept = withoutNulls(part);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/**
 * What is desired and not reported: whole where the reported has nothing, or something else; by member where both are objects.
 * Null where all that is desired is reported. The stamps are those of the desired.
 */
export function deltaOf({ desired, reported }: Document): Section | null {
  if (desired === undefined) return null;
  const delta = difference(desired, reported?.state ?? {});
  return isEmpty(delta.state) ? null : delta;
}

function difference(desired: Section, reported: JsonObject): Section {
  const state: [string, Json][] = [];
  const metadata: [string, Json][] = [];
  for (const [name, wanted] of Object.entries(desired.state)) {
    const told = member(reported, name);
    const stamps = member(desired.metadata, name) ?? {};
    if (told !== undefined && isSame(wanted, told)) continue;
    if (isObject(wanted) && isObject(told) && isObject(stamps)) {
      const inner = difference({ state: wanted, metadata: stamps }, told);
      if (isEmpty(inner.state)) continue;
      state.push([name, inner.state]);
      metadata.push([name, inner.metadata]);
    } else {
      state.push([name, wanted]);
      metadata.push([name, stamps]);
    }
  }
  return { state: Object.fromEntries(state), metadata: Object.fromEntries(metadata) };
}

/** One aspect of both halves, as it stands in messages. */
export const aspectOf = (document: Document, aspect: keyof Section): JsonObject =>
  Object.fromEntries(
    SECTIONS.flatMap((name) => {
      const section = document[name];
      return section === undefined ? [] : [[name, section[aspect]] as const];
    }),
  );

const mapped = (object: JsonObject, of: (part: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, part]) => [name, of(part)]));
