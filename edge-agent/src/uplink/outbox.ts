import { DatabaseSync } from "node:sqlite";
import type { Lane } from "@wardtwin/device-profiles/twin-document/batch";
import type { SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";

/** How much a gateway keeps while the cloud is away; beyond it the oldest goes first, and is counted. */
export interface OutboxLimits {
  batches: number;
  bytes: number;
}
export const OUTBOX_LIMITS: OutboxLimits = { batches: 1_000_000, bytes: 1024 * 1024 * 1024 };

/** A batch of this agent's own start that is younger than this is live; every other one is backlog, ms. */
const LIVE_FOR_MS = 30_000;

export interface WaitingBatch {
  epoch: number;
  sequence: number;
  lane: Lane;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (epoch, sequence)
  ) STRICT;
`;

/**
 * Every sealed batch until the cloud has let go of it: in SQLite, written through to the disk before it is sent.
 *
 * The file has an id, made once. Epochs count the agent's starts with this file, sequences the batches within an epoch.
 */
export class Outbox {
  readonly #db: DatabaseSync;
  readonly #limits: OutboxLimits;
  readonly id: string;
  #epoch: number;
  #nextSequence = 1;
  #batches: number;
  #bytes: number;
  #dropped: number;
  /** When the youngest batches of this epoch were sealed, oldest first. */
  #live: { sequence: number; sealedMonoMs: number }[] = [];

  /** Opens or makes the file and begins a new epoch. @throws the database's error when the file is not sound */
  constructor(file: string, newId: () => string, limits: OutboxLimits = OUTBOX_LIMITS) {
    this.#db = new DatabaseSync(file);
    this.#limits = limits;
    try {
      this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000;");
      const check = this.#db.prepare("PRAGMA quick_check(1)").get();
      if (check?.["quick_check"] !== "ok") throw new Error("the outbox failed its check");
      this.#db.exec(SCHEMA);
      this.id = this.#meta("outboxId", newId());
      this.#dropped = this.#meta("dropped", 0);
      this.#epoch = this.#meta("epoch", 0) + 1;
      this.#setMeta("epoch", this.#epoch);
      const kept = this.#db.prepare("SELECT count(*) AS n, total(length(body)) AS bytes FROM batch").get();
      this.#batches = Number(kept?.["n"]);
      this.#bytes = Number(kept?.["bytes"]);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** How much is kept, and how many batches were ever dropped because no more fitted. */
  get stock(): { batches: number; bytes: number; dropped: number } {
    return { batches: this.#batches, bytes: this.#bytes, dropped: this.#dropped };
  }

  /** Writes a packed body to the disk, makes room for it first, and returns its sequence in this epoch. */
  append(body: Uint8Array, sealedMonoMs: number): number {
    this.#makeRoom(body.length);
    const sequence = this.#nextSequence;
    this.#db.prepare("INSERT INTO batch (epoch, sequence, body) VALUES (?, ?, ?)").run(this.#epoch, sequence, body);
    this.#age(sealedMonoMs);
    this.#live.push({ sequence, sealedMonoMs });
    this.#nextSequence++;
    this.#batches++;
    this.#bytes += body.length;
    return sequence;
  }

  /** What to send next: live batches in their order, then backlog from the oldest on. */
  waiting(nowMonoMs: number, limit: number): WaitingBatch[] {
    this.#age(nowMonoMs);
    const liveFrom = this.#live[0]?.sequence ?? this.#nextSequence;
    const rows = (lane: Lane, sql: string, most: number): WaitingBatch[] =>
      this.#db
        .prepare(sql)
        .all(this.#epoch, liveFrom, most)
        .map((row) => ({ epoch: Number(row["epoch"]), sequence: Number(row["sequence"]), lane }));
    const live = rows(
      "live",
      "SELECT epoch, sequence FROM batch WHERE epoch = ? AND sequence >= ? ORDER BY sequence LIMIT ?",
      limit,
    );
    const backlog = rows(
      "backlog",
      "SELECT epoch, sequence FROM batch WHERE (epoch, sequence) < (?, ?) ORDER BY epoch, sequence LIMIT ?",
      limit - live.length,
    );
    return [...live, ...backlog];
  }

  body({ epoch, sequence }: { epoch: number; sequence: number }): Uint8Array | null {
    const row = this.#db.prepare("SELECT body FROM batch WHERE epoch = ? AND sequence = ?").get(epoch, sequence);
    return row?.["body"] instanceof Uint8Array ? row["body"] : null;
  }

  /** Lets go of exactly these sequences of this epoch, both ends included. @returns how many were still here */
  forget(epoch: number, ranges: readonly SequenceRange[]): number {
    const remove = this.#db.prepare(
      "DELETE FROM batch WHERE epoch = ? AND sequence BETWEEN ? AND ? RETURNING length(body) AS bytes",
    );
    return this.#atOnce(() => {
      const gone = ranges.flatMap(([first, last]) => remove.all(epoch, first, last));
      this.#count(gone);
      return gone.length;
    });
  }

  /**
   * Moves to the lowest epoch that the cloud allows this outbox, when it is beyond the present one. Every batch still here
   * moves along by the same step: their order stays, their sequences stay, and none has a number that was used before.
   */
  raiseEpoch(epochMin: number): boolean {
    if (this.#epoch >= epochMin) return false;
    const oldest = this.#db.prepare("SELECT min(epoch) AS epoch FROM batch").get()?.["epoch"];
    const step = epochMin - Math.min(this.#epoch, Number(oldest ?? this.#epoch));
    this.#atOnce(() => {
      // From the newest epoch on, so that no row ever meets another's number on the way.
      const epochs = this.#db.prepare("SELECT DISTINCT epoch FROM batch ORDER BY epoch DESC").all();
      const move = this.#db.prepare("UPDATE batch SET epoch = epoch + ? WHERE epoch = ?");
      for (const row of epochs) move.run(step, Number(row["epoch"]));
      this.#setMeta("epoch", this.#epoch + step);
    });
    this.#epoch += step;
    return true;
  }

  close(): void {
    this.#db.close();
  }

  #makeRoom(bytes: number): void {
    const fits = () => this.#batches < this.#limits.batches && this.#bytes + bytes <= this.#limits.bytes;
    if (fits()) return;
    const oldest = this.#db.prepare(
      "DELETE FROM batch WHERE id = (SELECT min(id) FROM batch) RETURNING length(body) AS bytes",
    );
    this.#atOnce(() => {
      while (!fits() && this.#batches > 0) {
        this.#count(oldest.all());
        this.#dropped++;
      }
      this.#setMeta("dropped", this.#dropped);
    });
  }

  #age(nowMonoMs: number): void {
    const first = this.#live.findIndex(({ sealedMonoMs }) => nowMonoMs - sealedMonoMs < LIVE_FOR_MS);
    this.#live = first < 0 ? [] : this.#live.slice(first);
  }

  #count(gone: readonly Record<string, unknown>[]): void {
    this.#batches -= gone.length;
    for (const row of gone) this.#bytes -= Number(row["bytes"]);
  }

  #atOnce<Value>(work: () => Value): Value {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const value = work();
      this.#db.exec("COMMIT");
      return value;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #meta<Value extends string | number>(name: string, initial: Value): Value {
    const read = this.#db.prepare("SELECT value FROM meta WHERE name = ?");
    const stored = read.get(name)?.["value"];
    // The file is this agent's own; a value of another type than was written is a damaged file.
    if (stored !== undefined && typeof stored !== typeof initial) throw new Error(`the outbox's ${name} is damaged`);
    if (stored !== undefined) return stored as Value;
    this.#setMeta(name, initial);
    return initial;
  }

  #setMeta(name: string, value: string | number): void {
    this.#db
      .prepare("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .run(name, value);
  }
}
