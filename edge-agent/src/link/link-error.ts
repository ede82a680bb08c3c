/**
 * Why bytes did not come:
 * `refused` nobody listens there, or the port does not exist; `unreachable` no way to the address; `busy` another program
 * holds the port; `closed` the peer hung up; `timeout` it stayed silent; `credentials` and `certificate` it does not know us
 * or we not it; `exception` it answered that it will not; `protocol` its answer cannot be read.
 */
export type LinkErrorCode =
  | "link.refused"
  | "link.unreachable"
  | "link.busy"
  | "link.closed"
  | "link.timeout"
  | "link.credentials"
  | "link.certificate"
  | "link.exception"
  | "link.protocol";

/** What every link throws for the world's sake; anything else that comes out of a link is a bug. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}

const BY_SYSTEM_CODE: Readonly<Record<string, LinkErrorCode>> = {
  ECONNREFUSED: "link.refused",
  ENOENT: "link.refused",
  ENXIO: "link.refused",
  EACCES: "link.refused",
  EHOSTUNREACH: "link.unreachable",
  ENETUNREACH: "link.unreachable",
  ENOTFOUND: "link.unreachable",
  EAI_AGAIN: "link.unreachable",
  EBUSY: "link.busy",
  ETIMEDOUT: "link.timeout",
};

/** Turns what a socket or port threw into a LinkError. */
export function asLinkError(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const system = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/lock port/i.test(detail)) return new LinkError("link.busy", detail, { cause: error });
  // serialport tells of a missing path in words alone.
  if (/no such file|permission denied/i.test(detail)) return new LinkError("link.refused", detail, { cause: error });
  return new LinkError(BY_SYSTEM_CODE[system] ?? "link.closed", detail, { cause: error });
}
