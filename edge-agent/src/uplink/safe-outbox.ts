import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { HeldEpoch, OutboxCounts, SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { OUTBOX_LIMITS, Outbox, type OutboxLimits, type OutboxStock, type WaitingBatch } from "./outbox.ts";
import { thinPacked } from "./pack.ts";
import type { Numbered } from "./thick.ts";

const FILE = "outbox.sqlite";
const COMPANIONS = ["", "-wal", "-shm"];
/** SQLite's own numbers for a file that is damaged or no database at all, and for one that cannot grow. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const SQLITE_FULL = 13;
/** Acknowledged batches that make room for a new one on a full disk. */
const SHED_AT_ONCE = 64;

/**
 * The outbox as the agent lives with it: a damaged file is moved aside and reported, a full disk costs the batch at hand,
 * and polling goes on in either case.
 */
export class SafeOutbox {
  readonly #dataDir: string;
  readonly #deps: { clock: Clock; random: Random; log: Log; limits: OutboxLimits };
  #outbox: Outbox;
  #lost = 0;
  #saysThinning = false;

  constructor(dataDir: string, deps: { clock: Clock; random: Random; log: Log; limits?: OutboxLimits }) {
    this.#dataDir = dataDir;
    this.#deps = { ...deps, limits: deps.limits ?? OUTBOX_LIMITS };
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    this.#outbox = this.#open();
  }

  get id(): string {
    return this.#outbox.id;
  }

  get epoch(): number {
    return this.#outbox.epoch;
  }

  /** `lost`: batches of this start that no disk took. */
  get stock(): OutboxStock & { lost: number } {
    return { ...this.#outbox.stock, lost: this.#lost };
  }

  /** What a Hello says of it. */
  counts(): OutboxCounts {
    const { waiting, acknowledged, quarantined, dropped, lost, thinned } = this.stock;
    const oldestMs = this.#guarded(null, () => this.#outbox.oldestWaitingMs(this.#deps.clock.monoMs()));
    return {
      waiting,
      acknowledged,
      quarantined,
      dropped,
      lost,
      thinned,
      ...(oldestMs === null ? {} : { oldestWaitingMs: oldestMs }),
    };
  }

  append(body: Uint8Array): void {
    this.#guarded(
      null,
      () => this.#appendOrShed(body),
      () => this.#lost++,
    );
  }

  waiting(limit: number): WaitingBatch[] {
    return this.#guarded([], () => this.#outbox.waiting(this.#deps.clock.monoMs(), limit));
  }

  body(batch: Numbered): Uint8Array | null {
    return this.#guarded(null, () => this.#outbox.body(batch));
  }

  acknowledge(epoch: number, ranges: readonly SequenceRange[]): number {
    return this.#guarded(0, () => this.#outbox.acknowledge(epoch, ranges, this.#deps.clock.monoMs()));
  }

  /**
   * Where room grows short, takes a run of the oldest batches and keeps of them what thin() keeps. None that is on its way or
   * was ever sent. Should one be that was (its mark was lost with the power), nothing is told twice: the cloud takes a number
   * once, whichever body comes first, and refuses the other.
   */
  thin(isOnItsWay: (batch: Numbered) => boolean): void {
    this.#guarded(null, () => {
      const run = this.#outbox.thick(this.#deps.clock.monoMs(), isOnItsWay);
      if (run.length === 0) return;
      if (!this.#saysThinning) this.#deps.log.warn("much waits for the cloud; the oldest batches are thinned");
      this.#saysThinning = true;
      this.#outbox.replace(run, thinPacked(run.map(({ body }) => body)));
    });
  }

  wereSent(batches: readonly Numbered[]): void {
    this.#guarded(null, () => this.#outbox.wereSent(batches));
  }

  quarantine(batch: Numbered): void {
    this.#guarded(null, () => this.#outbox.quarantine(batch));
  }

  /** The database that acknowledged what is acknowledged here; null before the first. */
  get databaseId(): string | null {
    return this.#guarded(null, () => this.#outbox.databaseId);
  }

  meet(databaseId: string, held: readonly HeldEpoch[], epochMin: number): number {
    return this.#guarded(0, () => this.#outbox.meet(databaseId, held, epochMin));
  }

  raiseEpoch(epochMin: number): boolean {
    return this.#guarded(false, () => this.#outbox.raiseEpoch(epochMin));
  }

  close(): void {
    this.#outbox.close();
  }

  /** What the cloud has already must not cost what it has not: on a full disk the acknowledged give their place. */
  #appendOrShed(body: Uint8Array): void {
    const append = () => this.#outbox.append(body, this.#deps.clock.monoMs());
    try {
      append();
    } catch (error) {
      if (codeOf(error) !== SQLITE_FULL || this.#outbox.shed(SHED_AT_ONCE) === 0) throw error;
      append();
    }
  }

  #guarded<Value>(instead: Value, work: () => Value, failed: () => void = () => {}): Value {
    try {
      return work();
    } catch (error) {
      failed();
      this.#deps.log.error({ reason: wordsOf(error) }, "the outbox refused its work");
      if (isDamage(error)) this.#replace();
      return instead;
    }
  }

  #replace(): void {
    try {
      this.#outbox.close();
    } catch (error) {
      this.#deps.log.warn({ reason: wordsOf(error) }, "the damaged outbox did not close");
    }
    this.#moveAside();
    this.#outbox = this.#open();
  }

  #open(): Outbox {
    const open = () => new Outbox(join(this.#dataDir, FILE), () => this.#deps.random.id(), this.#deps.limits);
    try {
      return open();
    } catch (error) {
      // A folder that cannot be written to is for the installer to mend; a damaged file is not.
      if (!isDamage(error)) throw error;
      this.#deps.log.error({ reason: wordsOf(error) }, "the outbox is damaged");
      this.#moveAside();
      return open();
    }
  }

  #moveAside(): void {
    const aside = `${FILE}.damaged-${this.#deps.clock.wallMs()}`;
    for (const suffix of COMPANIONS) {
      const file = join(this.#dataDir, FILE + suffix);
      if (existsSync(file)) renameSync(file, join(this.#dataDir, aside + suffix));
    }
    this.#deps.log.error({ file: aside }, "moved the damaged outbox aside and began a new one");
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof Error && /^the outbox/.test(error.message)) return true;
  const code = codeOf(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** Extended codes carry the plain one in their low byte. */
const codeOf = (error: unknown): number | null =>
  error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : null;

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
