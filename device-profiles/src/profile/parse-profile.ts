import Value from "typebox/value";
import { fail, ok, type Result } from "../vocabulary/result.ts";
import { isProtocolName, PROFILE_SCHEMAS, PROTOCOL_NAMES, type Profile } from "./define-profile.ts";
import { brokenLaws } from "./laws.ts";

/** What is wrong with a profile: where in it, as a JSON pointer, and why. */
export interface ProfileFault {
  path: string;
  reason: string;
}

/**
 * Reads a profile that a hospital wrote, as parsed JSON: the same grammar and the same laws as for those that are shipped.
 * The first thing that is wrong is told; a metric or unit that is not known is refused and never guessed.
 */
export function parseProfile(value: unknown): Result<Profile, ProfileFault> {
  if (typeof value !== "object" || value === null) return fail({ path: "", reason: "must be an object" });
  const protocol: unknown = "protocol" in value ? value.protocol : undefined;
  if (!isProtocolName(protocol)) {
    return fail({ path: "/protocol", reason: `must be one of ${PROTOCOL_NAMES.join(", ")}` });
  }
  const schema = PROFILE_SCHEMAS[protocol];
  if (!Value.Check(schema, value)) return fail(firstFault(schema, value));
  const [broken] = brokenLaws(value);
  return broken === undefined ? ok(value) : fail({ path: "", reason: broken });
}

function firstFault(schema: (typeof PROFILE_SCHEMAS)[keyof typeof PROFILE_SCHEMAS], value: unknown): ProfileFault {
  const errors = [...Value.Errors(schema, value)];
  // Of the branches of a choice each tells its own fault; the deepest one is about the branch that was meant.
  const deepest = errors.reduce<(typeof errors)[number] | undefined>(
    (best, error) => (best === undefined || depth(error.instancePath) > depth(best.instancePath) ? error : best),
    undefined,
  );
  if (deepest === undefined) return { path: "", reason: "is not as it should be" };
  // A key that the grammar does not know is told as a schema that nothing satisfies.
  const reason = deepest.keyword === "boolean" ? "is no key that the grammar knows" : deepest.message;
  return { path: deepest.instancePath, reason };
}

const depth = (pointer: string): number => pointer.split("/").length;
