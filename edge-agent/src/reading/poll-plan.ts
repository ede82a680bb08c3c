import { POLL_FLOOR_MS } from "@wardtwin/device-profiles/profile/laws";

/** One poll of one unit as its profile wants it. Of those due, the lowest priority number goes first. */
export interface Poll {
  unit: string;
  poll: string;
  everyMs: number;
  priority: number;
}

/**
 * What an attempt came to: `answered` as it should be; `refused` somebody spoke, but not so that the poll has its values;
 * `silent` nobody did.
 */
export type Attempt = "answered" | "refused" | "silent";

/** A poll in a plan. Times are monotonic ms. */
export interface PlannedPoll extends Readonly<Omit<Poll, "everyMs">> {
  everyMs: number;
  /** When it may be asked. */
  turnMs: number;
  /** When it would be, were there no floor and the unit not held. */
  dueMs: number;
  startedMs: number;
  /** Failed attempts in a row. */
  failures: number;
  readonly of: PlannedUnit;
}

/** A unit, and what its silence says about all its polls. */
interface PlannedUnit {
  /** The interval of its quickest poll. */
  everyMs: number;
  polls: PlannedPoll[];
  /** Silent attempts in a row, whichever polls they were. */
  silences: number;
  /** Not asked at all before this. */
  heldUntilMs: number;
}

/** A unit that stays dead is asked no less often than this, so that it is found again. */
const BACK_OFF_MAX_MS = 60_000;
/** So many attempts after the first two come at no more than three intervals, so that a short absence ends quickly. */
const EAGER_ATTEMPTS = 12;
/** From so many silences in a row on a unit counts as gone, and every poll of it waits for the same sign of life. */
const GONE_FROM_SILENCES = 2;
/** Back-offs are spread by this share, so that units which died together do not all wait for the same instant. */
const JITTER = 0.1;
/** On a line that is never idle, one attempt in so many is left to who last failed, so that a return is noticed. */
const LIVE_IN_A_ROW_MAX = 20;

/** When what is due on a line is asked. It neither sends nor reads a clock. */
export class PollPlan {
  readonly #polls: readonly PlannedPoll[];
  readonly #chance: () => number;
  #liveInARow = 0;

  /** Lays out a line's polls; each begins somewhere within its first interval, so that a ward does not poll in step. */
  constructor(polls: readonly Poll[], nowMs: number, chance: () => number) {
    this.#chance = chance;
    const units = new Map<string, PlannedUnit>();
    this.#polls = polls.map((poll) => {
      const everyMs = Math.max(POLL_FLOOR_MS, poll.everyMs);
      const of = units.get(poll.unit) ?? { everyMs, polls: [], silences: 0, heldUntilMs: Number.NEGATIVE_INFINITY };
      units.set(poll.unit, of);
      of.everyMs = Math.min(of.everyMs, everyMs);
      const dueMs = nowMs + Math.floor(chance() * everyMs);
      const planned = { ...poll, everyMs, turnMs: dueMs, dueMs, startedMs: Number.NEGATIVE_INFINITY, failures: 0, of };
      of.polls.push(planned);
      return planned;
    });
  }

  /**
   * The poll to run next, now or at its `turnMs`: of those due, one that last answered goes before one that did not, then the
   * lowest priority number, then the longest due. A lower priority yields for as many of its own intervals, and no longer.
   */
  next(nowMs: number): PlannedPoll | null {
    let best: PlannedPoll | null = null;
    // A scan of hundreds takes a few microseconds, a request on the line milliseconds.
    for (const poll of this.#polls) if (best === null || this.#goesBefore(poll, best, nowMs)) best = poll;
    return best;
  }

  /** Takes note of an attempt that began at `startedMs` and has ended now. */
  ended(poll: PlannedPoll, attempt: Attempt, { startedMs, nowMs }: { startedMs: number; nowMs: number }): void {
    this.#liveInARow = isLive(poll) ? this.#liveInARow + 1 : 0;
    poll.failures = attempt === "answered" ? 0 : poll.failures + 1;
    poll.dueMs = dueAgainMs(poll, nowMs, this.#chance);
    poll.startedMs = startedMs;
    const unit = poll.of;
    if (attempt === "silent") {
      unit.silences++;
      unit.heldUntilMs = heldUntilMs(poll, nowMs, this.#chance);
    } else {
      if (unit.silences >= GONE_FROM_SILENCES) wake(poll, nowMs);
      unit.silences = 0;
      unit.heldUntilMs = Number.NEGATIVE_INFINITY;
    }
    for (const each of unit.polls) each.turnMs = turnMs(each);
  }

  /**
   * Asks the polls at another pace from now on. Each keeps its rhythm: it comes one new interval after it was last due. Who has
   * not been asked yet, or failed more than once, keeps the time that it waits for.
   * @param everyMs the interval of a poll by its name, ms; under the floor counts as the floor
   */
  pace(everyMs: (poll: string) => number): void {
    for (const poll of this.#polls) {
      const next = Math.max(POLL_FLOOR_MS, everyMs(poll.poll));
      const isInRhythm = poll.startedMs !== Number.NEGATIVE_INFINITY && poll.failures < 2;
      if (isInRhythm) poll.dueMs += next - poll.everyMs;
      poll.everyMs = next;
    }
    for (const poll of this.#polls) {
      poll.of.everyMs = Math.min(...poll.of.polls.map((each) => each.everyMs));
      poll.turnMs = turnMs(poll);
    }
  }

  #goesBefore(one: PlannedPoll, other: PlannedPoll, nowMs: number): boolean {
    if (one.turnMs > nowMs || other.turnMs > nowMs) return one.turnMs < other.turnMs;
    if (isLive(one) !== isLive(other)) return isLive(one) === this.#liveInARow < LIVE_IN_A_ROW_MAX;
    return one.turnMs + one.priority * one.everyMs < other.turnMs + other.priority * other.everyMs;
  }
}

/** No profile and no setting makes a poll faster than the floor. */
const turnMs = ({ dueMs, startedMs, of }: PlannedPoll): number =>
  Math.max(dueMs, startedMs + POLL_FLOOR_MS, of.heldUntilMs);

const isLive = ({ failures, of }: PlannedPoll): boolean => failures === 0 && of.silences === 0;

/** When a poll is due again after an attempt that was due at `dueMs` and ended at `nowMs`. */
function dueAgainMs({ dueMs, everyMs, failures }: PlannedPoll, nowMs: number, chance: () => number): number {
  // The second attempt keeps the rhythm too: two failures in a row are needed before a device counts as gone.
  if (failures >= 2) return nowMs + backOffMs(everyMs, failures, chance);
  // A line that lags behind skips what it missed and keeps its rhythm.
  const missed = Math.max(0, Math.floor((nowMs - dueMs) / everyMs));
  return dueMs + (missed + 1) * everyMs;
}

/**
 * How long a unit is left alone after a silence. After the first one it is for half an interval, or until the same poll is
 * due again: on a line that does not number its frames a late reply must not meet the next request.
 */
function heldUntilMs({ of, dueMs }: PlannedPoll, nowMs: number, chance: () => number): number {
  if (of.silences < GONE_FROM_SILENCES) return Math.min(dueMs, nowMs + of.everyMs / 2);
  return nowMs + backOffMs(of.everyMs, of.silences, chance);
}

/** Of who is back nothing is known any more: all its other polls are due at once. */
function wake(answered: PlannedPoll, nowMs: number): void {
  for (const poll of answered.of.polls) {
    if (poll === answered) continue;
    poll.failures = 0;
    poll.dueMs = Math.min(poll.dueMs, nowMs);
  }
}

/** 1, 2, then 3 intervals while the loss is young; later doubling up to a minute. */
function backOffMs(everyMs: number, failures: number, chance: () => number): number {
  const eager = Math.min(failures - 1, 3) * everyMs;
  const late = Math.max(0, failures - 2 - EAGER_ATTEMPTS);
  const pauseMs = Math.min(Math.max(BACK_OFF_MAX_MS, everyMs), eager * 2 ** Math.min(late, 10));
  return Math.round(pauseMs * (1 - JITTER * chance()));
}
