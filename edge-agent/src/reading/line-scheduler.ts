import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Device, LineReader, Outcome } from "./device.ts";
import { pausing } from "./pausing.ts";
import { type Attempt, PollPlan } from "./poll-plan.ts";

/** Pause between two requests on one line, ms: many devices drop a request that follows a reply too closely. */
const GAP_MS = 20;

export interface Line {
  id: string;
  devices: readonly Device[];
  reader: LineReader;
}

/**
 * Polls one line until it is told to stop: one request in flight, a gap after each, and a dead unit asked ever more rarely.
 * Every attempt, good or bad, is told to `onOutcome`.
 */
export async function runLine(
  { devices, reader }: Line,
  { clock, random }: { clock: Clock; random: Random },
  onOutcome: (outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<void> {
  const byUnit = new Map(devices.map((device) => [device.unit, device]));
  const polls = devices.flatMap(({ unit, profile }) =>
    Object.entries(profile.polls).map(([poll, { everyMs, priority = 0 }]) => ({ unit, poll, everyMs, priority })),
  );
  const plan = new PollPlan(polls, clock.monoMs(), () => random.unit());
  const paused = pausing(signal);
  const gapMs = reader.gapMs ?? GAP_MS;
  while (!signal.aborted) {
    const next = plan.next(clock.monoMs());
    const device = next === null ? undefined : byUnit.get(next.unit);
    if (next === null || device === undefined) return;
    if (!(await paused(next.turnMs - clock.monoMs()))) return;
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
