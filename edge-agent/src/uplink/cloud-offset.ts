/** Cloud time less this boot's monotonic time, and how far the truth can be from it, both ms. */
export interface CloudOffset {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  /** Monotonic time of the measurement. */
  readonly atMonoMs: number;
}

/** One Hello and its Welcome. */
export interface Exchange {
  readonly askedMonoMs: number;
  readonly answeredMonoMs: number;
  readonly cloudMs: number;
}

/** Two ordinary quartz clocks run apart by no more than this, ms in a ms. */
const DRIFT = 100e-6;

/**
 * The offset to go by after another exchange. The cloud read its clock somewhere between question and answer, so half the
 * round trip is what each measurement may be wrong by (RFC 5905 §8): an answer that was held up says little, and the better
 * one from before stands until drift has made it the worse. Where the two cannot both be right, a clock was set: then the
 * newer one is true.
 */
export function betterOffset(
  before: CloudOffset | null,
  { askedMonoMs, answeredMonoMs, cloudMs }: Exchange,
): CloudOffset {
  const now: CloudOffset = {
    offsetMs: cloudMs - (askedMonoMs + answeredMonoMs) / 2,
    uncertaintyMs: (answeredMonoMs - askedMonoMs) / 2,
    atMonoMs: answeredMonoMs,
  };
  if (before === null) return now;
  const beforeMayBeWrongByMs = before.uncertaintyMs + DRIFT * (answeredMonoMs - before.atMonoMs);
  const agree = Math.abs(now.offsetMs - before.offsetMs) <= now.uncertaintyMs + beforeMayBeWrongByMs;
  return agree && beforeMayBeWrongByMs < now.uncertaintyMs ? before : now;
}
