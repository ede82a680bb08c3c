/** What kept the embedded database from starting; a caller may branch on it, a person reads the message. */
export type DatabaseStartProblem =
  | "unsupported-platform"
  | "root-refused"
  | "folder-unwritable"
  | "folder-in-use"
  | "disk-full"
  | "out-of-memory"
  | "port-taken"
  | "other-version"
  | "damaged"
  | "aborted"
  | "too-slow"
  | "failed";

/** The embedded database cannot run. The message is one sentence: what was wrong, where, and what to do. */
export class DatabaseStartError extends Error {
  override readonly name = "DatabaseStartError";
  readonly problem: DatabaseStartProblem;

  constructor(problem: DatabaseStartProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.problem = problem;
  }
}
