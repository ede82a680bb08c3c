import { LinkError, type LinkErrorCode } from "./link-error.ts";

/**
 * What went wrong on an OPC UA line, and when: `open` while the session was built or because it went silent, so that a pause
 * follows; `read` in a session that stood.
 */
export interface SessionFault {
  code: LinkErrorCode;
  detail: string;
  during: "open" | "read";
}

const BY_WORDS: readonly [RegExp, LinkErrorCode][] = [
  [/BadUserAccessDenied|BadIdentityToken|BadUserSignature/, "link.credentials"],
  [/BadCertificate|BadSecurityChecks|certificate/i, "link.certificate"],
  [/timed? ?out/i, "link.timeout"],
  [/ECONNREFUSED/, "link.refused"],
  [/EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN/, "link.unreachable"],
  [/namespace|BadNodeId|BadDecoding|BadService/, "link.protocol"],
];

/** The library tells its faults in words; they are sorted by them. */
export function sessionFault(error: unknown, during: SessionFault["during"]): SessionFault {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof LinkError) return { code: error.code, detail, during };
  return { code: BY_WORDS.find(([words]) => words.test(detail))?.[1] ?? "link.closed", detail, during };
}
