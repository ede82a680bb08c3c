import { type MetricName, OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import { qualityCode } from "@wardtwin/device-profiles/vocabulary/quality";
import type { ArrivedBatch, Fold } from "../arrival/events.ts";
import type { Tx } from "../platform/database.ts";
import { listsText, numbersText } from "../platform/list-text.ts";
import type { MetricKeys } from "../platform/metric-keys.ts";
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

/** What a gateway says of the time before the device left it is history, and no news. */
const newsOf = ({ sections }: ArrivedBatch) => sections.filter(({ isPast }) => isPast !== true);

/** Folds a group of batches into the twins. */
export const twinFold =
  (keys: MetricKeys): Fold =>
  async (tx, batches) => {
    const ids = [...new Set(batches.flatMap((batch) => newsOf(batch).map(({ deviceId }) => deviceId)))].sort();
    if (ids.length === 0) return;
    const before = await lockTwins(tx, ids);
    const after = new Map<string, Present>();
    const told = new Map<string, Told>();
    for (const batch of inOrder(batches)) {
      const { gatewayId, epoch, offsetMs } = batch;
      for (const { deviceId, section } of newsOf(batch)) {
        const was = after.get(deviceId) ?? before.get(deviceId) ?? NOTHING_HEARD;
        const folded = foldSection(was, { gatewayId, epoch, offsetMs, section });
        if (folded.present !== was) after.set(deviceId, folded.present);
        if (folded.metrics.length === 0) continue;
        const ofDevice = told.get(deviceId) ?? { hasMoved: false, metrics: new Map() };
        told.set(deviceId, ofDevice);
        const moved = was.gatewayId !== null && was.gatewayId !== gatewayId;
        for (const update of folded.metrics) keepNewest(ofDevice, update, moved);
      }
    }
    await writeTwins(tx, after);
    await writeMetrics(tx, keys, told);
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

/** The newest that a group tells of each metric of a device. */
interface Told {
  /** Another gateway speaks for the device now, and its epochs do not compare with those before. */
  hasMoved: boolean;
  metrics: Map<MetricName, Newest>;
}

interface Newest {
  update: MetricUpdate;
  value: number | null;
  /** When the value was read; null where nothing was read, and what the database holds stays. */
  valueAtMs: number | null;
}

function keepNewest(told: Told, update: MetricUpdate, moved: boolean): void {
  if (moved) told.hasMoved = true;
  const known = told.metrics.get(update.metric);
  if (known !== undefined && !moved && !isAfter(update, known.update)) return;
  if (isReadNow(update.quality)) {
    if (known === undefined) told.metrics.set(update.metric, { update, value: update.value, valueAtMs: update.atMs });
    else {
      known.update = update;
      known.value = update.value;
      known.valueAtMs = update.atMs;
    }
  } else if (known === undefined) told.metrics.set(update.metric, { update, value: update.value, valueAtMs: null });
  else known.update = update;
}

const isAfter = (a: MetricUpdate, b: MetricUpdate) => a.epoch > b.epoch || (a.epoch === b.epoch && a.monoMs > b.monoMs);

const TWIN_COLUMNS = [
  "version",
  "gateway_id",
  "profile",
  "profile_revision",
  "identity",
  "operating_state",
  "operating_since",
  "operating_at",
  "last_known_state",
  "last_known_at",
  "idle_since",
  "device_link",
  "device_link_since",
  "heard_at",
  "epoch",
  "mono_ms",
];
const instant = (column: string) => `to_timestamp(${column} / 1000) as ${column}`;

async function writeTwins(tx: Tx, after: ReadonlyMap<string, Present>): Promise<void> {
  if (after.size === 0) return;
  const ids = [...after.keys()].sort();
  const column = <Value>(of: (twin: Present) => Value): Value[] => ids.map((id) => of(after.get(id) ?? NOTHING_HEARD));
  await tx.query(
    `insert into twin (device_id, ${TWIN_COLUMNS.join(", ")})
     select device_id, version, gateway_id, profile, profile_revision, identity, operating_state, ${instant("operating_since")},
       ${instant("operating_at")}, last_known_state, ${instant("last_known_at")}, ${instant("idle_since")}, device_link,
       ${instant("device_link_since")}, ${instant("heard_at")}, epoch, mono_ms
     from unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::int4[], $6::jsonb[], $7::text[], $8::float8[], $9::float8[],
       $10::text[], $11::float8[], $12::float8[], $13::text[], $14::float8[], $15::float8[], $16::int8[], $17::int8[])
       told (device_id, ${TWIN_COLUMNS.join(", ")})
     on conflict (device_id) do update set ${TWIN_COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    [
      ids,
      numbersText(column(({ version }) => version)),
      column(({ gatewayId }) => gatewayId),
      column(({ profile }) => profile),
      numbersText(column(({ profileRevision }) => profileRevision)),
      column(({ identity }) => JSON.stringify(identity)),
      column(({ operatingState }) => operatingState),
      numbersText(column(({ operatingSinceMs }) => operatingSinceMs)),
      numbersText(column(({ operatingAtMs }) => operatingAtMs)),
      column(({ lastKnownState }) => lastKnownState),
      numbersText(column(({ lastKnownAtMs }) => lastKnownAtMs)),
      numbersText(column(({ idleSinceMs }) => idleSinceMs)),
      column(({ deviceLink }) => deviceLink),
      numbersText(column(({ deviceLinkSinceMs }) => deviceLinkSinceMs)),
      numbersText(column(({ heardAtMs }) => heardAtMs)),
      numbersText(column(({ epoch }) => epoch)),
      numbersText(column(({ monoMs }) => monoMs)),
    ],
  );
}

/** A null value of a silent device keeps the value and its time; a blank that the device itself told replaces them. */
async function writeMetrics(tx: Tx, keys: MetricKeys, told: ReadonlyMap<string, Told>): Promise<void> {
  const rows = [...told]
    .map(([deviceId, { hasMoved, metrics }]) => ({ deviceId, hasMoved, newest: inOrderOfKey(keys, metrics) }))
    .sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  if (rows.length === 0) return;
  const lists = (of: (newest: Newest, key: number) => number | null) =>
    listsText(rows.map(({ newest }) => numbersText(newest.map(({ key, one }) => of(one, key)))));
  const rounded = (atMs: number | null) => (atMs === null ? null : Math.round(atMs));
  // Sent as one row of the table, so that one function can compare it with what is held.
  await tx.query(
    `insert into twin_metrics as held (device_id, metrics, vals, value_ats, qualities, ats, epochs, mono_mss)
     select device_id, metrics::int2[], vals::float8[], value_ats::int8[], qualities::int2[], ats::int8[], epochs::int8[], mono_mss::int8[]
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       told (device_id, metrics, vals, value_ats, qualities, ats, epochs, mono_mss)
     on conflict (device_id) do update set (device_id, metrics, vals, value_ats, qualities, ats, epochs, mono_mss) =
       (select * from newer_twin_metrics(held, excluded, held.device_id = any($9)))`,
    [
      rows.map(({ deviceId }) => deviceId),
      lists((_, key) => key),
      lists(({ value }) => value),
      lists(({ valueAtMs }) => rounded(valueAtMs)),
      lists(({ update }) => qualityCode(update.quality)),
      lists(({ update }) => rounded(update.atMs)),
      lists(({ update }) => update.epoch),
      lists(({ update }) => update.monoMs),
      rows.filter(({ hasMoved }) => hasMoved).map(({ deviceId }) => deviceId),
    ],
  );
}

const inOrderOfKey = (keys: MetricKeys, metrics: ReadonlyMap<MetricName, Newest>) =>
  [...metrics].map(([metric, one]) => ({ key: keys.keyOf(metric), one })).sort((a, b) => a.key - b.key);
