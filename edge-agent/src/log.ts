import type { Logger } from "pino";

/** What the rooms of the agent write to: never a secret, never a device's raw bytes, never a value of a reading. */
export type Log = Pick<Logger, "info" | "warn" | "error" | "debug">;
