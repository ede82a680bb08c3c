import { CATALOG } from "@wardtwin/device-profiles/catalog";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { type Catalog, catalogWith } from "../own-profiles.ts";
import { CommandError, EXIT } from "./command-error.ts";

/** The shipped profiles, and a hospital's own where a folder is named. @throws CommandError */
export function knownProfiles(profilesDir: string | undefined): Catalog {
  if (profilesDir === undefined) return CATALOG;
  const catalog = catalogWith(profilesDir);
  if (!catalog.ok) throw new CommandError(EXIT.config, catalog.fault);
  return catalog.value;
}

/** @throws CommandError where no profile has this id */
export function knownProfile(id: string, profilesDir: string | undefined): Profile {
  const profile = knownProfiles(profilesDir).get(id);
  if (profile === undefined) {
    throw new CommandError(EXIT.usage, `no profile "${id}" is known; "wardtwin-agent profiles" lists those that are`);
  }
  return profile;
}
