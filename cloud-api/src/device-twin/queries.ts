import type { ProfileCore } from "@wardtwin/device-profiles/profile/profile";
import { DEVICE_KIND_NAMES, type DeviceKind } from "@wardtwin/device-profiles/vocabulary/device-kind";
import { isMetricName, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { QUALITIES } from "@wardtwin/device-profiles/vocabulary/quality";
import type { Database } from "../platform/database.ts";
import type { Present } from "./present.ts";
import { DEFAULT_POLICY, type Judgement, judge, type MetricNow, type SitePolicy } from "./rules.ts";
import { presentOf, type TwinRow } from "./store.ts";

/** A device with everything that its page, its chip and its ward's counts are made of. */
export interface TwinRecord {
  id: string;
  kind: DeviceKind;
  manufacturer: string;
  model: string;
  serial: string;
  assetNumber: string | null;
  firmware: string | null;
  simulated: boolean;
  wardId: string;
  wardName: string;
  wardSinceMs: number;
  profileId: string;
  profile: ProfileCore | null;
  gateway: { id: string; name: string; online: boolean | null; onlineSinceMs: number | null } | null;
  present: Present;
  metrics: ReadonlyMap<MetricName, MetricNow>;
  judgement: Judgement;
  /** Where something answers that may be another device; null while it is known who does. */
  unconfirmed: { gateway: string; line: string; unit: string; sinceMs: number } | null;
  /** Two gateways hear it at the same time, and where; null while none or one does. */
  conflict: { sinceMs: number; places: { gateway: string; line: string; unit: string; heardAt: string }[] } | null;
}

interface DeviceRow extends TwinRow {
  id: string;
  kind: string;
  manufacturer: string;
  model: string;
  serial: string;
  asset_number: string | null;
  firmware: string | null;
  simulated: boolean;
  ward_id: string;
  ward_name: string;
  ward_since: Date;
  registry_profile: string;
  gateway_name: string | null;
  online: boolean | null;
  online_since: Date | null;
  policy: Partial<SitePolicy>;
  /** The newest presence on the place that the device is bound to, and whose it is. */
  place_gateway: string | null;
  place_line: string | null;
  place_unit: string | null;
  place_device: string | null;
  place_since: Date | null;
  conflict_since: Date | null;
  conflict_places: { gateway: string; line: string; unit: string; heard_ms: number }[] | null;
}

interface MetricNowRow {
  device_id: string;
  metric: string;
  value: number | null;
  value_at: Date | null;
  quality: number;
}

/** What a list of devices asks for. `after` is the last id of the page before; `take` counts devices. */
export interface TwinFilter {
  ids?: readonly string[] | undefined;
  ward?: string | undefined;
  kind?: DeviceKind | undefined;
  after?: string | undefined;
  take?: number;
}

const TAKE_MAX = 50_000;

/** Read-only answers about twins, for the routes and for the stages downstream. */
export class TwinQueries {
  readonly #db: Database;
  readonly #catalog: ReadonlyMap<string, ProfileCore>;

  constructor(db: Database, catalog: ReadonlyMap<string, ProfileCore>) {
    this.#db = db;
    this.#catalog = catalog;
  }

  /** The twins that a filter names, by id, each judged as of `nowMs`. */
  async twins(filter: TwinFilter, nowMs: number): Promise<TwinRecord[]> {
    const { ids, ward, kind, after, take = TAKE_MAX } = filter;
    const { rows } = await this.#db.pool.query<DeviceRow>(
      `select twin.*, device.id, device.kind, device.manufacturer, device.model, device.serial, device.asset_number,
         device.firmware, device.simulated, device.ward_id, ward.name as ward_name, device.ward_since,
         device.profile as registry_profile, gateway.name as gateway_name, gateway.online, gateway.online_since, site.policy,
         place.gateway_id as place_gateway, place.line as place_line, place.unit as place_unit,
         place.owner as place_device, place.first_at as place_since, device.conflict_since,
         case when device.conflict_since is not null then (
           select jsonb_agg(jsonb_build_object('gateway', gateway_id, 'line', line, 'unit', unit,
             'heard_ms', extract(epoch from last_at) * 1000) order by gateway_id, line, unit)
           from device_sighting where device_id = device.id) end as conflict_places
       from device
       join ward on ward.id = device.ward_id
       join site on site.id = device.site_id
       join twin on twin.device_id = device.id
       left join gateway on gateway.id = twin.gateway_id
       left join lateral (
         select attachment.gateway_id, attachment.line, attachment.unit, attachment.device_id as owner, attachment.first_at
         from binding join attachment using (gateway_id, line, unit) where binding.device_id = device.id
         order by attachment.epoch desc, attachment.mono_ms desc limit 1) place on true
       where ($1::text[] is null or device.id = any($1)) and ($2::text is null or device.ward_id = $2)
         and ($3::text is null or device.kind = $3) and ($4::text is null or device.id > $4)
       order by device.id limit $5`,
      [ids ?? null, ward ?? null, kind ?? null, after ?? null, take],
    );
    const metrics = await this.#metrics(rows.map(({ id }) => id));
    return rows.map((row) => {
      const profile = this.#catalog.get(row.registry_profile) ?? null;
      return recordOf(row, profile, metrics.get(row.id) ?? new Map(), nowMs);
    });
  }

  async twin(id: string, nowMs: number): Promise<TwinRecord | null> {
    return (await this.twins({ ids: [id] }, nowMs))[0] ?? null;
  }

  async #metrics(ids: readonly string[]): Promise<Map<string, Map<MetricName, MetricNow>>> {
    const { rows } = await this.#db.pool.query<MetricNowRow>(
      "select device_id, metric, value, value_at, quality from twin_metric where device_id = any($1)",
      [ids],
    );
    const byDevice = new Map<string, Map<MetricName, MetricNow>>();
    for (const { device_id, metric, value, value_at, quality } of rows) {
      if (!isMetricName(metric)) continue;
      const metrics = byDevice.get(device_id) ?? new Map<MetricName, MetricNow>();
      metrics.set(metric, { value, quality: QUALITIES[quality] ?? "implausible", atMs: value_at?.getTime() ?? null });
      byDevice.set(device_id, metrics);
    }
    return byDevice;
  }
}

function recordOf(
  row: DeviceRow,
  profile: ProfileCore | null,
  metrics: ReadonlyMap<MetricName, MetricNow>,
  nowMs: number,
): TwinRecord {
  const present = presentOf(row);
  const policy = { ...DEFAULT_POLICY, ...row.policy };
  const kind = DEVICE_KIND_NAMES.find((known) => known === row.kind);
  if (kind === undefined) throw new Error(`device ${row.id} is of the unknown kind ${row.kind}`);
  const unconfirmed = unconfirmedOf(row);
  const { serial, firmware } = row;
  const unconfirmedSinceMs = unconfirmed?.sinceMs ?? null;
  const conflict = conflictOf(row);
  const conflictSinceMs = conflict?.sinceMs ?? null;
  const known = { present, serial, firmware, unconfirmedSinceMs, conflictSinceMs, profile, metrics };
  return {
    id: row.id,
    kind,
    manufacturer: row.manufacturer,
    model: row.model,
    serial: row.serial,
    assetNumber: row.asset_number,
    firmware: present.identity.firmware ?? row.firmware,
    simulated: row.simulated,
    wardId: row.ward_id,
    wardName: row.ward_name,
    wardSinceMs: row.ward_since.getTime(),
    profileId: row.registry_profile,
    profile,
    gateway:
      row.gateway_id === null
        ? null
        : {
            id: row.gateway_id,
            name: row.gateway_name ?? row.gateway_id,
            online: row.online,
            onlineSinceMs: row.online_since?.getTime() ?? null,
          },
    present,
    metrics,
    judgement: judge({ ...known, gatewayOnline: row.online, policy, nowMs }),
    unconfirmed,
    conflict,
  };
}

function conflictOf({ conflict_since: since, conflict_places: places }: DeviceRow): TwinRecord["conflict"] {
  if (since === null) return null;
  return {
    sinceMs: since.getTime(),
    places: (places ?? []).map(({ heard_ms, ...place }) => ({ ...place, heardAt: new Date(heard_ms).toISOString() })),
  };
}

function unconfirmedOf(row: DeviceRow): TwinRecord["unconfirmed"] {
  const { place_gateway: gateway, place_line: line, place_unit: unit, place_since: since } = row;
  if (gateway === null || line === null || unit === null || since === null || row.place_device === row.id) return null;
  return { gateway, line, unit, sinceMs: since.getTime() };
}
