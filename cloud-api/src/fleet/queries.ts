import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import type { Database } from "../platform/database.ts";
import { WARD_KINDS } from "./schema.ts";

export interface SiteFacts {
  id: string;
  name: string;
  timeZone: string;
  simulated: boolean;
}

export interface KnownDevice {
  id: string;
  num: number;
  simulated: boolean;
}

/** Finds the device behind what a gateway sees: by its own word first, else by the binding that a person made. */
export interface FleetIndex {
  gateway(id: string): { siteId: string; simulated: boolean } | null;
  bySerial(siteId: string, profile: string, serial: string): KnownDevice | null;
  byBinding(gatewayId: string, line: string, unit: string): KnownDevice | null;
  isRevoked(certificate: string): boolean;
  /** Whether the device is bound to a line of the gateway: its shadows are that gateway's then. */
  isBound(gatewayId: string, deviceId: string): boolean;
  /** The site of a gateway or a device; null where the registry knows neither. */
  siteOf(thing: string): string | null;
  /** Whether what the gateway says of the device is the device's: it is bound there or nowhere, and no two hear it. */
  isAtHome(gatewayId: string, deviceId: string): boolean;
  /** How often bindings had been changed when they were read (`fenceBindings`). */
  changes: number;
}

interface UnconfirmedRow {
  gateway_id: string;
  line: string;
  unit: string;
  profile: string;
  identity: { manufacturer?: string; model?: string };
  first_at: Date;
  device_id: string | null;
}

/** What a gateway hears and does not have, as it is kept. */
interface DiscoveredRow {
  gateway_id: string;
  line: string;
  unit: string;
  profile: string;
  identity: { manufacturer?: string; model?: string; serial: string; firmware?: string };
  device_id: string | null;
  first_at: Date;
  last_at: Date;
  bound_to: string | null;
  contested: boolean;
  overruled: boolean;
}

/** A gateway has a new certificate about once a year. */
const CERTIFICATES_MAX = 100;
/** How long an index is used before the registry is read again. */
const INDEX_LIFE_MS = 2_000;

/** Read-only answers of the registry, for the stages. */
export class FleetQueries {
  readonly #db: Database;
  #index: { at: number; value: Promise<FleetIndex> } | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The one site of this installation, or null before the first import. */
  async site(): Promise<SiteFacts | null> {
    const row = await this.#db.prisma.site.findFirst({ orderBy: { createdAt: "asc" } });
    return row === null ? null : { id: row.id, name: row.name, timeZone: row.timeZone, simulated: row.simulated };
  }

  async gateways() {
    return this.#db.prisma.gateway.findMany({ orderBy: { id: "asc" } });
  }

  async gateway(id: string) {
    return this.#db.prisma.gateway.findUnique({ where: { id } });
  }

  async wards() {
    const rows = await this.#db.prisma.ward.findMany({
      orderBy: [{ floor: "desc" }, { orderOnFloor: "asc" }, { id: "asc" }],
    });
    return rows.map(({ kind, ...ward }) => ({
      ...ward,
      kind: WARD_KINDS.find((known) => known === kind) ?? ("ward" as const),
    }));
  }

  /** The places whose newest presence belongs to nobody yet, the longest waiting first. */
  async unconfirmedLines() {
    const rows = await this.#db.prisma.$queryRaw<UnconfirmedRow[]>`
      select newest.gateway_id, newest.line, newest.unit, newest.profile, newest.identity, newest.first_at, binding.device_id
      from (select distinct on (gateway_id, line, unit) * from attachment order by gateway_id, line, unit, epoch desc, mono_ms desc) newest
      left join binding using (gateway_id, line, unit)
      where newest.device_id is null order by newest.first_at limit 1000`;
    return rows;
  }

  /** Devices that gateways hear and do not have, the latest first. */
  async discovered() {
    return this.#db.prisma.$queryRaw<DiscoveredRow[]>`
      select sighting.gateway_id, sighting.line, sighting.unit, sighting.profile, sighting.identity, device.id as device_id,
        first_at, last_at, (select min(gateway_id) from binding where device_id = device.id) as bound_to,
        coalesce(device.conflict_since is not null, false) as contested, overruled_at is not null as overruled
      from device_sighting sighting left join device on device.id = sighting.device_id
      order by last_at desc, sighting.gateway_id, sighting.line, sighting.unit limit 1000`;
  }

  /**
   * Whether a certificate of our authority speaks for a gateway of its site, says the same of simulated or real, and is not
   * revoked. One that the registry has no record of is let in: a restored database knows nothing of yesterday's.
   */
  async admits(
    { id, site, simulated, certificate }: { id: string; site: string; simulated: boolean; certificate: string },
    nowMs: number,
  ): Promise<boolean> {
    const index = await this.index(nowMs);
    const gateway = index.gateway(id);
    if (gateway === null || index.isRevoked(certificate)) return false;
    return gateway.siteId === site && gateway.simulated === simulated;
  }

  /** Every gateway with the devices that are bound to it, and all certificates that were ever signed for it. */
  async gatewaysWithRights() {
    return this.#db.prisma.gateway.findMany({
      select: {
        id: true,
        siteId: true,
        simulated: true,
        bindings: { select: { deviceId: true } },
        certificates: { select: { serial: true, notAfter: true, revokedAt: true } },
      },
      orderBy: { id: "asc" },
    });
  }

  /** The certificates of a gateway, the newest first. */
  async certificates(gatewayId: string) {
    return this.#db.prisma.gatewayCertificate.findMany({
      where: { gatewayId },
      orderBy: [{ issuedAt: "desc" }, { serial: "asc" }],
      take: CERTIFICATES_MAX,
    });
  }

  /** The registry has just been written in this process: the next question reads it anew. */
  forgetIndex(): void {
    this.#index = null;
  }

  /** The present index, at most two seconds old. */
  index(nowMs: number): Promise<FleetIndex> {
    if (this.#index === null || nowMs - this.#index.at > INDEX_LIFE_MS || nowMs < this.#index.at) {
      const value = this.#readIndex();
      this.#index = { at: nowMs, value };
      value.catch(() => {
        this.#index = null;
      });
    }
    return this.#index.value;
  }

  async #readIndex(): Promise<FleetIndex> {
    // Before the bindings, so that whoever compares it never takes old ones for new.
    const { _sum } = await this.#db.prisma.site.aggregate({ _sum: { bindings: true } });
    const [gateways, devices, bindings, revoked, pending] = await Promise.all([
      this.#db.prisma.gateway.findMany({ select: { id: true, siteId: true, simulated: true } }),
      this.#db.prisma.device.findMany({
        select: {
          id: true,
          num: true,
          siteId: true,
          profile: true,
          serialNormalised: true,
          simulated: true,
          conflictSince: true,
        },
      }),
      this.#db.prisma.binding.findMany(),
      this.#db.prisma.gatewayCertificate.findMany({ where: { revokedAt: { not: null } }, select: { serial: true } }),
      // A certificate that was signed and never taken into use lets nobody in, as a revoked one does not.
      this.#db.prisma.signedRequest.findMany({ where: { activatedAt: null }, select: { serial: true } }),
    ]);
    const refusedSerials = new Set([...revoked, ...pending].map(({ serial }) => serial));
    const key = (...parts: string[]) => parts.join("\u0000");
    const gatewayById = new Map(gateways.map((gateway) => [gateway.id, gateway]));
    const deviceById = new Map(devices.map((device) => [device.id, device]));
    const bySerial = new Map<string, KnownDevice | null>();
    for (const device of devices) {
      const serial = key(device.siteId, device.profile, device.serialNormalised);
      // Two models of one profile may bear the same serial number: then the number alone says nothing.
      bySerial.set(serial, bySerial.has(serial) ? null : device);
    }
    const byBinding = new Map(
      bindings.map((row) => [key(row.gatewayId, row.line, row.unit), deviceById.get(row.deviceId) ?? null]),
    );
    const bound = new Set(bindings.map((row) => key(row.gatewayId, row.deviceId)));
    const placed = new Set(bindings.map(({ deviceId }) => deviceId));
    const contested = new Set(devices.filter(({ conflictSince }) => conflictSince !== null).map(({ id }) => id));
    return {
      gateway: (id) => gatewayById.get(id) ?? null,
      bySerial: (siteId, profile, serial) => bySerial.get(key(siteId, profile, normalisedSerial(serial))) ?? null,
      byBinding: (gatewayId, line, unit) => byBinding.get(key(gatewayId, line, unit)) ?? null,
      isRevoked: (certificate) => refusedSerials.has(certificate),
      isBound: (gatewayId, deviceId) => bound.has(key(gatewayId, deviceId)),
      siteOf: (thing) => gatewayById.get(thing)?.siteId ?? deviceById.get(thing)?.siteId ?? null,
      isAtHome: (gatewayId, deviceId) =>
        !contested.has(deviceId) && (bound.has(key(gatewayId, deviceId)) || !placed.has(deviceId)),
      changes: Number(_sum.bindings ?? 0),
    };
  }
}
