import { SHADOW_BYTES_MAX } from "@wardtwin/device-profiles/twin-document/configuration";
import { bytesOf, type JsonObject, type Leaf, treeOf } from "@wardtwin/device-profiles/vocabulary/json";
import type { Judged } from "./judge.ts";

export interface Facts {
  agentVersion: string;
  /** By the id of a line: the day on which its credentials were set at this gateway, YYYY-MM-DD. */
  credentialsSetOn: ReadonlyMap<string, string>;
}

/** For what a shadow counts beyond the members that are added here one by one. */
const MARGIN_BYTES = 256;

/**
 * What the gateway says of itself: which wish it has judged, what is in force of it, what it refused and why, and when
 * credentials were set. Where all of that does not fit beside the wish, the last of it is left out.
 */
export function reportOf(judged: Judged, desired: JsonObject, { agentVersion, credentialsSetOn }: Facts): JsonObject {
  const { revision, batchEveryMs, lines, taken, refused } = judged;
  const revisions = new Map([...lines.values()].map(({ profile }) => [profile.id, profile.revision]));
  const leaves: Leaf[] = [
    { way: ["agentVersion"], value: agentVersion },
    ...(revision === null ? [] : [{ way: ["revision"], value: revision }]),
    { way: ["batchEveryMs"], value: batchEveryMs },
    ...taken.filter(({ way }) => way[0] === "lines"),
    ...[...revisions].map(([id, value]) => ({ way: ["profileRevisions", id], value })),
    ...refused.map(({ at, reason }) => ({ way: ["refused", at], value: reason })),
    ...[...credentialsSetOn].map(([line, day]) => ({ way: ["credentials", line], value: day })),
  ];
  let room = SHADOW_BYTES_MAX - MARGIN_BYTES - bytesOf(JSON.stringify(desired));
  return treeOf(
    leaves.filter((leaf) => {
      // Each as if it stood alone, which is never less than what it adds.
      const bytes = bytesOf(JSON.stringify(treeOf([leaf])));
      if (bytes > room) return false;
      room -= bytes;
      return true;
    }),
  );
}
