import type { SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";
import type { Numbered } from "./thick.ts";

/** Batches that may be on their way at once. */
export const IN_FLIGHT_MAX = 32;
/** How often a batch is sent again that the cloud passes over, while it acknowledges what was sent later. */
const RESENDS_MAX = 3;
/**
 * A batch that was not acknowledged after so long is sent again, by how often it was passed over; ms. The waits grow, so that a
 * cloud that stumbles now and then is not taken for one that will never have the batch.
 */
const PATIENCE_MS = [10_000, 10_000, 20_000, 40_000] as const;
/** Batches of which it is remembered that they were passed over; more than a window's worth at once is the cloud's trouble. */
const PASSED_MAX = 1_000;

interface Sent extends Numbered {
  atMs: number;
  /** Something that was sent later, on the same connection, has been acknowledged. */
  passedOver: boolean;
}

/**
 * Which batches are on their way, since when, and which the cloud passes over. Pure: it neither sends nor reads a clock.
 *
 * A batch is passed over when its time runs out and something sent after it was acknowledged. Where nothing is acknowledged
 * (the cloud is away or stands still) that proves nothing against any batch, and nothing is counted.
 */
export class SendWindow {
  /** In the order of sending. */
  readonly #sent = new Map<string, Sent>();
  /** How often each was passed over; it outlives a connection. */
  readonly #passes = new Map<string, number>();

  /** How many more may go out, once those whose time has run out are gone. */
  get room(): number {
    return IN_FLIGHT_MAX - this.#sent.size;
  }

  has(batch: Numbered): boolean {
    return this.#sent.has(keyOf(batch));
  }

  sent({ epoch, sequence }: Numbered, nowMs: number): void {
    this.#sent.set(keyOf({ epoch, sequence }), { epoch, sequence, atMs: nowMs, passedOver: false });
  }

  acknowledged(epoch: number, ranges: readonly SequenceRange[]): void {
    const acknowledged = [...this.#sent].filter(
      ([, batch]) =>
        batch.epoch === epoch && ranges.some(([first, last]) => batch.sequence >= first && batch.sequence <= last),
    );
    const latest = acknowledged.at(-1)?.[0];
    for (const [key, batch] of latest === undefined ? [] : this.#sent) {
      if (key === latest) break;
      batch.passedOver = true;
    }
    for (const [key] of acknowledged) {
      this.#sent.delete(key);
      this.#passes.delete(key);
    }
  }

  /** Takes out what has waited long enough: it may be sent again, but for those that were often enough. */
  expire(nowMs: number): { expired: Numbered[]; hopeless: Numbered[] } {
    const expired: Numbered[] = [];
    const hopeless: Numbered[] = [];
    for (const [key, { epoch, sequence, atMs, passedOver }] of this.#sent) {
      const passes = this.#passes.get(key) ?? 0;
      if (nowMs - atMs < (PATIENCE_MS[passes] ?? 0)) continue;
      this.#sent.delete(key);
      expired.push({ epoch, sequence });
      if (!passedOver) continue;
      this.#remember(key, passes + 1);
      if (passes < RESENDS_MAX) continue;
      this.#passes.delete(key);
      hopeless.push({ epoch, sequence });
    }
    return { expired, hopeless };
  }

  /** The connection is gone, and what was on its way with it. @returns that */
  clear(): Numbered[] {
    const gone = [...this.#sent.values()].map(({ epoch, sequence }) => ({ epoch, sequence }));
    this.#sent.clear();
    return gone;
  }

  #remember(key: string, passes: number): void {
    this.#passes.set(key, passes);
    const [oldest] = this.#passes.keys();
    if (this.#passes.size > PASSED_MAX && oldest !== undefined) this.#passes.delete(oldest);
  }
}

const keyOf = ({ epoch, sequence }: Numbered): string => `${epoch}/${sequence}`;
