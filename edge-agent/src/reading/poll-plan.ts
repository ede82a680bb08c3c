import { POLL_FLOOR_MS } from "@wardtwin/device-profiles/profile/laws";

/** One poll of one unit, and when it is due next. Times are monotonic ms. */
export interface PlannedPoll {
  unit: string;
  poll: string;
  everyMs: number;
  dueMs: number;
  /** Failed attempts in a row. */
  failures: number;
}

/** A unit that stays dead is asked no less often than this, so that it is found again. */
const BACK_OFF_MAX_MS = 60_000;
/** So many attempts after the first two come at no more than three intervals, so that a short absence ends quickly. */
const EAGER_ATTEMPTS = 12;
/** Back-offs are spread by this share, so that units which died together do not all wait for the same instant. */
const JITTER = 0.1;

/** Lays out a line's polls; each begins somewhere within its first interval, so that a ward does not poll in step. */
export function planOf(
  polls: readonly { unit: string; poll: string; everyMs: number }[],
  nowMs: number,
  chance: () => number,
): PlannedPoll[] {
  return polls.map(({ unit, poll, everyMs }) => {
    // No profile and no setting makes a line faster than the floor.
    const floored = Math.max(POLL_FLOOR_MS, everyMs);
    return { unit, poll, everyMs: floored, dueMs: nowMs + Math.floor(chance() * floored), failures: 0 };
  });
}

/** The poll to run next: of those due, one that last answered goes before one that did not; then the longest due. */
export function nextPoll(plan: readonly PlannedPoll[], nowMs: number): PlannedPoll | null {
  const due = plan.filter((poll) => poll.dueMs <= nowMs);
  const candidates = due.length > 0 ? due : plan;
  return candidates.reduce<PlannedPoll | null>(
    (best, poll) => (best === null || before(poll, best, due) ? poll : best),
    null,
  );
}

function before(one: PlannedPoll, other: PlannedPoll, due: readonly PlannedPoll[]): boolean {
  if (due.length > 0 && one.failures > 0 !== other.failures > 0) return one.failures === 0;
  return one.dueMs < other.dueMs;
}

/** When a poll is due again after an attempt that was due at `dueMs` and ended at `nowMs`. */
export function rescheduled(poll: PlannedPoll, answered: boolean, nowMs: number, chance: () => number): PlannedPoll {
  const failures = answered ? 0 : poll.failures + 1;
  // A line that lags behind skips what it missed and keeps its rhythm.
  const missed = Math.max(0, Math.floor((nowMs - poll.dueMs) / poll.everyMs));
  const inRhythm = poll.dueMs + (missed + 1) * poll.everyMs;
  // The second attempt keeps the rhythm too: two failures in a row are needed before a device counts as gone.
  if (failures < 2) return { ...poll, failures, dueMs: inRhythm };
  return { ...poll, failures, dueMs: nowMs + backOffMs(poll.everyMs, failures, chance) };
}

/** 1, 2, then 3 intervals while the loss is young; later doubling up to a minute. */
function backOffMs(everyMs: number, failures: number, chance: () => number): number {
  const eager = Math.min(failures - 1, 3) * everyMs;
  const late = Math.max(0, failures - 2 - EAGER_ATTEMPTS);
  const pauseMs = Math.min(Math.max(BACK_OFF_MAX_MS, everyMs), eager * 2 ** Math.min(late, 10));
  return Math.round(pauseMs * (1 - JITTER * chance()));
}
