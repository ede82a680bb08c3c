import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOG } from "@wardtwin/device-profiles/catalog";
import { OWN_PROFILES_MAX, withOwnProfiles } from "@wardtwin/device-profiles/profile/own-profiles";
import type { ProfileCore } from "@wardtwin/device-profiles/profile/profile";
import type { CloudConfig } from "./config.ts";
import { ConfigError } from "./platform/config-error.ts";

/** What the cloud knows of each profile, by id: those that are shipped, and those that the hospital wrote. */
export type Catalog = ReadonlyMap<string, ProfileCore>;

/**
 * Reads the hospital's own profiles once, at the start.
 * @throws ConfigError with one sentence that names the file, the place in it and the reason
 */
export function openCatalog({ path, chosen }: CloudConfig["profilesDir"]): Catalog {
  if (!chosen && !existsSync(path)) return CATALOG;
  const own = withOwnProfiles(CATALOG, filesIn(path));
  if (!own.ok) throw new ConfigError(own.fault);
  return own.value;
}

function filesIn(dir: string): { name: string; text: string }[] {
  try {
    const names = readdirSync(dir).filter((name) => name.endsWith(".json"));
    if (names.length > OWN_PROFILES_MAX) throw new ConfigError(`${dir} holds more than ${OWN_PROFILES_MAX} profiles.`);
    const files = names.toSorted().map((name) => join(dir, name));
    return files.map((name) => ({ name, text: readFileSync(name, "utf8") }));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new ConfigError(`${dir} cannot be read (${code}); PROFILES_DIR names the folder of your own profiles.`, {
      cause: error,
    });
  }
}
