/**
 * Every byte string that may leave a serial line, by name. A link takes the name and looks the bytes up here, so that
 * nothing else can be sent: no profile, no setting and no message of the cloud adds to this list.
 */
export const REQUESTS = {
  /** Puritan Bennett: send settings, monitored data and alarm status once. */
  "puritan-bennett.report": "SNDF\r",
} as const;

export type RequestName = keyof typeof REQUESTS;

export const requestBytes = (name: RequestName): Uint8Array => new TextEncoder().encode(REQUESTS[name]);
