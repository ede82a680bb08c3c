import type { Availability, ClassCount } from "../api/types.ts";
import { strings } from "../strings/strings.ts";

/** The order in which the five columns stand everywhere. */
export const AVAILABILITY_ORDER = [
  "in-use",
  "ready",
  "to-verify",
  "blocked",
  "unknown",
] as const satisfies Availability[];

export const countsOf = (count: ClassCount): Record<Availability, number> => ({
  "in-use": count.inUse,
  ready: count.ready,
  "to-verify": count.toVerify,
  blocked: count.blocked,
  unknown: count.unknown,
});

/** "6 ventilators: 3 in use, 2 ready, 1 blocked" */
export function barWords(count: ClassCount): string {
  const counts = countsOf(count);
  const parts = AVAILABILITY_ORDER.filter((state) => counts[state] > 0).map((state) =>
    strings.map.barPart(counts[state], strings.words.availability[state]),
  );
  return strings.map.bar(count.have, count.kind, parts);
}
