import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";

/** A value as JSON knows it (RFC 8259). */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The member of that name, and nothing that an object inherits: a device may call a setting `constructor`. */
export const member = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

export const isEmpty = (object: JsonObject): boolean => Object.keys(object).length === 0;

/** Bytes of a text in UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

/**
 * Reads a JSON text. A number beyond a double would become null when it is written again, so it is no JSON for us.
 * @returns the value, or `encoding` where the bytes are not UTF-8, or `json` where the text is none
 */
export function parseJson(bytes: Uint8Array): Result<Json, "encoding" | "json"> {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return fail("encoding");
  }
  try {
    const value: Json = JSON.parse(text, (_key, part: unknown) => {
      if (typeof part === "number" && !Number.isFinite(part)) throw new RangeError("beyond a double");
      return part;
    });
    return ok(value);
  } catch {
    return fail("json");
  }
}

/** Whether something stands deeper than `levelsMax` names or places below `value`. Looks no deeper than that. */
export const isDeeperThan = (value: Json, levelsMax: number): boolean => {
  if (typeof value !== "object" || value === null) return false;
  const parts = Array.isArray(value) ? value : Object.values(value);
  return parts.length > 0 && (levelsMax === 0 || parts.some((part) => isDeeperThan(part, levelsMax - 1)));
};

/** Whether a null stands in `value` or in anything below it. `value` is not deeper than a request may be. */
export const holdsNull = (value: Json): boolean =>
  value === null || (typeof value === "object" && Object.values(value).some((part: Json) => holdsNull(part)));

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
