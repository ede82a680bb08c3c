/** A value as JSON knows it (RFC 8259). */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The member of that name, and nothing that an object inherits: a device may call a setting `constructor`. */
export const member = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

export const isEmpty = (object: JsonObject): boolean => Object.keys(object).length === 0;

const encoder = new TextEncoder();
/** Bytes of a text in UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

/** Whether two values say the same: members in any order, arrays place by place, 1 and 1.0 alike. */
export function isSame(a: Json, b: Json): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((part, i) => isSame(part, b[i] ?? null));
  }
  if (!isObject(a)) return a === b;
  if (!isObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [left, right] = [member(a, name), member(b, name)];
    return left !== undefined && right !== undefined && isSame(left, right);
  });
}

/** A value with the way to it: the names of the objects around it, the outermost first. */
export interface Leaf {
  way: readonly string[];
  value: Json;
}

/** What is no object itself, in the order in which it stands; an object below `levelsMax` names counts as a value. */
export function leavesOf(object: JsonObject, levelsMax: number, way: readonly string[] = []): Leaf[] {
  return Object.entries(object).flatMap(([name, value]): Leaf[] => {
    const inner = [...way, name];
    return isObject(value) && inner.length < levelsMax ? leavesOf(value, levelsMax, inner) : [{ way: inner, value }];
  });
}

/** The value at the end of a way; undefined where there is none. */
export const valueAt = (object: JsonObject, way: readonly string[]): Json | undefined =>
  way.reduce<Json | undefined>((at, name) => (isObject(at) ? member(at, name) : undefined), object);

/** An object of leaves. Where two ways cross, the later one holds. */
export function treeOf(leaves: readonly Leaf[]): JsonObject {
  const inner = new Map<string, Leaf[]>();
  for (const { way, value } of leaves) {
    const [name, ...rest] = way;
    if (name !== undefined) inner.set(name, [...(inner.get(name) ?? []), { way: rest, value }]);
  }
  return Object.fromEntries(
    [...inner].map(([name, parts]) => {
      const last = parts.at(-1);
      return [name, last !== undefined && last.way.length === 0 ? last.value : treeOf(parts)];
    }),
  );
}

/** An object after a change: named members change, objects are merged, null takes away (RFC 7396). */
export function mergedWith(object: JsonObject, change: JsonObject): JsonObject {
  const members = new Map(Object.entries(object));
  for (const [name, value] of Object.entries(change)) {
    const before = member(object, name);
    if (value === null) members.delete(name);
    else members.set(name, isObject(value) ? mergedWith(isObject(before) ? before : {}, value) : value);
  }
  return Object.fromEntries(members);
}

/** The least change that makes one object of another; empty where they say the same. */
export function changeBetween(before: JsonObject, after: JsonObject): JsonObject {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const changes = Object.entries(after).flatMap(([name, value]): [string, Json][] => {
    const old = member(before, name);
    if (old !== undefined && isSame(old, value)) return [];
    if (!isObject(value) || !isObject(old)) return [[name, value]];
    return [[name, changeBetween(old, value)]];
  });
  return Object.fromEntries([...changes, ...gone.map((name): [string, Json] => [name, null])]);
}
