import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Device, LineReader, Outcome } from "./device.ts";
import { nextPoll, type PlannedPoll, planOf, rescheduled } from "./poll-plan.ts";

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
  line: Line,
  { clock, random }: { clock: Clock; random: Random },
  onOutcome: (outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<void> {
  const chance = () => random.unit();
  const byUnit = new Map(line.devices.map((device) => [device.unit, device]));
  const polls = line.devices.flatMap(({ unit, profile }) =>
    Object.entries(profile.polls).map(([poll, { everyMs }]) => ({ unit, poll, everyMs })),
  );
  let plan = planOf(polls, clock.monoMs(), chance);
  while (!signal.aborted) {
    const next = nextPoll(plan, clock.monoMs());
    const device = next === null ? undefined : byUnit.get(next.unit);
    if (next === null || device === undefined) return;
    if (!(await slept(Math.max(0, next.dueMs - clock.monoMs()), signal))) return;
    const result = await line.reader.read(next.unit, next.poll);
    const atMonoMs = clock.monoMs();
    if (signal.aborted) return;
    if (result !== null) onOutcome({ device, poll: next.poll, atMonoMs, result });
    plan = replaced(plan, next, rescheduled(next, keepsRhythm(line.reader, result), atMonoMs, chance));
    if (!(await slept(GAP_MS, signal))) return;
  }
}

/**
 * An empty place answers at once and keeps its rhythm, so that whoever is put there is found at once too; and who is only
 * listened to is heard again as soon as it speaks.
 */
const keepsRhythm = (reader: LineReader, result: Awaited<ReturnType<LineReader["read"]>>): boolean =>
  reader.isListening === true || result === null || result.ok || result.fault === "codec.vacant";

const replaced = (plan: readonly PlannedPoll[], old: PlannedPoll, next: PlannedPoll): PlannedPoll[] =>
  plan.map((poll) => (poll === old ? next : poll));

/** False when the wait was cut short because the line is to stop. */
function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const cutShort = () => resolve();
  signal.addEventListener("abort", cutShort, { once: true });
  if (signal.aborted) resolve();
  return promise.then(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", cutShort);
    return !signal.aborted;
  });
}
