/** Shortest and longest pause between two attempts to open a line, ms. The cap keeps a recovered line's wait short. */
const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 4_000;

/**
 * Decides whether a line that would not open may be tried again. Between attempts every unit on it is told at once why it
 * cannot be read, so that a dead line costs no waiting.
 */
export class ReconnectGate<Reason> {
  readonly #monoMs: () => number;
  #failures = 0;
  #closedUntilMs = 0;
  #reason: Reason | null = null;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  /** The reason of the last failure while the pause lasts, else null: try. */
  blockedBy(): Reason | null {
    return this.#monoMs() < this.#closedUntilMs ? this.#reason : null;
  }

  /**
   * @param sinceMs when the attempt that failed began: one that cost a long wait is followed by a pause twice as long, in
   * which every unit of the line learns of it at once instead of waiting as long again.
   */
  failed(reason: Reason, sinceMs: number): void {
    const nowMs = this.#monoMs();
    const pauseMs = Math.max(PAUSE_MIN_MS * 2 ** this.#failures, 2 * (nowMs - sinceMs));
    this.#failures++;
    this.#reason = reason;
    this.#closedUntilMs = nowMs + Math.min(PAUSE_MAX_MS, pauseMs);
  }

  opened(): void {
    this.#failures = 0;
    this.#closedUntilMs = 0;
    this.#reason = null;
  }
}
