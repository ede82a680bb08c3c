import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { type Database, isTaken, type Tx } from "../platform/database.ts";
import { FleetError } from "../platform/fleet-error.ts";
import { bindTo, LOCK_BINDINGS, lockBindings, type Place, type TakeUp } from "./binding-store.ts";
import type { RegistryImport } from "./schema.ts";

/** What answered no longer ago than this is what the person at the device has before them. */
const ANSWERS_WITHIN_MS = 60_000;

/** What a person saw: which device hangs where. */
interface Sighted extends Place {
  deviceId: string;
  source: "scan" | "hand";
}

/** A device that was registered after a gateway had heard it, and the key of what is held of it. */
interface Discovered {
  held: number;
  gateway_id: string;
  id: string;
  num: number;
}

/** Writes the registry. Reading it is in queries.ts. */
export class FleetStore {
  readonly #db: Database;
  readonly #takeUp: TakeUp;

  /** @param takeUp gives a device what was held of it before it was known whose it is */
  constructor(db: Database, takeUp: TakeUp) {
    this.#db = db;
    this.#takeUp = takeUp;
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
        await tx.$queryRawUnsafe(LOCK_BINDINGS);
        const { policy = {}, ...own } = site;
        const changed = { bindings: { increment: 1 } };
        await tx.site.upsert({
          where: { id: site.id },
          create: { ...own, policy },
          update: { ...own, policy, ...changed },
        });
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
          // Told again, a binding says nothing new of whoever came after a break, nor of where the device has gone since.
          if (bound?.deviceId === device) continue;
          const left = await tx.bindingPast.findFirst({ where: { deviceId: device, ...key } });
          if (left !== null && (await tx.binding.findFirst({ where: { deviceId: device } })) !== null) continue;
          const now = { deviceId: device, awaits: true };
          await tx.binding.upsert({ where: { gatewayId_line_unit: key }, create: { ...key, ...now }, update: now });
        }
      },
      { timeout: 60_000 },
    );
    await this.#claimDiscovered(site.id);
    return { wards: wards.length, gateways: gateways.length, devices: devices.length, bindings: bindings.length };
  }

  /** What devices said before they were registered is theirs, where one gateway alone has heard them. */
  async #claimDiscovered(siteId: string): Promise<void> {
    const { rows } = await this.#db.pool.query<Discovered>(
      `select sighting.num as held, sighting.gateway_id, device.id, device.num from device_sighting sighting
       join device using (site_id, profile, serial_normalised)
       where site_id = $1 and sighting.device_id is null and not exists (select 1 from device_sighting other
         where (other.site_id, other.profile, other.serial_normalised) = (sighting.site_id, sighting.profile, sighting.serial_normalised)
           and other.num <> sighting.num)
       order by sighting.num`,
      [siteId],
    );
    for (const { held, gateway_id: gatewayId, ...device } of rows) {
      await this.#db.transaction(async (tx) => {
        await lockBindings(tx);
        const { rowCount } = await tx.query("delete from device_sighting where num = $1 and device_id is null", [held]);
        if (rowCount === 1) await this.#takeUp(tx, { num: held, gatewayId, sinceMs: 0 }, device);
      });
    }
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
   * on the place, if there is one, is its own from now on, with all that was held of it. Whatever other gateways hear under
   * its number is not the device.
   */
  async bindBySight(sighting: Sighted, nowMs: number): Promise<{ attachment: string | null }> {
    const { deviceId, source } = sighting;
    return this.#db.transaction(async (tx) => {
      await lockBindings(tx);
      const device = await deviceOf(tx, deviceId);
      const last = await newestAttachment(tx, sighting);
      // What fell silent before the person came is not what they saw; whoever answers next is.
      const newest = last !== null && nowMs - last.last_at.getTime() <= ANSWERS_WITHIN_MS ? last : null;
      const since = device.conflict_since?.getTime() ?? nowMs;
      await bindTo(tx, sighting, { awaits: newest === null, sinceMs: since });
      await this.#settleSightings(tx, sighting, device, nowMs);
      if (newest === null) return { attachment: null };
      const { attachment } = newest;
      await tx.query(
        `update attachment set device_id = $5, confirmed_by = $6, confirmed_at = $7
         where gateway_id = $1 and line = $2 and unit = $3 and attachment = $4`,
        [...placeOf(sighting), attachment, deviceId, source, new Date(nowMs)],
      );
      // What was another's by somebody's word is in that one's history already.
      if (newest.device_id !== null || newest.num === null) return { attachment };
      const held = { num: newest.num, sinceMs: newest.first_at.getTime(), attachment };
      await this.#takeUp(tx, { ...held, gatewayId: sighting.gatewayId }, device);
      return { attachment };
    });
  }

  async #settleSightings(
    tx: Tx,
    { deviceId, gatewayId }: Sighted,
    device: { id: string; num: number },
    nowMs: number,
  ): Promise<void> {
    const { rows } = await tx.query<{ num: number }>(
      "delete from device_sighting where device_id = $1 and gateway_id = $2 returning num",
      [deviceId, gatewayId],
    );
    for (const { num } of rows) await this.#takeUp(tx, { num, gatewayId, sinceMs: 0 }, device);
    await tx.query("update device_sighting set overruled_at = $2 where device_id = $1", [deviceId, new Date(nowMs)]);
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

const placeOf = ({ gatewayId, line, unit }: Place) => [gatewayId, line, unit];

async function deviceOf(tx: Tx, id: string): Promise<{ id: string; num: number; conflict_since: Date | null }> {
  const { rows } = await tx.query<{ id: string; num: number; conflict_since: Date | null }>(
    "select id, num, conflict_since from device where id = $1",
    [id],
  );
  if (rows[0] === undefined) throw new Error(`device ${id} is no longer in the registry`);
  return rows[0];
}

interface NewestAttachment {
  attachment: string;
  device_id: string | null;
  first_at: Date;
  last_at: Date;
  /** The key of what is held of the place; null where nothing ever was. */
  num: number | null;
}

async function newestAttachment(tx: Tx, place: Place): Promise<NewestAttachment | null> {
  const { rows } = await tx.query<NewestAttachment>(
    `select attachment, device_id, first_at, last_at, line_place.num
     from attachment left join line_place using (gateway_id, line, unit)
     where gateway_id = $1 and line = $2 and unit = $3 order by epoch desc, mono_ms desc limit 1`,
    placeOf(place),
  );
  return rows[0] ?? null;
}

const inOrder = <Row extends { id: string }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
