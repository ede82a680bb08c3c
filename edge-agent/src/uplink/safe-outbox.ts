import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { SequenceRange } from "@wardtwin/device-profiles/twin-document/messages";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { OUTBOX_LIMITS, Outbox, type OutboxLimits, type WaitingBatch } from "./outbox.ts";

const FILE = "outbox.sqlite";
const COMPANIONS = ["", "-wal", "-shm"];
/** SQLite's own numbers for a file that is damaged or no database at all. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * The outbox as the agent lives with it: a damaged file is moved aside and reported, a full disk costs the batch at hand,
 * and polling goes on in either case.
 */
export class SafeOutbox {
  readonly #dataDir: string;
  readonly #deps: { clock: Clock; random: Random; log: Log; limits: OutboxLimits };
  #outbox: Outbox;
  #lost = 0;

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
  get stock(): { batches: number; bytes: number; dropped: number; lost: number } {
    return { ...this.#outbox.stock, lost: this.#lost };
  }

  append(body: Uint8Array): void {
    this.#guarded(
      null,
      () => this.#outbox.append(body, this.#deps.clock.monoMs()),
      () => this.#lost++,
    );
  }

  waiting(limit: number): WaitingBatch[] {
    return this.#guarded([], () => this.#outbox.waiting(this.#deps.clock.monoMs(), limit));
  }

  body(batch: { epoch: number; sequence: number }): Uint8Array | null {
    return this.#guarded(null, () => this.#outbox.body(batch));
  }

  forget(epoch: number, ranges: readonly SequenceRange[]): number {
    return this.#guarded(0, () => this.#outbox.forget(epoch, ranges));
  }

  raiseEpoch(epochMin: number): boolean {
    return this.#guarded(false, () => this.#outbox.raiseEpoch(epochMin));
  }

  close(): void {
    this.#outbox.close();
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
  if (!(error instanceof Error)) return false;
  if (/^the outbox/.test(error.message)) return true;
  if (!("errcode" in error)) return false;
  // Extended codes carry the plain one in their low byte.
  const code = Number(error.errcode) & 0xff;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
