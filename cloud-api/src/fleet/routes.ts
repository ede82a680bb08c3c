import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import Type from "typebox";
import { type CertificateAuthority, CsrError } from "../access/certificate-authority.ts";
import { personIn } from "../access/guard.ts";
import type { AccessStore } from "../access/store.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import { Problem, RegistryId } from "../platform/schema.ts";
import type { FleetQueries } from "./queries.ts";
import { brokenReference } from "./rules.ts";
import { CertificateIssued, CertificateRequest, GatewayList, RegistryImport, RegistryImported } from "./schema.ts";
import type { FleetStore } from "./store.ts";

interface Deps {
  fleet: FleetQueries;
  store: FleetStore;
  access: AccessStore;
  authority: CertificateAuthority;
  clock: Clock;
}

/** A registry of 50,000 devices is about 15 MB of JSON. */
const IMPORT_BYTES_MAX = 32 * 1024 * 1024;
const instant = (date: Date | null) => date?.toISOString() ?? null;

/** The registry, under /api/v1. */
export const fleetRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { fleet, store, access, clock }) => {
  app.post(
    "/registry/import",
    {
      config: { access: "registry.import" },
      bodyLimit: IMPORT_BYTES_MAX,
      schema: {
        tags: ["fleet"],
        body: RegistryImport,
        response: { 200: RegistryImported, 400: Problem, 409: Problem },
      },
    },
    async (request) => {
      const broken = brokenReference(request.body);
      if (broken !== null) throw new FleetError("fleet.reference-missing", broken);
      const imported = await store.import(request.body);
      fleet.forgetIndex();
      await access.audit({
        atMs: clock.nowMs(),
        actor: personIn(request).email,
        action: "registry.import",
        subject: request.body.site.id,
      });
      return imported;
    },
  );

  app.get(
    "/gateways",
    { config: { access: "gateway.read" }, schema: { tags: ["fleet"], response: { 200: GatewayList } } },
    async () => ({
      gateways: (await fleet.gateways()).map((row) => ({
        id: row.id,
        name: row.name,
        ward: row.wardId,
        simulated: row.simulated,
        link: row.online === null ? ("unknown" as const) : row.online ? ("online" as const) : ("offline" as const),
        linkSince: instant(row.onlineSince),
        lastBatchAt: instant(row.lastBatchAt),
      })),
    }),
  );
};

/** The gateways' certificates, under /api/v1. */
export const certificateRoutes: FastifyPluginAsyncTypebox<Deps> = async (
  app,
  { fleet, store, access, authority, clock },
) => {
  app.post(
    "/gateways/:id/certificates",
    {
      config: { access: "gateway.certify" },
      schema: {
        tags: ["fleet"],
        params: Type.Object({ id: RegistryId }),
        body: CertificateRequest,
        response: { 200: CertificateIssued, 400: Problem, 404: Problem },
      },
    },
    async (request) => {
      const gateway = await fleet.gateway(request.params.id);
      if (gateway === null) throw new FleetError("fleet.gateway-not-found", { id: request.params.id });
      const holder = { gateway: gateway.id, site: gateway.siteId, simulated: gateway.simulated };
      const issued = await authority.signGateway(request.body.csrPem, holder).catch((error: unknown) => {
        if (!(error instanceof CsrError)) throw error;
        throw new FleetError("fleet.csr-invalid", { why: error.message, gateway: gateway.id }, { cause: error });
      });
      const issuedBy = personIn(request).email;
      await store.recordCertificate({
        serial: issued.serial,
        gatewayId: gateway.id,
        notAfterMs: issued.notAfterMs,
        issuedBy,
      });
      await access.audit({ atMs: clock.nowMs(), actor: issuedBy, action: "gateway.certify", subject: gateway.id });
      return {
        certificatePem: issued.certificatePem,
        caPem: authority.caPem,
        notAfter: new Date(issued.notAfterMs).toISOString(),
      };
    },
  );
};
