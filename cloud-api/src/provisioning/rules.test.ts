import { expect, test } from "vitest";
import { type Claim, claimRefusal, isClaimOpen, type KnownGateway, TOKEN_LIFE_MS, tokenRefusal } from "./rules.ts";

const NOW_MS = 1_700_000_000_000;
const SERIAL = "40".repeat(16);
const CLAIM: Claim = {
  ...{ id: "claim_1", serial: SERIAL, siteId: "st", wardId: "icu" },
  ...{ expiresAtMs: NOW_MS + 1, usedAtMs: null, revokedAtMs: null },
};
const KNOWN: KnownGateway = { siteId: "st", wardId: "icu", simulated: false, isLive: false };
const WISH = { gateway: "gw-1", site: "st", ward: "icu" };

test("P4, P6: a claim that is known, open and fits makes a gateway, new or registered and not live", () => {
  expect(claimRefusal(CLAIM, SERIAL, WISH, null, NOW_MS)).toBeNull();
  expect(claimRefusal(CLAIM, SERIAL, { gateway: "gw-1" }, KNOWN, NOW_MS)).toBeNull();
});

test.for<{
  why: string;
  claim?: Partial<Claim> | null;
  serial?: string;
  wish?: object;
  gateway?: Partial<KnownGateway>;
}>([
  { why: "not known here", claim: null },
  { why: "not known here", serial: "41".repeat(16) },
  { why: "has been used", claim: { usedAtMs: NOW_MS - 1, revokedAtMs: NOW_MS - 1 } },
  { why: "was revoked", claim: { revokedAtMs: NOW_MS } },
  { why: "has expired", claim: { expiresAtMs: NOW_MS } },
  { why: "a gateway's name", wish: { gateway: "GW" } },
  { why: "for the site st, not other", wish: { site: "other" } },
  { why: "for the ward icu, not other", wish: { ward: "other" } },
  { why: "registered elsewhere", gateway: { siteId: "other" } },
  { why: "registered elsewhere", gateway: { wardId: "other" } },
  { why: "is live", gateway: { isLive: true } },
])("P4: $why: no gateway is made, and the sentence says so", ({ why, claim, serial = SERIAL, wish, gateway }) => {
  const shown = claim === null ? null : { ...CLAIM, ...claim };
  const known = gateway === undefined ? null : { ...KNOWN, ...gateway };
  const refused = claimRefusal(shown, serial, { ...WISH, ...wish }, known, NOW_MS);
  expect(refused?.errorMessage).toContain(why);
  expect([400, 403]).toContain(refused?.statusCode);
});

test("P6: a claim lets its holder in until it is used, revoked or over", () => {
  expect(isClaimOpen(CLAIM, NOW_MS)).toBe(true);
  expect(isClaimOpen(CLAIM, NOW_MS + 1)).toBe(false);
  expect(isClaimOpen({ ...CLAIM, usedAtMs: NOW_MS }, NOW_MS)).toBe(false);
  expect(isClaimOpen({ ...CLAIM, revokedAtMs: NOW_MS }, NOW_MS)).toBe(false);
});

test("P5: a token is good for an hour, for its asker alone, and for good once its certificate is in use", () => {
  const signed = { asker: "claim_1", signedAtMs: NOW_MS, activatedAtMs: null };
  expect(tokenRefusal(signed, "claim_1", NOW_MS + TOKEN_LIFE_MS - 1)).toBeNull();
  expect(tokenRefusal(signed, "claim_1", NOW_MS + TOKEN_LIFE_MS)?.errorCode).toBe("InvalidCertificateOwnershipToken");
  expect(tokenRefusal(signed, "claim_2", NOW_MS)?.errorCode).toBe("InvalidCertificateOwnershipToken");
  expect(tokenRefusal(null, "claim_1", NOW_MS)?.errorCode).toBe("InvalidCertificateOwnershipToken");
  const inUse = { ...signed, activatedAtMs: NOW_MS };
  expect(tokenRefusal(inUse, "claim_1", NOW_MS + 100 * TOKEN_LIFE_MS)).toBeNull();
});
