/** What tabs and the owner of the stream say to each other over a MessagePort. */
import type { Topic } from "./topics.ts";

/**
 * `live`: bytes arrived lately. `connecting`: a first try or a retry is under way. `refused`: the session is over, and
 * only a new sign-in helps. `idle`: nobody wants anything.
 */
export type Phase = "idle" | "connecting" | "live" | "refused";

export interface LiveStatus {
  phase: Phase;
  /** Local clock, ms: when the stream was last heard, heartbeats included. Null before the first time. */
  heardAtMs: number | null;
  /** Server clock less the local one, from the stream's greeting; 0 before the first. */
  serverOffsetMs: number;
}

export type TabMessage =
  /** The whole wish of a tab; sent on every change and repeated, so that an owner that forgot the tab takes it back. */
  | { type: "want"; user: string; topics: Topic[] }
  /** The tab woke up or its network came back: do not wait for the back-off to end. */
  | { type: "nudge" }
  | { type: "bye" };

export type OwnerMessage = { type: "event"; topic: Topic; data: unknown } | { type: "status"; status: LiveStatus };

/** How often a tab repeats its wish. */
export const WANT_EVERY_MS = 20_000;
/** A tab unheard for this long is gone. Browsers slow the timers of hidden tabs to one a minute, so this is more than two. */
export const TAB_SILENT_MAX_MS = 150_000;
