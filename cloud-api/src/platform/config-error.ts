/** A setting that the program cannot start with. `message` is the one sentence that the person at the terminal reads. */
export class ConfigError extends Error {}

/** sysexits.h EX_CONFIG. */
export const EXIT_CONFIG = 78;
