import type { HeldKey, TakeUp } from "../fleet/binding-store.ts";
import type { Tx } from "../platform/database.ts";
import { emit } from "../platform/event-outbox.ts";
import type { ArrivedBatch, Fold, HeldClaimed } from "./events.ts";

/** Batches that one transaction takes up: more would hold up everything else that comes in. */
const AT_ONCE_MAX = 500;

/** Takes out what is kept under a key, the oldest first, as the batches that it came in. */
export type TakeOut = (
  tx: Tx,
  held: HeldKey,
  most: number,
) => Promise<{
  batches: Omit<ArrivedBatch, "receivedAtMs">[];
  /** From when on more is kept, epoch ms; null where all has been taken out. */
  nextMs: number | null;
}>;

interface Deps {
  folds: readonly Fold[];
  prepare: (batches: readonly ArrivedBatch[]) => Promise<void>;
  takeOut: TakeOut;
}

/** Readings that were kept apart until it was known whose they are, and go the way of all others then. */
export class HeldReadings {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Gives a device what is held under a key: a first part inside this transaction, and the rest by a job soon after it. */
  takeUp: TakeUp = async (tx, held, { id, num }) => {
    const claim: HeldClaimed = { ...held, deviceId: id, deviceNum: num };
    const nextMs = await this.takeUpPart(tx, claim);
    if (nextMs !== null) await emit<HeldClaimed>(tx, "arrival.held-claimed", [{ ...claim, sinceMs: nextMs }]);
  };

  /** @returns from when on more is held; null where the device has it all */
  async takeUpPart(tx: Tx, { deviceId, deviceNum, ...held }: HeldClaimed): Promise<number | null> {
    const { batches, nextMs } = await this.#deps.takeOut(tx, held, AT_ONCE_MAX);
    const taken = batches.map(
      (batch): ArrivedBatch => ({
        ...batch,
        receivedAtMs: held.sinceMs,
        sections: batch.held.map(({ section }) => ({ deviceId, deviceNum, section })),
        held: [],
      }),
    );
    if (taken.length === 0) return nextMs;
    await this.#deps.prepare(taken);
    for (const fold of this.#deps.folds) await fold(tx, taken);
    return nextMs;
  }
}
