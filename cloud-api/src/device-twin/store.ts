import { OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import { qualityCode } from "@wardtwin/device-profiles/vocabulary/quality";
import type { ArrivedBatch, Fold } from "../arrival/events.ts";
import type { Tx } from "../platform/database.ts";
import { type DeviceLink, foldSection, type MetricUpdate, NOTHING_HEARD, type Present } from "./present.ts";

/** A row of `twin` as PostgreSQL returns it. */
export interface TwinRow {
  device_id: string;
  version: string;
  gateway_id: string | null;
  profile: string | null;
  profile_revision: number | null;
  identity: Present["identity"];
  operating_state: string;
  operating_since: Date | null;
  operating_at: Date | null;
  last_known_state: string | null;
  last_known_at: Date | null;
  idle_since: Date | null;
  device_link: string;
  device_link_since: Date | null;
  heard_at: Date | null;
  epoch: string;
  mono_ms: string;
}

const ms = (date: Date | null): number | null => date?.getTime() ?? null;
const date = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs));
const stateOf = (word: string | null): OperatingState | null =>
  OPERATING_STATES.find((state) => state === word) ?? null;
const linkOf = (word: string): DeviceLink => (word === "connected" || word === "unreachable" ? word : "unknown");

export function presentOf(row: TwinRow): Present {
  return {
    version: Number(row.version),
    gatewayId: row.gateway_id,
    profile: row.profile,
    profileRevision: row.profile_revision,
    identity: row.identity,
    operatingState: stateOf(row.operating_state) ?? "unknown",
    operatingSinceMs: ms(row.operating_since),
    operatingAtMs: ms(row.operating_at),
    lastKnownState: stateOf(row.last_known_state),
    lastKnownAtMs: ms(row.last_known_at),
    idleSinceMs: ms(row.idle_since),
    deviceLink: linkOf(row.device_link),
    deviceLinkSinceMs: ms(row.device_link_since),
    heardAtMs: ms(row.heard_at),
    epoch: Number(row.epoch),
    monoMs: Number(row.mono_ms),
  };
}

/** Folds a group of batches into the twins. */
export const foldTwins: Fold = async (tx, batches) => {
  // What a gateway says of the time before the device left it is history, and no news.
  const newsOf = ({ sections }: ArrivedBatch) => sections.filter(({ isPast }) => isPast !== true);
  const ids = [...new Set(batches.flatMap((batch) => newsOf(batch).map(({ deviceId }) => deviceId)))].sort();
  if (ids.length === 0) return;
  const before = await lockTwins(tx, ids);
  const after = new Map<string, Present>();
  const updates = new Map<string, MetricRow>();
  for (const batch of inOrder(batches)) {
    const { gatewayId, epoch, offsetMs } = batch;
    for (const { deviceId, section } of newsOf(batch)) {
      const was = after.get(deviceId) ?? before.get(deviceId) ?? NOTHING_HEARD;
      const folded = foldSection(was, { gatewayId, epoch, offsetMs, section });
      if (folded.present !== was) after.set(deviceId, folded.present);
      const moved = was.gatewayId !== null && was.gatewayId !== gatewayId;
      for (const update of folded.metrics) {
        keepNewest(updates, {
          ...update,
          deviceId,
          moved,
          valueAtMs: isReadNow(update.quality) ? update.atMs : null,
        });
      }
    }
  }
  await writeTwins(tx, after);
  await forgetOrder(tx, [...updates.values()]);
  await writeMetrics(tx, [...updates.values()]);
};

/** A stale value is told again with a new time, and is as old as it was; only what was read has the time of its row. */
const isReadNow = (quality: MetricUpdate["quality"]) => quality === "good" || quality === "implausible";

/** Oldest first, so that a group in which live came before backlog still folds forward. */
const inOrder = (batches: readonly ArrivedBatch[]) =>
  batches.toSorted((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);

async function lockTwins(tx: Tx, ids: readonly string[]): Promise<Map<string, Present>> {
  const { rows } = await tx.query<TwinRow>(
    `select * from twin where device_id = any($1) order by device_id collate "C" for update`,
    [ids],
  );
  return new Map(rows.map((row) => [row.device_id, presentOf(row)]));
}

interface MetricRow extends MetricUpdate {
  deviceId: string;
  /** Another gateway speaks for the device now, and its epochs do not compare with those before. */
  moved: boolean;
  /** When the value was read; null where nothing was read, and what the database holds stays. */
  valueAtMs: number | null;
}

function keepNewest(updates: Map<string, MetricRow>, update: MetricRow): void {
  const key = `${update.deviceId}/${update.metric}`;
  const known = updates.get(key);
  if (known !== undefined && !update.moved && !isAfter(update, known)) return;
  const silent = update.valueAtMs === null;
  const { value, valueAtMs } = silent && known !== undefined ? known : update;
  updates.set(key, { ...update, value, valueAtMs, moved: update.moved || (known?.moved ?? false) });
}

const isAfter = (a: MetricRow, b: MetricRow) => a.epoch > b.epoch || (a.epoch === b.epoch && a.monoMs > b.monoMs);

async function writeTwins(tx: Tx, twins: ReadonlyMap<string, Present>): Promise<void> {
  for (const [id, twin] of [...twins].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await tx.query(
      `insert into twin (device_id, version, gateway_id, profile, profile_revision, identity, operating_state, operating_since,
         operating_at, last_known_state, last_known_at, idle_since, device_link, device_link_since, heard_at, epoch, mono_ms)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
       on conflict (device_id) do update set version = excluded.version, gateway_id = excluded.gateway_id,
         profile = excluded.profile, profile_revision = excluded.profile_revision, identity = excluded.identity,
         operating_state = excluded.operating_state, operating_since = excluded.operating_since,
         operating_at = excluded.operating_at, last_known_state = excluded.last_known_state,
         last_known_at = excluded.last_known_at, idle_since = excluded.idle_since, device_link = excluded.device_link,
         device_link_since = excluded.device_link_since, heard_at = excluded.heard_at, epoch = excluded.epoch,
         mono_ms = excluded.mono_ms`,
      [
        id,
        twin.version,
        twin.gatewayId,
        twin.profile,
        twin.profileRevision,
        twin.identity,
        twin.operatingState,
        date(twin.operatingSinceMs),
        date(twin.operatingAtMs),
        twin.lastKnownState,
        date(twin.lastKnownAtMs),
        date(twin.idleSinceMs),
        twin.deviceLink,
        date(twin.deviceLinkSinceMs),
        date(twin.heardAtMs),
        twin.epoch,
        twin.monoMs,
      ],
    );
  }
}

/** Another gateway's epochs do not compare with those before it: every metric of the device may be told anew. */
async function forgetOrder(tx: Tx, rows: readonly MetricRow[]): Promise<void> {
  const moved = [...new Set(rows.filter((row) => row.moved).map(({ deviceId }) => deviceId))];
  if (moved.length === 0) return;
  await tx.query("update twin_metric set epoch = 0, mono_ms = 0 where device_id = any($1)", [moved]);
}

/** A null value of a silent device keeps the value and its time; a blank that the device itself told replaces them. */
async function writeMetrics(tx: Tx, rows: readonly MetricRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into twin_metric as held (device_id, metric, value, value_at, quality, at, epoch, mono_ms)
     select * from unnest($1::text[], $2::text[], $3::float8[], $4::timestamptz[], $5::int2[], $6::timestamptz[], $7::int8[], $8::int8[])
     order by 1, 2
     on conflict (device_id, metric) do update set
       value = case when excluded.value_at is null then held.value else excluded.value end,
       value_at = coalesce(excluded.value_at, held.value_at),
       quality = excluded.quality, at = excluded.at, epoch = excluded.epoch, mono_ms = excluded.mono_ms
     where (excluded.epoch, excluded.mono_ms) > (held.epoch, held.mono_ms)`,
    [
      rows.map(({ deviceId }) => deviceId),
      rows.map(({ metric }) => metric),
      rows.map(({ value }) => value),
      rows.map(({ valueAtMs }) => date(valueAtMs)),
      rows.map(({ quality }) => qualityCode(quality)),
      rows.map(({ atMs }) => new Date(atMs)),
      rows.map(({ epoch }) => epoch),
      rows.map(({ monoMs }) => monoMs),
    ],
  );
}
