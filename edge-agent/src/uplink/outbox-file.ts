import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** A batch's standing, as the file has it. */
export const WAITING = 0;
export const ACKNOWLEDGED = 1;
export const QUARANTINED = 2;

/**
 * How the file came to be as it is, one step a version; `PRAGMA user_version` says how many a file has taken.
 *
 * What is known of a batch stands apart from its body, so that a mark costs one small row and never the body's pages again.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (epoch, sequence)
  ) STRICT;
  `,
  `
  ALTER TABLE batch RENAME TO whole;
  CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    standing INTEGER NOT NULL DEFAULT 0,
    at_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    UNIQUE (epoch, sequence)
  ) STRICT;
  CREATE TABLE body (id INTEGER PRIMARY KEY REFERENCES batch (id) ON DELETE CASCADE, body BLOB NOT NULL) STRICT;
  INSERT INTO batch (id, epoch, sequence, at_ms, bytes) SELECT id, epoch, sequence, 0, length(body) FROM whole;
  INSERT INTO body (id, body) SELECT id, body FROM whole;
  DROP TABLE whole;
  CREATE INDEX waiting ON batch (epoch, sequence) WHERE standing = 0;
  CREATE INDEX acknowledged ON batch (at_ms) WHERE standing = 1;
  `,
  `
  ALTER TABLE batch ADD COLUMN may_thin INTEGER NOT NULL DEFAULT 1;
  CREATE INDEX thick ON batch (epoch, sequence) WHERE standing = 0 AND may_thin = 1;
  `,
];

type Row = Record<string, unknown>;

/** The outbox's SQLite file: written through to the disk at each commit, led to its present layout when it is opened. */
export class OutboxFile {
  readonly #db: DatabaseSync;
  /** By their text, of which the outbox has a few dozen. */
  readonly #statements = new Map<string, StatementSync>();

  /** @throws the database's error when the file is not sound, or when a later version wrote it */
  constructor(file: string, pagesMax?: number) {
    this.#db = new DatabaseSync(file);
    try {
      // Patience first: whoever looks into the file just now must not keep the agent from starting.
      this.#db.exec("PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      this.#db.exec("PRAGMA foreign_keys = ON");
      this.#lead();
      this.#check();
      if (pagesMax !== undefined) this.#db.exec(`PRAGMA max_page_count = ${pagesMax}`);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepared(sql).run(...values);
  }

  #prepared(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** All of it or nothing, with one wait for the disk. */
  atOnce<Value>(work: () => Value): Value {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const value = work();
      this.#db.exec("COMMIT");
      return value;
    } catch (error) {
      // SQLite has rolled back by itself where the disk is full.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  meta<Value extends string | number>(name: string, initial: Value): Value {
    const stored = this.all("SELECT value FROM meta WHERE name = ?", name)[0]?.["value"];
    // The file is this agent's own; a value of another type than was written is a damaged file.
    if (stored !== undefined && typeof stored !== typeof initial) throw new Error(`the outbox's ${name} is damaged`);
    if (stored !== undefined) return stored as Value;
    this.setMeta(name, initial);
    return initial;
  }

  setMeta(name: string, value: string | number): void {
    this.run(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      value,
    );
  }

  close(): void {
    this.#db.close();
  }

  /** The books alone: to read days of bodies through would hold the agent up at each start. A bad one is found when it is read. */
  #check(): void {
    for (const table of ["meta", "batch"]) {
      const [found] = this.all(`PRAGMA quick_check(${table})`);
      if (found?.["quick_check"] !== "ok") throw new Error("the outbox failed its check");
    }
  }

  #lead(): void {
    const taken = Number(this.all("PRAGMA user_version")[0]?.["user_version"]);
    if (taken > STEPS.length)
      throw new Error(`a later version of the agent wrote ${this.#db.location() ?? "the file"}`);
    if (taken === STEPS.length) return;
    this.atOnce(() => {
      for (const step of STEPS.slice(taken)) this.#db.exec(step);
      this.#db.exec(`PRAGMA user_version = ${STEPS.length}`);
    });
  }
}
