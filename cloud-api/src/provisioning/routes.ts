import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import Type from "typebox";
import type { CertificateAuthority } from "../access/certificate-authority.ts";
import { personIn } from "../access/guard.ts";
import type { AccessStore } from "../access/store.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import type { LiveBus } from "../platform/live.ts";
import type { Random } from "../platform/random.ts";
import { Problem } from "../platform/schema.ts";
import { ClaimId, ClaimList, ClaimMade, ClaimRevoked, NewClaim } from "./schema.ts";
import { OPEN_CLAIMS_MAX, type ProvisioningStore } from "./store.ts";

interface Deps {
  store: ProvisioningStore;
  access: AccessStore;
  authority: CertificateAuthority;
  live: LiveBus;
  clock: Clock;
  random: Random;
}

const HOUR_MS = 3_600_000;
const EXPIRES_IN_H = 24;
const ID_BYTES = 12;
const newId = (random: Random) => `claim_${Buffer.from(random.bytes(ID_BYTES)).toString("hex")}`;
const instant = (date: Date | null) => date?.toISOString() ?? null;

/** Claims: the right of one gateway that is not there yet to be certified, under /api/v1. */
export const provisioningRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, deps) => {
  const { store, access, authority, live, clock, random } = deps;
  app.post(
    "/provisioning-claims",
    {
      config: { access: "gateway.certify" },
      schema: {
        tags: ["fleet"],
        body: NewClaim,
        response: { 200: ClaimMade, 400: Problem, 404: Problem, 409: Problem },
      },
    },
    async (request, reply) => {
      const { ward: wardId, expiresInH = EXPIRES_IN_H } = request.body;
      const place = await store.ward(wardId);
      if (place === null) throw new FleetError("fleet.ward-not-found", { id: wardId });
      const { site, ward, simulated } = place;
      const nowMs = clock.nowMs();
      const id = newId(random);
      const lifeMs = expiresInH * HOUR_MS;
      const { serial, certificatePem, privateKeyPem } = await authority.withKey({ id, site, holder: "claim", lifeMs });
      const createdBy = personIn(request).email;
      const expiresAtMs = nowMs + lifeMs;
      const made = await store.createClaim({ id, serial, siteId: site, wardId: ward, createdBy, expiresAtMs }, nowMs);
      if (!made) throw new FleetError("fleet.claims-full", { max: OPEN_CLAIMS_MAX });
      live.publish({ devices: [], gateways: [], registry: true });
      await access.audit({ atMs: nowMs, actor: createdBy, action: "claim.create", subject: id, detail: { ward } });
      reply.header("cache-control", "no-store");
      const told = { id, site, ward, simulated, expiresAt: new Date(expiresAtMs).toISOString() };
      return { ...told, certificatePem, privateKeyPem, caPem: authority.caPem };
    },
  );

  app.post(
    "/provisioning-claims/:id/revocation",
    {
      config: { access: "gateway.certify" },
      schema: {
        tags: ["fleet"],
        params: Type.Object({ id: ClaimId }),
        response: { 200: ClaimRevoked, 404: Problem },
      },
    },
    async (request) => {
      const { id } = request.params;
      const nowMs = clock.nowMs();
      const revokedAt = await store.revokeClaim(id, nowMs);
      if (revokedAt === null) throw new FleetError("fleet.claim-not-found", { id });
      live.publish({ devices: [], gateways: [id], registry: true });
      await access.audit({ atMs: nowMs, actor: personIn(request).email, action: "claim.revoke", subject: id });
      return { id, revokedAt: revokedAt.toISOString() };
    },
  );
};

/** Which claims there are and what came of them, under /api/v1. */
export const claimRoutes: FastifyPluginAsyncTypebox<Pick<Deps, "store">> = async (app, { store }) => {
  app.get(
    "/provisioning-claims",
    { config: { access: "gateway.certify" }, schema: { tags: ["fleet"], response: { 200: ClaimList } } },
    async () => ({
      claims: (await store.claims()).map((row) => ({
        id: row.id,
        site: row.siteId,
        ward: row.wardId,
        createdAt: row.createdAt.toISOString(),
        createdBy: row.createdBy,
        expiresAt: row.expiresAt.toISOString(),
        usedAt: instant(row.usedAt),
        usedBy: row.usedBy,
        revokedAt: instant(row.revokedAt),
      })),
    }),
  );
};
