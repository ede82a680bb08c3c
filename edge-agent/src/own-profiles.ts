import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { OWN_PROFILES_MAX, withOwnProfiles } from "@wardtwin/device-profiles/profile/own-profiles";
import { fail, type Result } from "@wardtwin/device-profiles/vocabulary/result";

/** Profiles by their ids. */
export type Catalog = ReadonlyMap<string, Profile>;

/** What is shipped, and the JSON files of a hospital's own folder; a fault is one sentence that names the file and the place. */
export function catalogWith(dir: string): Result<Catalog, string> {
  try {
    const names = readdirSync(dir).filter((name) => name.endsWith(".json"));
    if (names.length > OWN_PROFILES_MAX) return fail(`${dir} holds more than ${OWN_PROFILES_MAX} profiles`);
    const files = names.toSorted().map((name) => join(dir, name));
    return withOwnProfiles(
      CATALOG,
      files.map((name) => ({ name, text: readFileSync(name, "utf8") })),
    );
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return fail(`${dir} cannot be read (${code})`);
  }
}
