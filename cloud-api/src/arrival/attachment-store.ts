import type { ProfileCore } from "@wardtwin/device-profiles/profile/profile";
import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { isMetricName, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { HeldKey } from "../fleet/binding-store.ts";
import type { Tx } from "../platform/database.ts";
import type { ArrivedSection, HeldSection } from "./events.ts";
import { type Counted, type Counters, knownByCounters } from "./fingerprint.ts";
import type { Placed } from "./opening.ts";
import { placeNum } from "./whereabouts-store.ts";

/** Presences of one place that are remembered; their readings stay where they are. */
const PRESENCES_MAX = 200;

/** Of each profile, the counters by which a device is known again. */
export type Fingerprints = ReadonlyMap<string, Pick<ProfileCore, "fingerprint">>;

/** A presence that turned out to be a device's after some of it had been held. */
export interface Claimed {
  held: HeldKey;
  device: { id: string; num: number };
}

interface Presence {
  gatewayId: string;
  line: string;
  unit: string;
  attachment: string;
  section: DeviceSection;
  epoch: number;
  monoMs: number;
  atMs: number;
  offsetMs: number;
}

interface AttachmentRow {
  gateway_id: string;
  line: string;
  unit: string;
  attachment: string;
  device_id: string | null;
  device_num: number | null;
  first_at: Date;
}

const keyOf = (...parts: string[]) => parts.join("\u0000");

/**
 * Decides, inside the transaction, whose each section of a device without a name is. A presence that was confirmed is its
 * device's; the first one after a person bound the place is that device's; one whose counters fit the bound device and no
 * other is that device's again. Any other is held, and so is one on a place that nobody bound: its readings stay with the
 * place, and no twin hears of them.
 */
export async function settleAttachments(
  tx: Tx,
  all: readonly Placed[],
  catalog: Fingerprints,
): Promise<{ placed: Placed[]; claimed: Claimed[] }> {
  const presences = presencesOf(all);
  if (presences.size === 0) return { placed: [...all], claimed: [] };
  const settled = await enter(tx, [...presences.values()]);
  const confirmations: AttachmentRow[] = [];
  for (const [key, row] of settled) {
    const presence = presences.get(key);
    if (row.device_id !== null || presence === undefined) continue;
    const now = await confirmed(tx, row, presence, catalog);
    settled.set(key, now);
    if (now.device_id !== null) confirmations.push(now);
  }
  const places = await placesOf(
    tx,
    [...settled.values()].filter(({ device_id }) => device_id === null),
  );
  return { placed: all.map((placed) => parted(placed, settled, places)), claimed: await claimedOf(tx, confirmations) };
}

/** Of presences that have just been confirmed, those of which something may have been held before. */
async function claimedOf(tx: Tx, confirmations: readonly AttachmentRow[]): Promise<Claimed[]> {
  const claimed: Claimed[] = [];
  for (const { gateway_id: gatewayId, line, unit, attachment, device_id, device_num, first_at } of confirmations) {
    const { rows } = await tx.query<{ num: number }>(
      "select num from line_place where gateway_id = $1 and line = $2 and unit = $3",
      [gatewayId, line, unit],
    );
    if (rows[0] === undefined || device_id === null || device_num === null) continue;
    const held = { num: rows[0].num, gatewayId, sinceMs: first_at.getTime(), attachment };
    claimed.push({ held, device: { id: device_id, num: device_num } });
  }
  return claimed;
}

/** Every presence that the batches tell of, as it was first seen in them. */
function presencesOf(all: readonly Placed[]): Map<string, Presence> {
  const presences = new Map<string, Presence>();
  for (const { batch, strangers } of all) {
    const { gatewayId, epoch, offsetMs } = batch;
    for (const section of [...batch.sections.map((one) => one.section), ...strangers]) {
      const { line, unit, attachment } = section.subject;
      if (attachment === undefined) continue;
      const monoMs = Math.min(...section.groups.map(({ timesMonoMs }) => timesMonoMs[0] ?? Number.MAX_SAFE_INTEGER));
      const key = keyOf(gatewayId, line, unit, attachment);
      const known = presences.get(key);
      if (known !== undefined && (known.epoch < epoch || (known.epoch === epoch && known.monoMs <= monoMs))) continue;
      presences.set(key, {
        gatewayId,
        line,
        unit,
        attachment,
        section,
        epoch,
        monoMs,
        atMs: monoMs + offsetMs,
        offsetMs,
      });
    }
  }
  return presences;
}

/** Enters presences that are new, in the order of their keys, and says whose each is. */
async function enter(tx: Tx, presences: readonly Presence[]): Promise<Map<string, AttachmentRow>> {
  const column = <Value>(of: (presence: Presence) => Value) => presences.map(of);
  const { rows } = await tx.query<AttachmentRow>(
    `with told as (
       insert into attachment as held (gateway_id, line, unit, attachment, profile, identity, first_at, last_at, epoch, mono_ms)
       select g, l, u, a, p, i, t, t, e, m from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[],
         $7::timestamptz[], $8::int8[], $9::int8[]) presence (g, l, u, a, p, i, t, e, m) order by 1, 2, 3, 4
       on conflict (gateway_id, line, unit, attachment) do update set last_at = greatest(held.last_at, excluded.last_at),
         first_at = least(held.first_at, excluded.first_at)
       returning gateway_id, line, unit, attachment, device_id, first_at)
     select told.*, device.num as device_num from told left join device on device.id = told.device_id`,
    [
      column(({ gatewayId }) => gatewayId),
      column(({ line }) => line),
      column(({ unit }) => unit),
      column(({ attachment }) => attachment),
      column(({ section }) => section.subject.profile),
      column(({ section }) => JSON.stringify(section.subject.identity)),
      column(({ atMs }) => new Date(atMs)),
      column(({ epoch }) => epoch),
      column(({ monoMs }) => monoMs),
    ],
  );
  return new Map(rows.map((row) => [keyOf(row.gateway_id, row.line, row.unit, row.attachment), row]));
}

/** The row of a presence that nobody has confirmed, after its place and its counters have been asked. */
async function confirmed(
  tx: Tx,
  row: AttachmentRow,
  presence: Presence,
  catalog: Fingerprints,
): Promise<AttachmentRow> {
  const place = [presence.gatewayId, presence.line, presence.unit];
  const { rows } = await tx.query<{ device_id: string; num: number; awaits: boolean }>(
    `select device_id, device.num, awaits from binding join device on device.id = device_id
     where gateway_id = $1 and line = $2 and unit = $3 for update of binding`,
    place,
  );
  const [bound] = rows;
  await forgetOldest(tx, place);
  if (bound === undefined) return row;
  if (bound.awaits) {
    await tx.query("update binding set awaits = false where gateway_id = $1 and line = $2 and unit = $3", place);
    return confirm(tx, row, bound, "registry");
  }
  const wanted = catalog.get(presence.section.subject.profile)?.fingerprint ?? [];
  const named = await knownAgain(tx, bound.device_id, presence, wanted);
  return named ? confirm(tx, row, bound, "fingerprint") : row;
}

async function confirm(
  tx: Tx,
  row: AttachmentRow,
  bound: { device_id: string; num: number },
  by: "registry" | "fingerprint",
): Promise<AttachmentRow> {
  await tx.query(
    `update attachment set device_id = $5, confirmed_by = $6, confirmed_at = last_at
     where gateway_id = $1 and line = $2 and unit = $3 and attachment = $4`,
    [row.gateway_id, row.line, row.unit, row.attachment, bound.device_id, by],
  );
  return { ...row, device_id: bound.device_id, device_num: bound.num };
}

/** Whether the counters that a presence tells can be the bound device's, and no other's of its profile. */
async function knownAgain(
  tx: Tx,
  boundId: string,
  { section, offsetMs }: Presence,
  wanted: readonly MetricName[],
): Promise<boolean> {
  if (wanted.length === 0) return false;
  const { rows } = await tx.query<{ device_id: string; metric: string; value: number; value_at: Date }>(
    `select device_id, metric, value, value_at from twin_metric join device on device.id = device_id
     where device.profile = $1 and metric = any($2) and value is not null and value_at is not null`,
    [section.subject.profile, wanted],
  );
  const fleet = new Map<string, Map<MetricName, Counted>>();
  for (const { device_id, metric, value, value_at } of rows) {
    if (!isMetricName(metric)) continue;
    const counters = fleet.get(device_id) ?? new Map<MetricName, Counted>();
    fleet.set(device_id, counters.set(metric, { value, atMs: value_at.getTime() }));
  }
  return knownByCounters(fleet, countersOf(section, offsetMs, wanted), wanted) === boundId;
}

function countersOf({ groups }: DeviceSection, offsetMs: number, wanted: readonly MetricName[]): Counters {
  const counters = new Map<MetricName, Counted>();
  for (const { timesMonoMs, columns } of groups) {
    for (const { metric, values, qualities } of columns) {
      const [value, quality, monoMs] = [values.at(-1), qualities.at(-1), timesMonoMs.at(-1)];
      if (!wanted.includes(metric) || value === undefined || Number.isNaN(value) || quality !== 0) continue;
      counters.set(metric, { value, atMs: (monoMs ?? 0) + offsetMs });
    }
  }
  return counters;
}

async function forgetOldest(tx: Tx, place: readonly string[]): Promise<void> {
  await tx.query(
    `delete from attachment where (gateway_id, line, unit, attachment) in
       (select gateway_id, line, unit, attachment from attachment where gateway_id = $1 and line = $2 and unit = $3
        order by epoch desc, mono_ms desc offset $4)`,
    [...place, PRESENCES_MAX],
  );
}

/** The keys under which the readings of places are kept; a place that needs one for the first time is given one. */
async function placesOf(tx: Tx, held: readonly AttachmentRow[]): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  const unique = new Map(held.map((row) => [keyOf(row.gateway_id, row.line, row.unit), row]));
  for (const [key, { gateway_id: gatewayId, line, unit }] of [...unique].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const num = await placeNum(tx, { gatewayId, line, unit });
    if (num !== null) places.set(key, num);
  }
  return places;
}

/** A batch whose sections of nameless devices stand under the device that they are, or apart as held. */
function parted(
  { batch, strangers, ...placed }: Placed,
  settled: ReadonlyMap<string, AttachmentRow>,
  places: ReadonlyMap<string, number>,
): Placed {
  const sections: ArrivedSection[] = [];
  const held: HeldSection[] = [...batch.held];
  const unknown: DeviceSection[] = [];
  const all = [
    ...batch.sections.map((arrived) => ({ arrived, section: arrived.section })),
    ...strangers.map((section) => ({ arrived: null, section })),
  ];
  for (const { arrived, section } of all) {
    const { line, unit, attachment } = section.subject;
    const row = attachment === undefined ? undefined : settled.get(keyOf(batch.gatewayId, line, unit, attachment));
    if (row === undefined) {
      if (arrived === null) unknown.push(section);
      else sections.push(arrived);
    } else if (row.device_id !== null && row.device_num !== null) {
      sections.push({ section, deviceId: row.device_id, deviceNum: row.device_num });
    } else {
      const num = places.get(keyOf(batch.gatewayId, line, unit));
      if (num !== undefined) held.push({ placeNum: num, section });
    }
  }
  return { ...placed, batch: { ...batch, sections, held }, strangers: unknown };
}
