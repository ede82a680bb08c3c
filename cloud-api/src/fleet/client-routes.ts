import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import Type from "typebox";
import Value from "typebox/value";
import { personIn } from "../access/guard.ts";
import type { AccessStore } from "../access/store.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import type { LiveBus } from "../platform/live.ts";
import { Problem } from "../platform/schema.ts";
import type { ClientStore } from "./client-store.ts";
import { CertificateRevoked, CertificateSerial, ClientCertificates } from "./schema.ts";

interface Deps {
  clients: ClientStore;
  access: AccessStore;
  live: LiveBus;
  clock: Clock;
}

/** Which other systems may listen at the broker, and the end of that, under /api/v1. */
export const clientRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { clients, access, live, clock }) => {
  app.get(
    "/client-certificates",
    { config: { access: "gateway.read" }, schema: { tags: ["fleet"], response: { 200: ClientCertificates } } },
    async () =>
      Value.Parse(ClientCertificates, {
        certificates: (await clients.certificates()).map(({ siteId, issuedAt, notAfter, revokedAt, ...row }) => ({
          ...row,
          site: siteId,
          issuedAt: issuedAt.toISOString(),
          notAfter: notAfter.toISOString(),
          revokedAt: revokedAt?.toISOString() ?? null,
        })),
      }),
  );

  app.post(
    "/client-certificates/:serial/revocation",
    {
      config: { access: "gateway.certify" },
      schema: {
        tags: ["fleet"],
        params: Type.Object({ serial: CertificateSerial }),
        response: { 200: CertificateRevoked, 404: Problem },
      },
    },
    async (request) => {
      const { serial } = request.params;
      const nowMs = clock.nowMs();
      const revoked = await clients.revoke(serial, nowMs);
      if (revoked === null) throw new FleetError("fleet.client-not-found", { serial });
      live.publish({ devices: [], gateways: [`client_${revoked.name}`], registry: true });
      const actor = personIn(request).email;
      const subject = revoked.name;
      await access.audit({ atMs: nowMs, actor, action: "client.revoke", subject, detail: { serial } });
      return { serial, revokedAt: revoked.revokedAt.toISOString() };
    },
  );
};
