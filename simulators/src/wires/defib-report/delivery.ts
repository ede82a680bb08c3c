/** Reports kept for a host that did not answer; the sheet asks for 30 at least. */
const STORED_MAX = 32;
const REPEATS = 3;

interface Stored<Item> {
  item: Item;
  /** Not yet sent at all, and so told unasked. */
  isNew: boolean;
}

/**
 * What becomes of reports: each is sent when it is new, repeated three times while the host gives no answer, and then kept
 * until the host asks. Asked, the device sends what it keeps, oldest first, each after the one before was acknowledged; with
 * nothing kept, the latest again. NAK brings the next repeat at once.
 */
export class Delivery<Item> {
  readonly #repeatEveryMs: number;
  #latest: Item;
  #stored: Stored<Item>[] = [];
  #sending: { item: Item; repeatsLeft: number; dueAtMs: number } | null = null;
  #isAsked = false;

  /** @param latest the report that was acknowledged last. */
  constructor(latest: Item, repeatEveryMs: number) {
    this.#latest = latest;
    this.#repeatEveryMs = repeatEveryMs;
  }

  get storedCount(): number {
    return this.#stored.length;
  }

  /** Whether what is being sent was asked for. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  add(item: Item): void {
    this.#latest = item;
    this.#stored = [...this.#stored, { item, isNew: true }].slice(-STORED_MAX);
  }

  ask(nowMs: number): void {
    this.#isAsked = true;
    this.#start(this.#stored[0]?.item ?? this.#latest, nowMs);
  }

  acknowledged(nowMs: number): void {
    const item = this.#sending?.item;
    if (item === undefined) return;
    this.#stored = this.#stored.filter((stored) => stored.item !== item);
    const next = this.#stored[0];
    this.#sending = null;
    if (this.#isAsked && next !== undefined) this.#start(next.item, nowMs);
    else this.#isAsked = false;
  }

  refused(nowMs: number): void {
    if (this.#sending !== null) this.#sending.dueAtMs = nowMs;
  }

  /** The report that is to leave now, if any; `left` says when its last byte has. */
  due(nowMs: number): Item | null {
    if (this.#sending === null) {
      const next = this.#stored.find(({ isNew }) => isNew);
      if (next === undefined) return null;
      this.#start(next.item, nowMs);
    }
    const sending = this.#sending;
    if (sending === null || nowMs < sending.dueAtMs) return null;
    if (sending.repeatsLeft < 0) {
      this.#sending = null;
      this.#isAsked = false;
      return null;
    }
    sending.repeatsLeft -= 1;
    sending.dueAtMs = Number.POSITIVE_INFINITY;
    return sending.item;
  }

  left(item: Item, nowMs: number): void {
    if (this.#sending?.item === item) this.#sending.dueAtMs = nowMs + this.#repeatEveryMs;
  }

  #start(item: Item, nowMs: number): void {
    for (const stored of this.#stored) if (stored.item === item) stored.isNew = false;
    this.#sending = { item, repeatsLeft: REPEATS, dueAtMs: nowMs };
  }
}
