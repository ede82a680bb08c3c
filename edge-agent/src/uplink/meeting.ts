import type { HeldEpoch, SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";
import { ACKNOWLEDGED, type OutboxFile, WAITING } from "./outbox-file.ts";

/**
 * Lets every acknowledged batch wait again that another database does not hold, as it was sent the first time. Numbers below
 * the lowest epoch may be those of another outbox, and stay as they are. @returns how many, and of how many bytes
 */
export function offerAgain(
  file: OutboxFile,
  held: readonly HeldEpoch[],
  epochMin: number,
): { batches: number; bytes: number } {
  const epochs = file.all(`SELECT DISTINCT epoch FROM batch WHERE standing = ${ACKNOWLEDGED} AND epoch >= ?`, epochMin);
  const offered = epochs.flatMap(({ epoch }) =>
    gapsBetween(held.find((one) => one.epoch === Number(epoch))?.ranges ?? []).flatMap(([first, last]) =>
      file.all(
        `UPDATE batch SET standing = ${WAITING}, may_thin = 0
         WHERE epoch = ? AND sequence BETWEEN ? AND ? AND standing = ${ACKNOWLEDGED} RETURNING bytes`,
        Number(epoch),
        first,
        last,
      ),
    ),
  );
  return { batches: offered.length, bytes: offered.reduce((sum, { bytes }) => sum + Number(bytes), 0) };
}

/** The sequences that ascending ranges leave out, up to the highest there can be. */
export function gapsBetween(ranges: readonly SequenceRange[]): SequenceRange[] {
  const gaps: SequenceRange[] = [];
  let next = 1;
  for (const [first, last] of ranges) {
    if (first > next) gaps.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= Number.MAX_SAFE_INTEGER) gaps.push([next, Number.MAX_SAFE_INTEGER]);
  return gaps;
}
