import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Device, LineReader, Outcome } from "./device.ts";
import { pausing } from "./pausing.ts";
import { type Attempt, PollPlan } from "./poll-plan.ts";

/** Pause between two requests on one line, ms: many devices drop a request that follows a reply too closely. */
const GAP_MS = 20;

/** How long a line sleeps at most before it looks whether it is asked at another pace, ms. */
const LOOK_EVERY_MS = 1_000;

/** Intervals of polls, ms, where they are not the profile's own; another map is another pace. */
export interface Pace {
  everyMs: ReadonlyMap<string, number>;
}

export interface Line {
  id: string;
  devices: readonly Device[];
  reader: LineReader;
  pace?: Pace;
}

/**
 * Polls one line until it is told to stop: one request in flight, a gap after each, and a dead unit asked ever more rarely.
 * Every attempt, good or bad, is told to `onOutcome`.
 */
export async function runLine(
  { devices, reader, pace = { everyMs: new Map() } }: Line,
  { clock, random }: { clock: Clock; random: Random },
  onOutcome: (outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<void> {
  const byUnit = new Map(devices.map((device) => [device.unit, device]));
  const polls = devices.flatMap(({ unit, profile }) =>
    Object.entries(profile.polls).map(([poll, { everyMs, priority = 0 }]) => ({ unit, poll, everyMs, priority })),
  );
  const own = new Map(polls.map(({ poll, everyMs }) => [poll, everyMs]));
  const paced = (poll: string) => pace.everyMs.get(poll) ?? own.get(poll) ?? 0;
  let seen = pace.everyMs;
  const pacedPolls = polls.map((each) => ({ ...each, everyMs: paced(each.poll) }));
  const plan = new PollPlan(pacedPolls, clock.monoMs(), () => random.unit());
  const paused = pausing(signal);
  const gapMs = reader.gapMs ?? GAP_MS;
  while (!signal.aborted) {
    if (seen !== pace.everyMs) plan.pace(paced);
    seen = pace.everyMs;
    const next = plan.next(clock.monoMs());
    const device = next === null ? undefined : byUnit.get(next.unit);
    if (next === null || device === undefined) return;
    const waitMs = next.turnMs - clock.monoMs();
    if (!(await paused(Math.min(waitMs, LOOK_EVERY_MS)))) return;
    if (waitMs > LOOK_EVERY_MS) continue;
    const startedMs = clock.monoMs();
    const result = await reader.read(next.unit, next.poll);
    const nowMs = clock.monoMs();
    if (signal.aborted) return;
    if (result !== null) onOutcome({ device, poll: next.poll, atMonoMs: nowMs, result });
    plan.ended(next, attemptOf(reader, result), { startedMs, nowMs });
    if (!(await paused(gapMs))) return;
  }
}

/**
 * An empty place answers at once and keeps its rhythm, so that whoever is put there is found at once too; and who is only
 * listened to is heard again as soon as it speaks. Of the faults of a line all but an exception leave it open whether
 * anybody is there.
 */
function attemptOf(reader: LineReader, result: Awaited<ReturnType<LineReader["read"]>>): Attempt {
  if (reader.isListening === true || result === null || result.ok || result.fault === "codec.vacant") return "answered";
  return result.fault.startsWith("link.") && result.fault !== "link.exception" ? "silent" : "refused";
}
