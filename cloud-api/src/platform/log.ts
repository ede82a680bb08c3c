import { type DestinationStream, type Logger, pino } from "pino";

export type Log = Logger;

/** JSON lines to stderr. What could carry a secret is cut out before it is written. */
export function openLog(level: string, to?: DestinationStream): Log {
  return pino(
    { level, base: null, redact: ["req.headers.cookie", "req.headers.authorization", "*.password", "*.token"] },
    to ?? pino.destination({ dest: 2, sync: false }),
  );
}
