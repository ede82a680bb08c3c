import type { FirmwareRange } from "./profile.ts";

/** `unverified`: the profile was not written for this version, or cannot know that it was. */
export type FirmwareVerdict = "verified" | "unverified" | "not-told";

/**
 * Whether a profile holds for a version of a device's software.
 *
 * @param firmware as the wire tells it, else as the registry has it; undefined where nobody does
 */
export function firmwareVerdict(range: FirmwareRange, firmware: string | undefined): FirmwareVerdict {
  if (firmware === undefined) return range.onWire ? "unverified" : "not-told";
  if (range.from !== null && compareVersions(firmware, range.from) < 0) return "unverified";
  if (range.to !== null && compareVersions(firmware, range.to) > 0) return "unverified";
  return "verified";
}

/**
 * Orders two versions by their numbers from left to right ("2.9" before "2.10"); letters between them part them, and a
 * version that goes on after the other is the later one, save that an upper end like "2.1" takes in "2.1.7".
 */
export function compareVersions(one: string, other: string): number {
  const [ours, theirs] = [numbersOf(one), numbersOf(other)];
  for (let at = 0; at < theirs.length; at++) {
    const difference = (ours[at] ?? 0) - (theirs[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

const numbersOf = (version: string): number[] => (version.match(/\d+/g) ?? []).map(Number);
