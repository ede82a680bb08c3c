import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { OutboxCounts } from "@wardtwin/device-profiles/twin-document/messages";
import Type from "typebox";
import Value from "typebox/value";
import type { CertificateAuthority } from "../access/certificate-authority.ts";
import { CsrError } from "../access/certificate-request.ts";
import { personIn } from "../access/guard.ts";
import type { AccessStore } from "../access/store.ts";
import type { Clock } from "../platform/clock.ts";
import { FleetError } from "../platform/fleet-error.ts";
import type { LiveBus } from "../platform/live.ts";
import { Problem, RegistryId } from "../platform/schema.ts";
import type { FleetQueries } from "./queries.ts";
import { brokenReference } from "./rules.ts";
import {
  CertificateIssued,
  CertificateRequest,
  CertificateRevoked,
  CertificateSerial,
  DiscoveredDevices,
  GatewayCertificates,
  GatewayList,
  RegistryImport,
  RegistryImported,
  Sighting,
  SightingTaken,
  UnconfirmedLines,
} from "./schema.ts";
import type { FleetStore } from "./store.ts";

interface Deps {
  fleet: FleetQueries;
  store: FleetStore;
  access: AccessStore;
  authority: CertificateAuthority;
  live: LiveBus;
  clock: Clock;
}

/** A registry of 50,000 devices is about 15 MB of JSON. */
const IMPORT_BYTES_MAX = 32 * 1024 * 1024;
const instant = (date: Date | null) => date?.toISOString() ?? null;

/** A row that says what no version of this program wrote says nothing. */
function outboxOf(counts: unknown, at: Date | null) {
  if (at === null || !Value.Check(OutboxCounts, counts)) return null;
  return { at: at.toISOString(), ...counts, oldestWaitingMs: counts.oldestWaitingMs ?? null };
}

/** The registry, under /api/v1. */
export const fleetRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { fleet, store, access, live, clock }) => {
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
      live.publish({ devices: [], gateways: [], registry: true });
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
        outbox: outboxOf(row.outbox, row.outboxAt),
      })),
    }),
  );
};

const discoveredOf = (row: Awaited<ReturnType<FleetQueries["discovered"]>>[number]) => ({
  place: { gateway: row.gateway_id, line: row.line, unit: row.unit },
  profile: row.profile,
  manufacturer: row.identity.manufacturer ?? null,
  model: row.identity.model ?? null,
  serial: row.identity.serial,
  firmware: row.identity.firmware ?? null,
  firstAt: row.first_at.toISOString(),
  lastAt: row.last_at.toISOString(),
  device: row.device_id,
  boundTo: row.bound_to,
  standing: standingOf(row),
});

const standingOf = ({
  device_id,
  contested,
  overruled,
}: {
  device_id: string | null;
  contested: boolean;
  overruled: boolean;
}) => {
  if (device_id === null) return "unregistered" as const;
  if (contested) return "conflict" as const;
  return overruled ? ("overruled" as const) : ("elsewhere" as const);
};

/** Which device hangs where, by a person's word or by its own, under /api/v1. */
export const sightingRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { fleet, store, access, live, clock }) => {
  app.get(
    "/lines/unconfirmed",
    { config: { access: "twin.read" }, schema: { tags: ["fleet"], response: { 200: UnconfirmedLines } } },
    async () => ({
      lines: (await fleet.unconfirmedLines()).map((row) => ({
        place: { gateway: row.gateway_id, line: row.line, unit: row.unit },
        device: row.device_id,
        profile: row.profile,
        says: [row.identity.manufacturer, row.identity.model].filter((word) => word !== undefined).join(" "),
        since: row.first_at.toISOString(),
      })),
    }),
  );

  app.get(
    "/devices/discovered",
    { config: { access: "twin.read" }, schema: { tags: ["fleet"], response: { 200: DiscoveredDevices } } },
    async () => ({ devices: (await fleet.discovered()).map(discoveredOf) }),
  );

  app.post(
    "/sightings",
    {
      config: { access: "sighting.write" },
      schema: {
        tags: ["fleet"],
        body: Sighting,
        response: { 200: SightingTaken, 400: Problem, 404: Problem, 409: Problem },
      },
    },
    async (request) => {
      const { device: tag, place, source } = request.body;
      const [device, another] = await store.devicesByTag(tag);
      if (device === undefined) throw new FleetError("fleet.tag-unknown", { tag });
      if (another !== undefined) throw new FleetError("fleet.tag-ambiguous", { tag });
      if ((await fleet.gateway(place.gateway)) === null) {
        throw new FleetError("fleet.gateway-not-found", { id: place.gateway });
      }
      const speaks = await store.profileAt({ gatewayId: place.gateway, line: place.line, unit: place.unit });
      if (speaks !== null && speaks !== device.profile) {
        throw new FleetError("fleet.sighting-other-profile", { device: device.id, is: device.profile, speaks });
      }
      const nowMs = clock.nowMs();
      const { attachment } = await store.bindBySight(
        { deviceId: device.id, gatewayId: place.gateway, line: place.line, unit: place.unit, source },
        nowMs,
      );
      fleet.forgetIndex();
      live.publish({ devices: [device.id], gateways: [], registry: true });
      await access.audit({
        atMs: nowMs,
        actor: personIn(request).email,
        action: "sighting.write",
        subject: device.id,
        detail: { ...place, source },
      });
      return { device: device.id, place, answers: attachment !== null };
    },
  );
};

/** The gateways' certificates, under /api/v1. */
export const certificateRoutes: FastifyPluginAsyncTypebox<Deps> = async (
  app,
  { fleet, store, access, authority, live, clock },
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
      live.publish({ devices: [], gateways: [], registry: true });
      await access.audit({ atMs: clock.nowMs(), actor: issuedBy, action: "gateway.certify", subject: gateway.id });
      return {
        certificatePem: issued.certificatePem,
        caPem: authority.caPem,
        notAfter: new Date(issued.notAfterMs).toISOString(),
      };
    },
  );
};

/** Which certificates a gateway has, and the end of one before its time, under /api/v1. */
export const revocationRoutes: FastifyPluginAsyncTypebox<Deps> = async (app, { fleet, store, access, live, clock }) => {
  app.get(
    "/gateways/:id/certificates",
    {
      config: { access: "gateway.read" },
      schema: {
        tags: ["fleet"],
        params: Type.Object({ id: RegistryId }),
        response: { 200: GatewayCertificates, 404: Problem },
      },
    },
    async ({ params: { id } }) => {
      if ((await fleet.gateway(id)) === null) throw new FleetError("fleet.gateway-not-found", { id });
      return {
        certificates: (await fleet.certificates(id)).map(({ serial, issuedAt, issuedBy, notAfter, revokedAt }) => ({
          serial,
          issuedAt: issuedAt.toISOString(),
          issuedBy,
          notAfter: notAfter.toISOString(),
          revokedAt: instant(revokedAt),
        })),
      };
    },
  );

  app.post(
    "/gateways/:id/certificates/:serial/revocation",
    {
      config: { access: "gateway.certify" },
      schema: {
        tags: ["fleet"],
        params: Type.Object({ id: RegistryId, serial: CertificateSerial }),
        response: { 200: CertificateRevoked, 404: Problem },
      },
    },
    async (request) => {
      const { id, serial } = request.params;
      const nowMs = clock.nowMs();
      const revokedAt = await store.revokeCertificate(id, serial, nowMs);
      if (revokedAt === null) throw new FleetError("fleet.certificate-not-found", { id, serial });
      fleet.forgetIndex();
      // The broker hears of it on the same bus as the pages, and cuts a live session off.
      live.publish({ devices: [], gateways: [id], registry: true });
      const actor = personIn(request).email;
      await access.audit({ atMs: nowMs, actor, action: "gateway.revoke", subject: id, detail: { serial } });
      return { serial, revokedAt: revokedAt.toISOString() };
    },
  );
};
