import type { ProvisioningRejected } from "@wardtwin/device-profiles/twin-document/provisioning";
import { isRegistryId } from "@wardtwin/device-profiles/twin-document/topics";

/** What is kept of a claim. */
export interface Claim {
  id: string;
  /** Of its certificate. */
  serial: string;
  siteId: string;
  wardId: string;
  expiresAtMs: number;
  usedAtMs: number | null;
  revokedAtMs: number | null;
}

/** What the registry has of a gateway. */
export interface KnownGateway {
  siteId: string;
  wardId: string;
  simulated: boolean;
  /** Whether it is online, or has a certificate that would let it in. */
  isLive: boolean;
}

/** What somebody with a claim wants to become. */
export interface Wish {
  gateway: string;
  site?: string | undefined;
  ward?: string | undefined;
}

export const refusal = (statusCode: number, errorCode: string, errorMessage: string): ProvisioningRejected => ({
  statusCode,
  errorCode,
  errorMessage,
});

const denied = (sentence: string) => refusal(403, "AccessDenied", sentence);

/**
 * The provisioning hook: whether a claim may become a gateway.
 * @param serial of the certificate that is shown for the claim
 * @param gateway what the registry has of the gateway; null where it has none of that name
 * @returns why not, in a sentence for the installer; null where it may
 */
export function claimRefusal(
  claim: Claim | null,
  serial: string,
  wish: Wish,
  gateway: KnownGateway | null,
  nowMs: number,
): ProvisioningRejected | null {
  if (claim === null || claim.serial !== serial) return denied("this claim is not known here; ask for a new one");
  if (claim.usedAtMs !== null) return denied(`the claim ${claim.id} has been used; ask for a new one`);
  if (claim.revokedAtMs !== null) return denied(`the claim ${claim.id} was revoked; ask for a new one`);
  if (claim.expiresAtMs <= nowMs) return denied(`the claim ${claim.id} has expired; ask for a new one`);
  if (!isRegistryId(wish.gateway))
    return refusal(400, "InvalidParameters", "a gateway's name is 1 to 64 lower-case letters, digits and hyphens");
  if (wish.site !== undefined && wish.site !== claim.siteId)
    return denied(`the claim is for the site ${claim.siteId}, not ${wish.site}`);
  if (wish.ward !== undefined && wish.ward !== claim.wardId)
    return denied(`the claim is for the ward ${claim.wardId}, not ${wish.ward}`);
  if (gateway === null) return null;
  if (gateway.siteId !== claim.siteId || gateway.wardId !== claim.wardId)
    return denied(`the gateway ${wish.gateway} is registered elsewhere; name another, or ask for a claim of its ward`);
  if (gateway.isLive)
    return denied(`the gateway ${wish.gateway} is live; name another, or revoke its certificates first`);
  return null;
}

/** Whether a claim still lets anybody in. */
export const isClaimOpen = ({ usedAtMs, revokedAtMs, expiresAtMs }: Claim, nowMs: number): boolean =>
  usedAtMs === null && revokedAtMs === null && nowMs < expiresAtMs;

/** How long a signed certificate waits to be taken into use, as on AWS. */
export const TOKEN_LIFE_MS = 3_600_000;
/** How many certificates one asker may have signed within that time: each try of a gateway that loses its answers is one. */
export const SIGNED_MAX = 20;

/** A signed certificate, as far as its use goes. */
export interface Signed {
  asker: string;
  signedAtMs: number;
  activatedAtMs: number | null;
}

/** Whether an ownership token may be used by whoever shows it. @returns why not, or null */
export function tokenRefusal(signed: Signed | null, asker: string, nowMs: number): ProvisioningRejected | null {
  const code = "InvalidCertificateOwnershipToken";
  if (signed === null || signed.asker !== asker) return refusal(400, code, "the ownership token is not known");
  const isOver = signed.activatedAtMs === null && nowMs - signed.signedAtMs >= TOKEN_LIFE_MS;
  return isOver ? refusal(400, code, "the ownership token has expired; have a new certificate signed") : null;
}
