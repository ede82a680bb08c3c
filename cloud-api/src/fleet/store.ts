import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { type Database, isTaken } from "../platform/database.ts";
import { FleetError } from "../platform/fleet-error.ts";
import type { RegistryImport } from "./schema.ts";

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
          await tx.binding.upsert({
            where: { gatewayId_line_unit: key },
            create: { ...key, deviceId: device },
            update: { deviceId: device },
          });
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

  async recordCertificate(certificate: {
    serial: string;
    gatewayId: string;
    notAfterMs: number;
    issuedBy: string;
  }): Promise<void> {
    const { notAfterMs, ...row } = certificate;
    await this.#db.prisma.gatewayCertificate.create({ data: { ...row, notAfter: new Date(notAfterMs) } });
  }
}

const inOrder = <Row extends { id: string }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
