/** What kept the database from being migrated; a caller may branch on it, a person reads the message. */
export type MigrationProblem = "failed" | "edited" | "newer-database" | "foreign-database" | "locked" | "no-connection";

/** The database could not be migrated. The message is one sentence: what was wrong, where, and what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  readonly problem: MigrationProblem;
  /** The migration that it is about, if it is about one. */
  readonly migration: string | null;

  constructor(problem: MigrationProblem, message: string, migration: string | null = null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.problem = problem;
    this.migration = migration;
  }
}
