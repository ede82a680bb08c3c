import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { POLL_FLOOR_MS } from "@wardtwin/device-profiles/profile/laws";
import {
  BatchEveryMs,
  PollEveryMs,
  ProfileRevision,
  pointerOf,
  Revision,
} from "@wardtwin/device-profiles/twin-document/configuration";
import { type JsonObject, type Leaf, leavesOf, member } from "@wardtwin/device-profiles/vocabulary/json";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import Value from "typebox/value";
import type { AgentSettings, LineSettings } from "../config.ts";

/** A line as a wish may change it: by what it is read, and how often, ms, where that is not the profile's own time. */
export interface LineInForce {
  profile: Profile;
  everyMs: ReadonlyMap<string, number>;
}

/** What a wish came to. */
export interface Judged {
  /** The number of the wish; null where it has none. */
  revision: number | null;
  batchEveryMs: number;
  lines: ReadonlyMap<string, LineInForce>;
  /** The wishes that were taken, as they were said. */
  taken: readonly Leaf[];
  refused: readonly { at: string; reason: string }[];
}

/** What a wish may use: the profile of an id as the gateway has it now, and whether a line can be read by it. */
export interface Means {
  profile(id: string): Result<Profile, string>;
  whyUnread(line: LineSettings, profile: Profile): string | null;
}

type Verdict = Result<null, string>;

/** No place of a wish is deeper than lines, line, everyMs, poll; what is, is one value that nobody takes. */
const LEVELS_MAX = 5;
/** Of a name that somebody else chose, a sentence shows so many characters. */
const SHOWN_CHARACTERS_MAX = 64;
const REASON_CHARACTERS_MAX = 300;

/**
 * Judges a wish place by place: what is taken comes into force, all else is refused with a sentence and leaves what there is
 * as it is. A wish chooses among what the gateway has: the polls of a profile, a time that is neither shorter than the
 * profile's own nor so long that values go stale, and profiles that lie in its own folder. There is no place for a request.
 *
 * @param settings the gateway's own, with the profiles that its lines are read by at this moment
 */
export function applied(settings: AgentSettings, desired: JsonObject, means: Means): Judged {
  const lines = new Map(settings.lines.map((line) => [line.id, { profile: line.profile, everyMs: new Map() }]));
  const force: Force = { batchEveryMs: settings.batchEveryMs, lines };
  const taken: Leaf[] = [];
  const refused: { at: string; reason: string }[] = [];
  // A cadence is judged by the profile that it will be asked by.
  const wishes = leavesOf(desired, LEVELS_MAX).filter(({ way }) => way[0] !== "revision");
  for (const wish of wishes.toSorted((a, b) => Number(isOfProfile(b)) - Number(isOfProfile(a)))) {
    const verdict = judged(wish, force, settings, means);
    if (verdict.ok) taken.push(wish);
    else refused.push({ at: pointerOf(wish.way), reason: verdict.fault.slice(0, REASON_CHARACTERS_MAX) });
  }
  const revision = member(desired, "revision");
  return { ...force, revision: Value.Check(Revision, revision) ? revision : null, taken, refused };
}

interface Force {
  batchEveryMs: number;
  lines: Map<string, { profile: Profile; everyMs: Map<string, number> }>;
}

const isOfProfile = ({ way }: Leaf): boolean => way[0] === "profileRevisions";

function judged({ way, value }: Leaf, force: Force, settings: AgentSettings, means: Means): Verdict {
  const [first, second = "", third, fourth = "", ...rest] = way;
  if (first === "batchEveryMs" && way.length === 1) return batch(value, force);
  if (first === "profileRevisions" && way.length === 2) return profileRevision(second, value, force, settings, means);
  const isCadence = first === "lines" && third === "everyMs" && way.length === 4 && rest.length === 0;
  if (isCadence) return cadence({ line: second, poll: fourth }, value, force);
  return fail("This is no setting that a gateway of this version knows.");
}

function batch(value: unknown, force: Force): Verdict {
  if (!Value.Check(BatchEveryMs, value)) return fail("Batches are sent every 100 to 60000 ms, in whole ms.");
  force.batchEveryMs = value;
  return ok(null);
}

function cadence({ line, poll }: { line: string; poll: string }, value: unknown, { lines }: Force): Verdict {
  const inForce = lines.get(line);
  if (inForce === undefined) return fail(`This gateway has no line ${shown(line)}.`);
  const { id, polls } = inForce.profile;
  const own = Object.hasOwn(polls, poll) ? polls[poll] : undefined;
  if (own === undefined) return fail(`The profile ${id} has no poll ${shown(poll)}.`);
  const least = Math.max(POLL_FLOOR_MS, own.everyMs);
  // Two polls before a value is stale is the law that profiles keep, too.
  const most = Math.max(least, Math.floor(own.staleAfterMs / 2));
  if (!Value.Check(PollEveryMs, value) || value < least || value > most) {
    return fail(`${id} lets ${poll} be asked every ${least} to ${most} ms, in whole ms.`);
  }
  inForce.everyMs.set(poll, value);
  return ok(null);
}

function profileRevision(id: string, value: unknown, { lines }: Force, settings: AgentSettings, means: Means): Verdict {
  const readBy = settings.lines.filter(({ profile }) => profile.id === id);
  const [first] = readBy;
  if (first === undefined) return fail(`No line of this gateway is read by ${shown(id)}.`);
  if (!Value.Check(ProfileRevision, value)) return fail("A revision is a whole number from 1 to 1000000.");
  const running = first.profile.revision;
  if (value === running) return ok(null);
  const found = means.profile(id);
  if (!found.ok) return fail(`Revision ${running} goes on: ${found.fault}.`);
  const profile = found.value;
  if (profile.revision !== value) {
    const has = profile.revision === running ? "no other" : `revision ${profile.revision}`;
    return fail(`Revision ${running} of ${id} goes on: the gateway has ${has}; put revision ${value} into its folder.`);
  }
  for (const line of readBy) {
    const why = means.whyUnread(line, profile);
    if (why !== null) return fail(`Revision ${running} of ${id} goes on: line ${shown(line.id)} ${why}.`);
  }
  for (const { id: line } of readBy) lines.set(line, { profile, everyMs: new Map() });
  return ok(null);
}

const CONTROL = /\p{Cc}/gu;
const shown = (name: string): string => `"${name.replaceAll(CONTROL, "?").slice(0, SHOWN_CHARACTERS_MAX)}"`;
