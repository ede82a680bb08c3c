import type { Lane } from "@wardtwin/device-profiles/twin-document/batch";
import type { HeldEpoch, SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";
import { offerAgain } from "./meeting.ts";
import { ACKNOWLEDGED, OutboxFile, QUARANTINED, WAITING } from "./outbox-file.ts";
import { exchange, mayNotThin, type Numbered, type ThickBatch, thickRun } from "./thick.ts";

/** How much a gateway keeps; beyond it the acknowledged go first, then the oldest, which is counted. */
export interface OutboxLimits {
  batches: number;
  /** Of all bodies; the file is larger by what SQLite keeps beside them. */
  bytes: number;
  /** How long a batch waits for the cloud, in the outbox's own time. */
  ageMs: number;
  /** Pages that the file itself may grow to, as on a disk that is full; only the disk bounds it where none are named. */
  filePages?: number;
}
const HOUR_MS = 3_600_000;
export const OUTBOX_LIMITS: OutboxLimits = { batches: 4_000_000, bytes: 2 * 1024 ** 3, ageMs: 72 * HOUR_MS };

/** A batch of this agent's own start that is younger than this is live; every other one is backlog, ms. */
const LIVE_FOR_MS = 30_000;
/** How long an acknowledged batch is kept, so that a database restored from last night's backup can ask for it, ms. */
const ACKNOWLEDGED_FOR_MS = 26 * HOUR_MS;
/**
 * How many batches that have grown too old go with each new one: more than come, so that they are gone in time, and few, so
 * that no batch waits for a night's worth to be deleted.
 */
const OLD_AT_ONCE = 8;

/** From this share of the room, or of the time, that batches may take while they wait, the oldest are thinned. */
const THIN_FROM_SHARE = 0.5;
export interface WaitingBatch extends Numbered {
  lane: Lane;
}

export interface OutboxStock {
  waiting: number;
  acknowledged: number;
  /** Sent and passed over so often that they are sent no more, but kept for a person to look at. */
  quarantined: number;
  /** Of all bodies that are kept. */
  bytes: number;
  /** Of those that are not acknowledged. */
  unacknowledgedBytes: number;
  /** Batches that were ever kept with fewer readings than were taken. */
  thinned: number;
  /** Batches that were ever dropped unacknowledged: no more fitted, or they had waited too long. */
  dropped: number;
}

/**
 * Every sealed batch until the cloud has it, and for 26 h more: in SQLite, written through to the disk before it is sent.
 *
 * The file has an id, made once. Epochs count the agent's starts with this file, sequences the batches within an epoch.
 * Ages go by a time of its own: monotonic time while an agent runs, going on at the next start where it stood. It never jumps
 * with the wall clock, and stands still while nobody runs, so that nothing grows old unseen.
 */
export class Outbox {
  readonly #file: OutboxFile;
  readonly #limits: OutboxLimits;
  readonly id: string;
  #epoch: number;
  #nextSequence = 1;
  #stock: OutboxStock;
  /** The outbox's own time as last told, and what to add to monotonic time for it; ms. */
  #lastMs: number;
  #offsetMs: number | null = null;
  /** When the youngest batches of this epoch were sealed, oldest first. */
  #live: { sequence: number; sealedMonoMs: number }[] = [];

  /** Opens or makes the file and begins a new epoch. @throws the database's error when the file is not sound */
  constructor(file: string, newId: () => string, limits: OutboxLimits = OUTBOX_LIMITS) {
    this.#file = new OutboxFile(file, limits.filePages);
    this.#limits = limits;
    try {
      this.id = this.#file.meta("outboxId", newId());
      this.#epoch = this.#file.meta("epoch", 0) + 1;
      this.#file.setMeta("epoch", this.#epoch);
      this.#release();
      const [kept] = this.#file.all(
        `SELECT count(*) FILTER (WHERE standing = ${WAITING}) AS waiting,
           count(*) FILTER (WHERE standing = ${ACKNOWLEDGED}) AS acknowledged,
           total(bytes) AS bytes, total(bytes) FILTER (WHERE standing <> ${ACKNOWLEDGED}) AS unacknowledged, coalesce(max(at_ms), 0) AS last_ms FROM batch`,
      );
      this.#stock = {
        waiting: Number(kept?.["waiting"]),
        acknowledged: Number(kept?.["acknowledged"]),
        quarantined: 0,
        bytes: Number(kept?.["bytes"]),
        unacknowledgedBytes: Number(kept?.["unacknowledged"]),
        thinned: this.#file.meta("thinned", 0),
        dropped: this.#file.meta("dropped", 0),
      };
      this.#lastMs = Number(kept?.["last_ms"]);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  get epoch(): number {
    return this.#epoch;
  }

  get stock(): OutboxStock {
    return { ...this.#stock };
  }

  /** For how long the first of what waits has; null when nothing does. */
  oldestWaitingMs(nowMonoMs: number): number | null {
    const [oldest] = this.#file.all(
      `SELECT at_ms FROM batch INDEXED BY waiting WHERE standing = ${WAITING} ORDER BY epoch, sequence LIMIT 1`,
    );
    return oldest === undefined ? null : this.#ownMs(nowMonoMs) - Number(oldest["at_ms"]);
  }

  /** Writes a packed body to the disk, makes room for it first, and returns its sequence in this epoch. */
  append(body: Uint8Array, sealedMonoMs: number): number {
    const sequence = this.#nextSequence;
    const atMs = this.#ownMs(sealedMonoMs);
    this.#atOnce(() => {
      this.#letGoOfOld(atMs);
      this.#makeRoom(body.length);
      const [row] = this.#file.all(
        "INSERT INTO batch (epoch, sequence, at_ms, bytes) VALUES (?, ?, ?, ?) RETURNING id",
        this.#epoch,
        sequence,
        atMs,
        body.length,
      );
      this.#file.run("INSERT INTO body (id, body) VALUES (?, ?)", Number(row?.["id"]), body);
      this.#stock.waiting++;
      this.#stock.bytes += body.length;
      this.#stock.unacknowledgedBytes += body.length;
    });
    this.#age(sealedMonoMs);
    this.#live.push({ sequence, sealedMonoMs });
    this.#nextSequence++;
    return sequence;
  }

  /** What to send next: live batches in their order, then backlog from the oldest on. Never what is acknowledged. */
  waiting(nowMonoMs: number, limit: number): WaitingBatch[] {
    this.#age(nowMonoMs);
    const liveFrom = this.#live[0]?.sequence ?? this.#nextSequence;
    // Named, because the planner would rather walk a day of acknowledged batches in their order of numbers.
    const waiting = "SELECT epoch, sequence FROM batch INDEXED BY waiting WHERE standing = 0";
    const rows = (lane: Lane, sql: string, most: number): WaitingBatch[] =>
      this.#file
        .all(sql, this.#epoch, liveFrom, most)
        .map((row) => ({ epoch: Number(row["epoch"]), sequence: Number(row["sequence"]), lane }));
    const live = rows("live", `${waiting} AND epoch = ? AND sequence >= ? ORDER BY sequence LIMIT ?`, limit);
    const backlog = rows(
      "backlog",
      `${waiting} AND (epoch, sequence) < (?, ?) ORDER BY epoch, sequence LIMIT ?`,
      limit - live.length,
    );
    return [...live, ...backlog];
  }

  body({ epoch, sequence }: Numbered): Uint8Array | null {
    const [row] = this.#file.all(
      "SELECT body FROM batch JOIN body USING (id) WHERE epoch = ? AND sequence = ?",
      epoch,
      sequence,
    );
    return row?.["body"] instanceof Uint8Array ? row["body"] : null;
  }

  /** Marks exactly these sequences of this epoch, both ends included. @returns how many were not acknowledged before */
  acknowledge(epoch: number, ranges: readonly SequenceRange[], nowMonoMs: number): number {
    const atMs = this.#ownMs(nowMonoMs);
    const mark = (standing: number, [first, last]: SequenceRange) =>
      this.#file.all(
        `UPDATE batch SET standing = ${ACKNOWLEDGED}, at_ms = ?
         WHERE epoch = ? AND sequence BETWEEN ? AND ? AND standing = ? RETURNING bytes`,
        atMs,
        epoch,
        first,
        last,
        standing,
      );
    return this.#atOnce(() => {
      const before = this.#stock.acknowledged;
      for (const range of ranges) {
        const [waiting, quarantined] = [mark(WAITING, range), mark(QUARANTINED, range)];
        this.#stock.waiting -= waiting.length;
        this.#stock.quarantined -= quarantined.length;
        this.#stock.acknowledged += waiting.length + quarantined.length;
        for (const { bytes } of [...waiting, ...quarantined]) this.#stock.unacknowledgedBytes -= Number(bytes);
      }
      return this.#stock.acknowledged - before;
    });
  }

  /** Sends a batch no more in this start, and keeps it as long as it fits. */
  quarantine({ epoch, sequence }: Numbered): void {
    const marked = this.#file.all(
      `UPDATE batch SET standing = ${QUARANTINED} WHERE epoch = ? AND sequence = ? AND standing = ${WAITING} RETURNING id`,
      epoch,
      sequence,
    ).length;
    this.#stock.waiting -= marked;
    this.#stock.quarantined += marked;
  }

  /**
   * A run of the oldest backlog to be thinned, when room grows short: more than half of it is taken, or the oldest have waited
   * for more than half of their time.
   */
  thick(nowMonoMs: number, mayNot: (batch: Numbered) => boolean): ThickBatch[] {
    this.#age(nowMonoMs);
    const nowMs = this.#ownMs(nowMonoMs);
    const isFull = this.#stock.unacknowledgedBytes > this.#limits.bytes * THIN_FROM_SHARE;
    const sealedBeforeMs = isFull ? Number.MAX_SAFE_INTEGER : nowMs - this.#limits.ageMs * THIN_FROM_SHARE;
    const end = { epoch: this.#epoch, sequence: this.#live[0]?.sequence ?? this.#nextSequence };
    return thickRun(this.#file, end, sealedBeforeMs, mayNot);
  }

  /** Puts bodies with fewer readings in the place of those that are here; null leaves one as it is, for good. */
  replace(run: readonly ThickBatch[], bodies: readonly (Uint8Array | null)[]): void {
    this.#atOnce(() => {
      run.forEach((batch, index) => {
        const thinner = bodies[index];
        if (thinner === undefined || thinner === null) return;
        exchange(this.#file, batch, thinner);
        this.#stock.thinned++;
        this.#stock.bytes += thinner.length - batch.body.length;
        this.#stock.unacknowledgedBytes += thinner.length - batch.body.length;
      });
      mayNotThin(this.#file, run);
      this.#file.setMeta("thinned", this.#stock.thinned);
    });
  }

  /** These were sent and are not acknowledged: the cloud may hold them as they are. */
  wereSent(batches: readonly Numbered[]): void {
    if (batches.length > 0) this.#atOnce(() => mayNotThin(this.#file, batches));
  }

  /**
   * Moves to the lowest epoch that the cloud allows this outbox, when it is beyond the present one. Every batch that is not
   * acknowledged moves along by the same step: their order stays, their sequences stay, and none has a number that was used
   * before. What is acknowledged keeps the number under which the cloud has it; all those are below the new ones.
   */
  raiseEpoch(epochMin: number): boolean {
    if (this.#epoch >= epochMin) return false;
    const unacknowledged = `FROM batch WHERE standing <> ${ACKNOWLEDGED}`;
    const oldest = this.#file.all(`SELECT min(epoch) AS epoch ${unacknowledged}`)[0]?.["epoch"];
    const step = epochMin - Math.min(this.#epoch, Number(oldest ?? this.#epoch));
    this.#atOnce(() => {
      // From the newest epoch on, so that no row ever meets another's number on the way.
      for (const { epoch } of this.#file.all(`SELECT DISTINCT epoch ${unacknowledged} ORDER BY epoch DESC`)) {
        this.#file.run(
          `UPDATE batch SET epoch = epoch + ? WHERE epoch = ? AND standing <> ${ACKNOWLEDGED}`,
          step,
          Number(epoch),
        );
      }
      this.#file.setMeta("epoch", this.#epoch + step);
    });
    this.#epoch += step;
    return true;
  }

  /** The database that acknowledged what is acknowledged here; null before the first. */
  get databaseId(): string | null {
    return this.#file.meta("databaseId", "") || null;
  }

  /**
   * Remembers the database behind the cloud. When it is another one than before, it was restored or begun anew: what its
   * predecessor acknowledged and it does not hold waits again. @returns how many batches do
   */
  meet(databaseId: string, held: readonly HeldEpoch[], epochMin: number): number {
    const before = this.databaseId;
    if (before === databaseId) return 0;
    return this.#atOnce(() => {
      this.#file.setMeta("databaseId", databaseId);
      if (before === null) return 0;
      const { batches, bytes } = offerAgain(this.#file, held, epochMin);
      this.#stock.acknowledged -= batches;
      this.#stock.waiting += batches;
      this.#stock.unacknowledgedBytes += bytes;
      return batches;
    });
  }

  /** Lets go of the oldest acknowledged batches, no more than `most`: their place in the file is for new ones. @returns how many */
  shed(most: number): number {
    return this.#atOnce(() =>
      this.#remove(
        `SELECT id FROM batch INDEXED BY acknowledged WHERE standing = ${ACKNOWLEDGED} ORDER BY at_ms LIMIT ?`,
        most,
      ),
    );
  }

  close(): void {
    this.#file.close();
  }

  /**
   * A start is when something may have changed: another version of the agent, or an installer who was called. So each start
   * sends what was in quarantine once more, as if it were new, and comes to the same end where nothing has changed.
   */
  #release(): void {
    this.#file.run(
      `UPDATE batch SET standing = ${WAITING}, at_ms = (SELECT max(at_ms) FROM batch) WHERE standing = ${QUARANTINED}`,
    );
  }

  #letGoOfOld(nowMs: number): void {
    this.#remove(
      `SELECT id FROM batch INDEXED BY acknowledged WHERE standing = ${ACKNOWLEDGED} AND at_ms <= ? ORDER BY at_ms LIMIT ?`,
      nowMs - ACKNOWLEDGED_FOR_MS,
      OLD_AT_ONCE,
    );
    // In the order in which they are sent: what has waited longest stands first, and costs no look at all the others.
    this.#drop(
      `SELECT id FROM (SELECT id, at_ms FROM batch INDEXED BY waiting WHERE standing = ${WAITING}
         ORDER BY epoch, sequence LIMIT ?) WHERE at_ms <= ?`,
      OLD_AT_ONCE,
      nowMs - this.#limits.ageMs,
    );
  }

  #makeRoom(bytes: number): void {
    const kept = () => this.#stock.waiting + this.#stock.acknowledged + this.#stock.quarantined;
    const fits = () => kept() < this.#limits.batches && this.#stock.bytes + bytes <= this.#limits.bytes;
    while (!fits() && this.#stock.acknowledged > 0) {
      this.#remove(
        `SELECT id FROM batch INDEXED BY acknowledged WHERE standing = ${ACKNOWLEDGED} ORDER BY at_ms LIMIT ?`,
        1,
      );
    }
    while (!fits() && kept() > 0) this.#drop("SELECT min(id) FROM batch");
  }

  /** Removes what nobody has acknowledged, and counts it for good. */
  #drop(ids: string, ...values: number[]): void {
    const gone = this.#remove(ids, ...values);
    this.#stock.dropped += gone;
    if (gone > 0) this.#file.setMeta("dropped", this.#stock.dropped);
  }

  #remove(ids: string, ...values: number[]): number {
    const gone = this.#file.all(`DELETE FROM batch WHERE id IN (${ids}) RETURNING standing, bytes`, ...values);
    for (const { standing, bytes } of gone) {
      if (Number(standing) === ACKNOWLEDGED) this.#stock.acknowledged--;
      else if (Number(standing) === QUARANTINED) this.#stock.quarantined--;
      else this.#stock.waiting--;
      this.#stock.bytes -= Number(bytes);
      if (Number(standing) !== ACKNOWLEDGED) this.#stock.unacknowledgedBytes -= Number(bytes);
    }
    return gone.length;
  }

  #age(nowMonoMs: number): void {
    const first = this.#live.findIndex(({ sealedMonoMs }) => nowMonoMs - sealedMonoMs < LIVE_FOR_MS);
    this.#live = first < 0 ? [] : this.#live.slice(first);
  }

  #ownMs(monoMs: number): number {
    this.#offsetMs ??= this.#lastMs - monoMs;
    this.#lastMs = Math.max(this.#lastMs, Math.round(monoMs + this.#offsetMs));
    return this.#lastMs;
  }

  /** What was counted on the way is taken back with the rest. */
  #atOnce<Value>(work: () => Value): Value {
    const before = { ...this.#stock };
    try {
      return this.#file.atOnce(work);
    } catch (error) {
      this.#stock = before;
      throw error;
    }
  }
}
