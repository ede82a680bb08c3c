import type { Json } from "@wardtwin/device-profiles/vocabulary/json";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";

export {
  bytesOf,
  isEmpty,
  isObject,
  isSame,
  type Json,
  type JsonObject,
  member,
} from "@wardtwin/device-profiles/vocabulary/json";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
