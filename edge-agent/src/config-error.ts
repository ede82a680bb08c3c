/** What is wrong with the configuration, as a sentence that names the file, the path in it and the reason. */
export class ConfigError extends Error {}
