/** A backup could not be taken or restored. The message is one sentence: what was wrong, where, and what to do. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}
