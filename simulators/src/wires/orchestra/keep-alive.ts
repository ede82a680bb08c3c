/** The base's question whether its host is still there: when to ask, and when to give it up. */
export class KeepAlive {
  readonly #everyMs: number;
  #askedAtMs: number | null = null;
  #isAnswered = true;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  answered(): void {
    this.#isAnswered = true;
  }

  /** What is to be done at this moment; a host without a session is asked nothing. */
  due(nowMs: number, hasSession: boolean): "ask" | "close" | null {
    if (!hasSession || this.#askedAtMs === null) {
      this.#askedAtMs = hasSession ? nowMs : null;
      this.#isAnswered = true;
      return null;
    }
    if (nowMs - this.#askedAtMs < this.#everyMs) return null;
    this.#askedAtMs = this.#isAnswered ? nowMs : null;
    if (!this.#isAnswered) return "close";
    this.#isAnswered = false;
    return "ask";
  }
}
