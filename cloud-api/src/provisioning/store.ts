import { createHash } from "node:crypto";
import type { DeviceConfiguration } from "@wardtwin/device-profiles/twin-document/provisioning";
import type { Static } from "typebox";
import type { Database } from "../platform/database.ts";
import {
  type Claim,
  claimRefusal,
  type KnownGateway,
  SIGNED_MAX,
  type Signed,
  TOKEN_LIFE_MS,
  type Wish,
} from "./rules.ts";

type Prisma = Database["prisma"];
type Tx = Parameters<Parameters<Prisma["$transaction"]>[0]>[0];

/** A certificate that was signed on request. */
export interface SignedCertificate extends Signed {
  serial: string;
  askerSerial: string;
  gatewayId: string;
  siteId: string;
  notAfterMs: number;
}

/** Claims that nobody has used and that have not expired. */
export const OPEN_CLAIMS_MAX = 1_000;
const CLAIMS_LISTED_MAX = 200;
/** A claim is kept as a trace of who made a gateway for as long as a certificate lives. */
const CLAIM_KEPT_MS = 397 * 24 * 3_600_000;

const hashOf = (token: string) => new Uint8Array(createHash("sha256").update(token, "utf8").digest());
const msOf = (date: Date | null): number | null => date?.getTime() ?? null;

/** Holds claims and what was signed, and makes gateways of them. */
export class ProvisioningStore {
  readonly #db: Prisma;

  constructor({ prisma }: Database) {
    this.#db = prisma;
  }

  /** The claims that may still be used. */
  openClaims(nowMs: number) {
    return this.#db.provisioningClaim.findMany({
      where: { usedAt: null, revokedAt: null, expiresAt: { gt: new Date(nowMs) } },
      select: { id: true, siteId: true, serial: true },
      orderBy: { id: "asc" },
      take: OPEN_CLAIMS_MAX,
    });
  }

  /** @returns null where there is no such ward */
  async ward(id: string) {
    const row = await this.#db.ward.findUnique({ where: { id }, include: { site: true } });
    return row === null ? null : { ward: row.id, site: row.siteId, simulated: row.site.simulated };
  }

  /** @returns false where there are too many that nobody has used */
  async createClaim(
    claim: { id: string; serial: string; siteId: string; wardId: string; createdBy: string; expiresAtMs: number },
    nowMs: number,
  ): Promise<boolean> {
    const open = { usedAt: null, revokedAt: null, expiresAt: { gt: new Date(nowMs) } };
    if ((await this.#db.provisioningClaim.count({ where: open })) >= OPEN_CLAIMS_MAX) return false;
    const { expiresAtMs, ...row } = claim;
    await this.#db.provisioningClaim.create({
      data: { ...row, createdAt: new Date(nowMs), expiresAt: new Date(expiresAtMs) },
    });
    return true;
  }

  /** The newest claims first. */
  async claims() {
    return this.#db.provisioningClaim.findMany({
      orderBy: [{ createdAt: "desc" }, { id: "asc" }],
      take: CLAIMS_LISTED_MAX,
    });
  }

  async claim(id: string): Promise<Claim | null> {
    return claimIn(this.#db, id);
  }

  /** Revokes a claim; one that is revoked already keeps its moment. @returns null where there is none */
  async revokeClaim(id: string, nowMs: number): Promise<Date | null> {
    await this.#db.provisioningClaim.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date(nowMs) },
    });
    return (await this.#db.provisioningClaim.findUnique({ where: { id } }))?.revokedAt ?? null;
  }

  async gateway(id: string, nowMs: number): Promise<KnownGateway | null> {
    return gatewayIn(this.#db, id, nowMs);
  }

  async isSimulated(site: string): Promise<boolean> {
    return (await this.#db.site.findUnique({ where: { id: site } }))?.simulated ?? false;
  }

  /** Whether an asker has had so many certificates signed lately that it has to wait. */
  async isBusy(asker: string, nowMs: number): Promise<boolean> {
    const since = new Date(nowMs - TOKEN_LIFE_MS);
    return (await this.#db.signedRequest.count({ where: { asker, signedAt: { gt: since } } })) >= SIGNED_MAX;
  }

  async recordSigned(
    signed: Omit<SignedCertificate, "signedAtMs" | "activatedAtMs">,
    token: string,
    nowMs: number,
  ): Promise<void> {
    const { notAfterMs, ...row } = signed;
    const times = { notAfter: new Date(notAfterMs), signedAt: new Date(nowMs) };
    await this.#db.signedRequest.create({ data: { ...row, ...times, tokenHash: hashOf(token) } });
  }

  async signedBy(token: string): Promise<SignedCertificate | null> {
    const row = await this.#db.signedRequest.findUnique({ where: { tokenHash: hashOf(token) } });
    if (row === null) return null;
    const { serial, asker, askerSerial, gatewayId, siteId } = row;
    return {
      ...{ serial, asker, askerSerial, gatewayId, siteId },
      notAfterMs: row.notAfter.getTime(),
      signedAtMs: row.signedAt.getTime(),
      activatedAtMs: msOf(row.activatedAt),
    };
  }

  /** Whether a certificate was signed on request and never taken into use. */
  async isUnused(serial: string): Promise<boolean> {
    const row = await this.#db.signedRequest.findUnique({ where: { serial }, select: { activatedAt: true } });
    return row !== null && row.activatedAt === null;
  }

  /**
   * Makes a gateway of a claim: the claim is used up, the gateway stands in the registry, and its certificate lets it in; all of
   * it or nothing, and once however many ask.
   * @returns why not, or null
   */
  async useClaim(signed: SignedCertificate, wish: Wish, nowMs: number) {
    return this.#db.$transaction(async (tx) => {
      await tx.$queryRaw`select id from provisioning_claim where id = ${signed.asker} for update`;
      const claim = await claimIn(tx, signed.asker);
      const known = await gatewayIn(tx, signed.gatewayId, nowMs);
      const refused = claimRefusal(claim, signed.askerSerial, wish, known, nowMs);
      if (refused !== null || claim === null) return refused;
      if (known === null) {
        const site = await tx.site.findUniqueOrThrow({ where: { id: claim.siteId } });
        const own = { id: signed.gatewayId, name: signed.gatewayId, siteId: claim.siteId, wardId: claim.wardId };
        await tx.gateway.create({ data: { ...own, simulated: site.simulated } });
      }
      await tx.provisioningClaim.update({
        where: { id: claim.id },
        data: { usedAt: new Date(nowMs), usedBy: signed.gatewayId, revokedAt: new Date(nowMs) },
      });
      await activate(tx, signed, nowMs);
      return null;
    });
  }

  /** Lets a gateway's next certificate in, beside the one that it has. */
  async activate(signed: SignedCertificate, nowMs: number): Promise<void> {
    await this.#db.$transaction((tx) => activate(tx, signed, nowMs));
  }

  /**
   * Revokes the certificate that another one has followed, and what else was signed to follow it and came to nothing.
   */
  async retire({ serial, askerSerial, gatewayId, notAfterMs }: SignedCertificate, nowMs: number): Promise<void> {
    const siblings = await this.#db.signedRequest.findMany({
      where: { askerSerial, serial: { not: serial } },
      select: { serial: true },
    });
    const serials = [askerSerial, ...siblings.map((one) => one.serial)];
    const at = new Date(nowMs);
    await this.#db.gatewayCertificate.updateMany({
      where: { gatewayId, serial: { in: serials }, revokedAt: null },
      data: { revokedAt: at },
    });
    // A restored database may not know the old one, and would let it in.
    const old = { serial: askerSerial, gatewayId, notAfter: new Date(notAfterMs), issuedAt: at, issuedBy: gatewayId };
    await this.#db.gatewayCertificate.createMany({ data: [{ ...old, revokedAt: at }], skipDuplicates: true });
  }

  /** What a gateway has to know of itself; null where it is gone. */
  async configuration(gateway: string): Promise<Static<typeof DeviceConfiguration> | null> {
    const row = await this.#db.gateway.findUnique({ where: { id: gateway } });
    if (row === null) return null;
    return { site: row.siteId, ward: row.wardId, gateway, simulated: row.simulated ? "true" : "false" };
  }

  /** Forgets claims and signed certificates whose certificates nobody could use any more. @returns how many */
  async forget(nowMs: number): Promise<number> {
    const claims = await this.#db.provisioningClaim.deleteMany({
      where: { expiresAt: { lt: new Date(nowMs - CLAIM_KEPT_MS) } },
    });
    const signed = await this.#db.signedRequest.deleteMany({ where: { notAfter: { lt: new Date(nowMs) } } });
    return claims.count + signed.count;
  }
}

async function claimIn(tx: Tx, id: string): Promise<Claim | null> {
  const row = await tx.provisioningClaim.findUnique({ where: { id } });
  if (row === null) return null;
  const { serial, siteId, wardId } = row;
  return {
    ...{ id, serial, siteId, wardId },
    expiresAtMs: row.expiresAt.getTime(),
    usedAtMs: msOf(row.usedAt),
    revokedAtMs: msOf(row.revokedAt),
  };
}

async function gatewayIn(tx: Tx, id: string, nowMs: number): Promise<KnownGateway | null> {
  const valid = { revokedAt: null, notAfter: { gt: new Date(nowMs) } };
  const row = await tx.gateway.findUnique({ where: { id }, include: { certificates: { where: valid, take: 1 } } });
  if (row === null) return null;
  const { siteId, wardId, simulated } = row;
  return { siteId, wardId, simulated, isLive: row.online === true || row.certificates.length > 0 };
}

async function activate(tx: Tx, signed: SignedCertificate, nowMs: number): Promise<void> {
  const { serial, asker, gatewayId, notAfterMs } = signed;
  const first = await tx.signedRequest.updateMany({
    where: { serial, activatedAt: null },
    data: { activatedAt: new Date(nowMs) },
  });
  if (first.count === 0) return;
  await tx.gatewayCertificate.create({
    data: { serial, gatewayId, notAfter: new Date(notAfterMs), issuedAt: new Date(nowMs), issuedBy: asker },
  });
}
