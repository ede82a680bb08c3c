import { fail, ok, type Result } from "../vocabulary/result.ts";
import type { Profile } from "./define-profile.ts";
import { parseProfile } from "./parse-profile.ts";

/** A file of a hospital's own profiles, as it was read. */
export interface ProfileFile {
  name: string;
  text: string;
}

/** A folder with more files than this is no folder of profiles: no hospital has so many kinds of devices. */
export const OWN_PROFILES_MAX = 500;
/** Characters in one file; the longest profile that is shipped has some 20,000 of them. */
const TEXT_CHARS_MAX = 1_000_000;

/**
 * The profiles that are shipped, and those that a hospital wrote itself. All files are sound, or none is taken.
 *
 * @returns the profiles by id, or one sentence that names the file, the place in it and the reason
 */
export function withOwnProfiles(
  shipped: ReadonlyMap<string, Profile>,
  files: readonly ProfileFile[],
): Result<ReadonlyMap<string, Profile>, string> {
  const all = new Map(shipped);
  const fileOf = new Map<string, string>();
  for (const { name, text } of files) {
    const at = (path: string, reason: string) => fail(`${name}${path === "" ? "" : ` at ${path}`}: ${reason}`);
    if (text.length > TEXT_CHARS_MAX) return at("", `is longer than ${TEXT_CHARS_MAX} characters`);
    const json = parsed(text);
    if (!json.ok) return at("", json.fault);
    const profile = parseProfile(json.value);
    if (!profile.ok) return at(profile.fault.path, profile.fault.reason);
    const { id } = profile.value;
    if (shipped.has(id)) return at("/id", `"${id}" is a profile that is shipped; give yours an id of its own`);
    const other = fileOf.get(id);
    if (other !== undefined) return at("/id", `"${id}" is taken by ${other}`);
    fileOf.set(id, name);
    all.set(id, profile.value);
  }
  return ok(all);
}

function parsed(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail("is not JSON");
  }
}
