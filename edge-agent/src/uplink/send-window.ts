import type { SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";

/** Batches that may be on their way at once. */
export const IN_FLIGHT_MAX = 32;
/** A batch that was not acknowledged after so long is sent again, ms. */
const RESEND_AFTER_MS = 10_000;

interface Numbered {
  epoch: number;
  sequence: number;
}

/** Which batches are on their way, since when. Pure: it neither sends nor reads a clock. */
export class SendWindow {
  readonly #sentAtMs = new Map<string, Numbered & { atMs: number }>();

  /** How many more may go out at this moment. */
  room(nowMs: number): number {
    this.#expire(nowMs);
    return IN_FLIGHT_MAX - this.#sentAtMs.size;
  }

  has(batch: Numbered): boolean {
    return this.#sentAtMs.has(keyOf(batch));
  }

  sent({ epoch, sequence }: Numbered, nowMs: number): void {
    this.#sentAtMs.set(keyOf({ epoch, sequence }), { epoch, sequence, atMs: nowMs });
  }

  acknowledged(epoch: number, ranges: readonly SequenceRange[]): void {
    for (const [key, batch] of this.#sentAtMs) {
      if (batch.epoch !== epoch) continue;
      if (ranges.some(([first, last]) => batch.sequence >= first && batch.sequence <= last)) this.#sentAtMs.delete(key);
    }
  }

  /** The connection is gone, and what was on its way with it. */
  clear(): void {
    this.#sentAtMs.clear();
  }

  #expire(nowMs: number): void {
    for (const [key, { atMs }] of this.#sentAtMs) if (nowMs - atMs >= RESEND_AFTER_MS) this.#sentAtMs.delete(key);
  }
}

const keyOf = ({ epoch, sequence }: Numbered): string => `${epoch}/${sequence}`;
