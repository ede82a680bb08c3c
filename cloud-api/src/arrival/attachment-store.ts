import type { ProfileCore } from "@wardtwin/device-profiles/profile/profile";
import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { isMetricName, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Tx } from "../platform/database.ts";
import type { ArrivedBatch, ArrivedSection, HeldSection } from "./events.ts";
import { type Counted, type Counters, knownByCounters } from "./fingerprint.ts";

/** Presences of one place that are remembered; their readings stay where they are. */
const PRESENCES_MAX = 200;

/** Of each profile, the counters by which a device is known again. */
export type Fingerprints = ReadonlyMap<string, Pick<ProfileCore, "fingerprint">>;

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
}

const keyOf = (...parts: string[]) => parts.join("\u0000");

/**
 * Decides, inside the transaction, whose each section of a device without a name is. A presence that was confirmed is its
 * device's; the first one after a person bound the place is that device's; one whose counters fit the bound device and no
 * other is that device's again. Any other is held: its readings stay with the place, and no twin hears of them.
 */
export async function settleAttachments(
  tx: Tx,
  batches: readonly ArrivedBatch[],
  catalog: Fingerprints,
): Promise<ArrivedBatch[]> {
  const presences = presencesOf(batches);
  if (presences.size === 0) return [...batches];
  const settled = await enter(tx, [...presences.values()]);
  for (const [key, row] of settled) {
    const presence = presences.get(key);
    if (row.device_id === null && presence !== undefined) settled.set(key, await confirmed(tx, row, presence, catalog));
  }
  const places = await placesOf(
    tx,
    [...settled.values()].filter(({ device_id }) => device_id === null),
  );
  return batches.map((batch) => parted(batch, settled, places));
}

/** Every presence that the batches tell of, as it was first seen in them. */
function presencesOf(batches: readonly ArrivedBatch[]): Map<string, Presence> {
  const presences = new Map<string, Presence>();
  for (const { gatewayId, epoch, offsetMs, sections } of batches) {
    for (const { section } of sections) {
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
       on conflict (gateway_id, line, unit, attachment) do update set last_at = greatest(held.last_at, excluded.last_at)
       returning gateway_id, line, unit, attachment, device_id)
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
  for (const [key, { gateway_id, line, unit }] of [...unique].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { rows } = await tx.query<{ num: number }>(
      `insert into line_place (gateway_id, line, unit, num) values ($1, $2, $3, nextval('device_num_seq'))
       on conflict (gateway_id, line, unit) do update set unit = excluded.unit returning num`,
      [gateway_id, line, unit],
    );
    if (rows[0] !== undefined) places.set(key, rows[0].num);
  }
  return places;
}

/** A batch whose sections of nameless devices stand under the device that they are, or apart as held. */
function parted(
  batch: ArrivedBatch,
  settled: ReadonlyMap<string, AttachmentRow>,
  places: ReadonlyMap<string, number>,
): ArrivedBatch {
  const sections: ArrivedSection[] = [];
  const held: HeldSection[] = [];
  for (const arrived of batch.sections) {
    const { line, unit, attachment } = arrived.section.subject;
    const row = attachment === undefined ? undefined : settled.get(keyOf(batch.gatewayId, line, unit, attachment));
    if (row === undefined) sections.push(arrived);
    else if (row.device_id !== null && row.device_num !== null) {
      sections.push({ ...arrived, deviceId: row.device_id, deviceNum: row.device_num });
    } else {
      const placeNum = places.get(keyOf(batch.gatewayId, line, unit));
      if (placeNum === undefined) throw new Error(`no place for ${line}/${unit}`);
      held.push({ placeNum, section: arrived.section });
    }
  }
  return { ...batch, sections, held };
}
