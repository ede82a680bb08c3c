/** Exit codes of sysexits.h. */
export const EXIT = {
  /** EX_USAGE: the command line is not understood. */
  usage: 64,
  /** EX_DATAERR: what was given to read, or what a device answered, cannot be understood. */
  badInput: 65,
  /** EX_UNAVAILABLE: nothing answers. */
  unreachable: 69,
  /** EX_CONFIG: a file that the command needs is not as it should be; starting again does not help. */
  config: 78,
} as const;

/** Why a command ends early: one sentence for the person at the terminal, and the exit code. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: (typeof EXIT)[keyof typeof EXIT], sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.exitCode = exitCode;
  }
}
