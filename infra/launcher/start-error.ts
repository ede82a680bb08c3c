/** sysexits.h EX_CONFIG. */
export const EXIT_CONFIG = 78;

/** The house cannot start as asked. `message` is the one sentence that the person at the terminal reads. */
export class StartError extends Error {}
