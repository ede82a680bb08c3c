import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { type Database, isTaken } from "../platform/database.ts";
import { FleetError } from "../platform/fleet-error.ts";
import type { RegistryImport } from "./schema.ts";

/** What answered no longer ago than this is what the person at the device has before them. */
const ANSWERS_WITHIN_MS = 60_000;

/** What a person saw: which device hangs where. */
interface Sighted {
  deviceId: string;
  gatewayId: string;
  line: string;
  unit: string;
  source: "scan" | "hand";
}

/** Writes the registry. Reading it is in queries.ts. */
export class FleetStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Takes in a whole hospital in one transaction: rows that exist are updated, nothing is deleted. */
  async import(
    registry: RegistryImport,
  ): Promise<{ wards: number; gateways: number; devices: number; bindings: number }> {
    const { site, wards, bindings } = registry;
    // Telemetry locks gateways and twins in the order of their ids, too.
    const [gateways, devices] = [inOrder(registry.gateways), inOrder(registry.devices)];
    await this.#refuseMixing(registry);
    const rows = wards.map(({ order, ...ward }) => ({ ...ward, orderOnFloor: order, siteId: site.id }));
    await this.#db.prisma.$transaction(
      async (tx) => {
        const { policy = {}, ...own } = site;
        await tx.site.upsert({ where: { id: site.id }, create: { ...own, policy }, update: { ...own, policy } });
        for (const row of rows) await tx.ward.upsert({ where: { id: row.id }, create: row, update: row });
        for (const { ward, ...gateway } of gateways) {
          const row = { ...gateway, siteId: site.id, wardId: ward, simulated: site.simulated };
          await tx.gateway.upsert({ where: { id: row.id }, create: row, update: row });
        }
        for (const { ward, ...device } of devices) {
          const known = {
            ...device,
            siteId: site.id,
            serialNormalised: normalisedSerial(device.serial),
            simulated: site.simulated,
          };
          await tx.device
            .upsert({ where: { id: known.id }, create: { ...known, wardId: ward }, update: known })
            .catch((error: unknown) => {
              if (!isTaken(error)) throw error;
              const { id, serial } = device;
              throw new FleetError("fleet.serial-taken", { id, serial }, { cause: error });
            });
          await tx.twin.upsert({ where: { deviceId: known.id }, create: { deviceId: known.id }, update: {} });
        }
        for (const { gateway, line, unit, device } of bindings) {
          const key = { gatewayId: gateway, line, unit };
          const bound = await tx.binding.findUnique({ where: { gatewayId_line_unit: key } });
          // Told again, a binding says nothing new of whoever came after a break.
          if (bound?.deviceId === device) continue;
          const now = { deviceId: device, awaits: true };
          await tx.binding.upsert({ where: { gatewayId_line_unit: key }, create: { ...key, ...now }, update: now });
        }
      },
      { timeout: 60_000 },
    );
    return { wards: wards.length, gateways: gateways.length, devices: devices.length, bindings: bindings.length };
  }

  async #refuseMixing({ site, wards, gateways, devices }: RegistryImport): Promise<void> {
    const known = await this.#db.prisma.site.findUnique({ where: { id: site.id } });
    const word = (simulated: boolean) => (simulated ? "simulated" : "real");
    if (known !== null && known.simulated !== site.simulated) {
      throw new FleetError("fleet.simulated-mixed", {
        site: site.id,
        is: word(known.simulated),
        asked: word(site.simulated),
      });
    }
    const ids = [...gateways, ...devices].map(({ id }) => id);
    const elsewhere =
      (await this.#db.prisma.gateway.findFirst({ where: { id: { in: ids }, siteId: { not: site.id } } })) ??
      (await this.#db.prisma.device.findFirst({ where: { id: { in: ids }, siteId: { not: site.id } } })) ??
      (await this.#db.prisma.ward.findFirst({
        where: { id: { in: wards.map(({ id }) => id) }, siteId: { not: site.id } },
      }));
    if (elsewhere !== null) throw new FleetError("fleet.id-elsewhere", { id: elsewhere.id, site: elsewhere.siteId });
  }

  /** The devices of a site that a tag can mean: an asset number as it stands, or a serial number as it is compared. */
  async devicesByTag(tag: string): Promise<{ id: string; profile: string }[]> {
    return this.#db.prisma.device.findMany({
      where: { OR: [{ id: tag }, { assetNumber: tag }, { serialNormalised: normalisedSerial(tag) }] },
      select: { id: true, profile: true },
      take: 2,
    });
  }

  /** The profile by which the place was last read; null where nothing was. */
  async profileAt(place: { gatewayId: string; line: string; unit: string }): Promise<string | null> {
    const newest = await this.#db.prisma.attachment.findFirst({
      where: place,
      orderBy: [{ epoch: "desc" }, { monoMs: "desc" }],
      select: { profile: true },
    });
    return newest?.profile ?? null;
  }

  /**
   * A person has seen which device hangs on a unit of a line: it is bound there and nowhere else, and the present presence
   * on the place, if there is one, is its own from now on.
   */
  async bindBySight(sighting: Sighted, nowMs: number): Promise<{ attachment: string | null }> {
    const { deviceId, gatewayId, line, unit, source } = sighting;
    const key = { gatewayId, line, unit };
    return this.#db.prisma.$transaction(async (tx) => {
      await tx.binding.deleteMany({ where: { deviceId, NOT: key } });
      const last = await tx.attachment.findFirst({ where: key, orderBy: [{ epoch: "desc" }, { monoMs: "desc" }] });
      // What fell silent before the person came is not what they saw; whoever answers next is.
      const newest = last !== null && nowMs - last.lastAt.getTime() <= ANSWERS_WITHIN_MS ? last : null;
      const now = { deviceId, awaits: newest === null, since: new Date(nowMs) };
      await tx.binding.upsert({ where: { gatewayId_line_unit: key }, create: { ...key, ...now }, update: now });
      if (newest === null) return { attachment: null };
      const { attachment } = newest;
      await tx.attachment.update({
        where: { gatewayId_line_unit_attachment: { ...key, attachment } },
        data: { deviceId, confirmedBy: source, confirmedAt: new Date(nowMs) },
      });
      return { attachment };
    });
  }

  async recordCertificate(certificate: {
    serial: string;
    gatewayId: string;
    notAfterMs: number;
    issuedBy: string;
  }): Promise<void> {
    const { notAfterMs, ...row } = certificate;
    await this.#db.prisma.gatewayCertificate.create({ data: { ...row, notAfter: new Date(notAfterMs) } });
  }

  /** Revokes a certificate of a gateway; one that is revoked already keeps its moment. @returns null where there is none */
  async revokeCertificate(gatewayId: string, serial: string, nowMs: number): Promise<Date | null> {
    const key = { gatewayId, serial };
    const at = new Date(nowMs);
    await this.#db.prisma.gatewayCertificate.updateMany({
      where: { ...key, revokedAt: null },
      data: { revokedAt: at },
    });
    const row = await this.#db.prisma.gatewayCertificate.findFirst({ where: key, select: { revokedAt: true } });
    return row?.revokedAt ?? null;
  }
}

const inOrder = <Row extends { id: string }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
