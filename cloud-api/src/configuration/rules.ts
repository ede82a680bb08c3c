import {
  GatewaySettings,
  ProfileRevision,
  pointerOf,
  Revision,
  WISH_BYTES_MAX,
} from "@wardtwin/device-profiles/twin-document/configuration";
import {
  bytesOf,
  changeBetween,
  isObject,
  isSame,
  type Json,
  type JsonObject,
  type Leaf,
  leavesOf,
  member,
  treeOf,
  valueAt,
} from "@wardtwin/device-profiles/vocabulary/json";
import Value from "typebox/value";
import type { GatewayConfiguration, Wish, WishedConfiguration } from "./schema.ts";

/** A shadow as its service tells it: what it says, and when each leaf of it was said, in seconds since 1970-01-01 UTC. */
export interface ToldShadow {
  version: number;
  state: JsonObject;
  metadata: JsonObject;
}

/** What a wish can be at most as deep: lines, line, everyMs, poll. */
const LEVELS_MAX = 5;
const UNTOLD = "The gateway did not take it; its log says why.";

/** What is wished of a gateway, and what it has made of that. @param told null where there is no shadow yet */
export function configurationOf(gateway: string, told: ToldShadow | null): GatewayConfiguration {
  const desired = partOf(told?.state, "desired");
  const reported = partOf(told?.state, "reported");
  const metadata = told?.metadata ?? {};
  const revision = revisionIn(desired);
  const isJudged = revision === revisionIn(reported);
  const known = leavesOf(desired, LEVELS_MAX).filter(({ way }) => way[0] !== "revision");
  const wishes = [
    ...known.map((leaf) => wishOf(leaf, { reported, metadata, isJudged })),
    ...(isJudged ? [] : withdrawn(desired, reported, metadata)),
  ];
  const agentVersion = member(reported, "agentVersion");
  return {
    gateway,
    revision,
    settings: settingsIn(known),
    ...summaryOf(wishes, isJudged, metadata),
    wishes,
    agentVersion: typeof agentVersion === "string" ? agentVersion : null,
    profileRevisions: Object.fromEntries(
      Object.entries(partOf(reported, "profileRevisions")).flatMap(([id, value]) =>
        Value.Check(ProfileRevision, value) ? [[id, value]] : [],
      ),
    ),
    credentials: Object.entries(partOf(reported, "credentials")).flatMap(([line, setOn]) =>
      typeof setOn === "string" ? [{ line, setOn }] : [],
    ),
  };
}

/** A gateway that is away has judged nothing: what differs then is pending, and refused only where it has said so of this wish. */
function wishOf({ way, value }: Leaf, shadow: { reported: JsonObject; metadata: JsonObject; isJudged: boolean }): Wish {
  const at = pointerOf(way);
  const { reported, metadata, isJudged } = shadow;
  const inForce = valueAt(reported, way);
  const common = { at, wanted: numberOr(value), inForce: numberOr(inForce) };
  if (inForce !== undefined && isSame(value, inForce)) {
    return { ...common, state: "applied", since: saidAt(metadata, ["reported", ...way]), reason: null };
  }
  if (!isJudged) return { ...common, state: "pending", since: saidAt(metadata, ["desired", ...way]), reason: null };
  const reason = valueAt(reported, ["refused", at]);
  const since = saidAt(metadata, ["reported", "refused", at]) ?? saidAt(metadata, ["reported", "revision"]);
  return { ...common, state: "refused", since, reason: typeof reason === "string" ? reason : UNTOLD };
}

/** Cadences that a gateway still keeps though nobody wishes for them any more. */
function withdrawn(desired: JsonObject, reported: JsonObject, metadata: JsonObject): Wish[] {
  const since = saidAt(metadata, ["desired", "revision"]);
  return leavesOf(partOf(reported, "lines"), LEVELS_MAX, ["lines"])
    .filter(({ way }) => valueAt(desired, way) === undefined)
    .map(({ way, value }) => ({
      at: pointerOf(way),
      wanted: null,
      inForce: numberOr(value),
      state: "pending",
      since,
      reason: null,
    }));
}

function summaryOf(
  wishes: readonly Wish[],
  isJudged: boolean,
  metadata: JsonObject,
): Pick<GatewayConfiguration, "state" | "since"> {
  const is = (state: Wish["state"]) => wishes.some((wish) => wish.state === state);
  const ofWish = saidAt(metadata, ["desired", "revision"]);
  const oldest = wishes.flatMap(({ state, since }) => (state === "pending" && since !== null ? [since] : [])).sort()[0];
  if (!isJudged) return { state: "pending", since: oldest ?? ofWish };
  const since = saidAt(metadata, ["reported", "revision"]);
  if (is("refused")) return { state: "refused", since };
  return is("applied") ? { state: "applied", since } : { state: "none", since: null };
}

/** The wishes that are settings; whatever else another client of the shadow wrote is listed, and is none. */
function settingsIn(wishes: readonly Leaf[]): GatewaySettings {
  const sound = wishes.filter((wish) => Value.Check(GatewaySettings, treeOf([wish])));
  const settings = treeOf(sound);
  return Value.Check(GatewaySettings, settings) ? settings : {};
}

/** Why a wish cannot be sent as it is, for the end of a sentence; null where it can. */
export function wishFault({ settings }: WishedConfiguration): string | null {
  const bytes = bytesOf(JSON.stringify(settings));
  return bytes > WISH_BYTES_MAX ? `it has ${bytes} bytes, and at most ${WISH_BYTES_MAX} fit` : null;
}

/** The change of a shadow's desired half that makes it this wish, under the next revision. */
export function wishChange(told: ToldShadow | null, { revision, settings }: WishedConfiguration): JsonObject {
  const { revision: _, ...before } = partOf(told?.state, "desired");
  const after: JsonObject = JSON.parse(JSON.stringify(settings));
  return { ...changeBetween(before, treeOf(leavesOf(after, LEVELS_MAX))), revision: revision + 1 };
}

export const revisionOf = (told: ToldShadow | null): number => revisionIn(partOf(told?.state, "desired"));

const revisionIn = (half: JsonObject): number => {
  const revision = member(half, "revision");
  return Value.Check(Revision, revision) ? revision : 0;
};
const partOf = (object: JsonObject | undefined, name: string): JsonObject => {
  const part = object === undefined ? undefined : member(object, name);
  return isObject(part) ? part : {};
};
const numberOr = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);
const saidAt = (metadata: JsonObject, way: readonly string[]): string | null => {
  const seconds = valueAt(metadata, [...way, "timestamp"]);
  return typeof seconds === "number" ? new Date(seconds * 1_000).toISOString() : null;
};
