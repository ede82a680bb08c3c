import { type OutboxFile, WAITING } from "./outbox-file.ts";

/** Batches that are thinned together: about a minute of them, and no more bytes than a small gateway can open at once. */
const RUN_BATCHES = 60;
const RUN_BYTES = 512 * 1024;

export interface Numbered {
  epoch: number;
  sequence: number;
}

/** A batch that may be thinned, with its body. */
export interface ThickBatch extends Numbered {
  body: Uint8Array;
}

/**
 * The oldest batches before `end` that may be thinned and were sealed before `sealedBeforeMs`, in the order of sending. Nothing
 * until there is a whole run of them, because the extremes of a minute are found in many batches and not in one.
 */
export function thickRun(
  file: OutboxFile,
  end: Numbered,
  sealedBeforeMs: number,
  mayNot: (batch: Numbered) => boolean,
): ThickBatch[] {
  const rows = file.all(
    `SELECT batch.id, epoch, sequence, bytes FROM
       (SELECT * FROM batch INDEXED BY thick WHERE standing = ${WAITING} AND may_thin = 1 AND (epoch, sequence) < (?, ?)
        ORDER BY epoch, sequence LIMIT ?) AS batch WHERE at_ms < ?`,
    end.epoch,
    end.sequence,
    RUN_BATCHES,
    sealedBeforeMs,
  );
  if (rows.length < RUN_BATCHES) return [];
  const run: ThickBatch[] = [];
  let bytes = 0;
  for (const row of rows) {
    const batch = { epoch: Number(row["epoch"]), sequence: Number(row["sequence"]) };
    bytes += Number(row["bytes"]);
    if (run.length > 0 && bytes > RUN_BYTES) break;
    const body = file.all("SELECT body FROM body WHERE id = ?", Number(row["id"]))[0]?.["body"];
    if (body instanceof Uint8Array && !mayNot(batch)) run.push({ ...batch, body });
  }
  return run;
}

/** Puts another body in the place of a batch's. */
export function exchange(file: OutboxFile, { epoch, sequence }: Numbered, body: Uint8Array): void {
  const [row] = file.all(
    "UPDATE batch SET bytes = ? WHERE epoch = ? AND sequence = ? RETURNING id",
    body.length,
    epoch,
    sequence,
  );
  file.run("UPDATE body SET body = ? WHERE id = ?", body, Number(row?.["id"]));
}

export function mayNotThin(file: OutboxFile, batches: readonly Numbered[]): void {
  for (const { epoch, sequence } of batches) {
    file.run("UPDATE batch SET may_thin = 0 WHERE epoch = ? AND sequence = ?", epoch, sequence);
  }
}
