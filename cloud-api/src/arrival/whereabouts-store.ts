import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { type DeviceIdentity, normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { METRICS } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { FleetIndex } from "../fleet/queries.ts";
import type { Tx } from "../platform/database.ts";
import type { ArrivedSection, HeldSection } from "./events.ts";
import type { Placed } from "./opening.ts";

/** Devices that a gateway hears and does not have, in all; what others say is set aside with its batch. */
const SIGHTINGS_MAX = 200;
/** Readings under the key of an older one have been retired with their partitions. */
const SIGHTING_DAYS = 30;
const CONNECTED = METRICS.deviceLink.codes.indexOf("connected");

/** A device that names itself, as one gateway hears it on one unit of a line. */
export interface SightedAt {
  siteId: string;
  gatewayId: string;
  line: string;
  unit: string;
  profile: string;
  identity: DeviceIdentity & { serial: string };
  /** Null while no device of the registry has the number. */
  deviceId: string | null;
  /** Of the first and the last answer that is told of, epoch ms. */
  fromMs: number;
  toMs: number;
}

/** What the database knows of where a device is. */
interface Home {
  id: string;
  contested: boolean;
  /** The gateways that it is bound to. */
  at: string[];
  /** Until when a gateway had it before, epoch ms. */
  until: Record<string, number>;
}

/** Sighted sections, and silent ones, that wait for their keys. */
interface Kept {
  placed: Placed;
  section: DeviceSection;
  /** Null where the device did not answer: what is told then is of its place alone. */
  sighted: SightedAt | null;
}

/**
 * Decides, inside the transaction, what each section of a device that names itself is. Of a device that is bound to its
 * gateway, or to none, it is the device's. What a gateway says of the time when it had the device is its history, and leaves
 * its present alone. Anything else is held: of a device that is bound elsewhere, that two gateways hear at once, or that
 * nobody registered.
 *
 * @param areOld the bindings have been changed since the index was read
 */
export async function settleWhereabouts(
  tx: Tx,
  all: readonly Placed[],
  index: FleetIndex,
  areOld: boolean,
): Promise<Placed[]> {
  const isDoubtful = ({ batch }: Placed, { deviceId, section }: ArrivedSection) =>
    section.subject.identity.serial !== undefined && (areOld || !index.isAtHome(batch.gatewayId, deviceId));
  const ids = all.flatMap((placed) =>
    placed.batch.sections.filter((one) => isDoubtful(placed, one)).map(({ deviceId }) => deviceId),
  );
  const isNamed = ({ subject }: DeviceSection) => subject.identity.serial !== undefined;
  if (ids.length === 0 && !all.some(({ strangers }) => strangers.some(isNamed))) return [...all];
  const homes = await homesOf(tx, [...new Set(ids)]);
  const kept: Kept[] = [];
  const settled = all.map((placed): Placed => {
    const sections: ArrivedSection[] = [];
    for (const one of placed.batch.sections) {
      const word = isDoubtful(placed, one) ? wordOf(homes.get(one.deviceId), placed.batch, one.section) : "home";
      if (word === "held")
        kept.push({ placed, section: one.section, sighted: sightedIn(placed, one.section, one.deviceId) });
      else sections.push(word === "past" ? { ...one, isPast: true } : one);
    }
    for (const section of placed.strangers.filter(isNamed)) {
      kept.push({ placed, section, sighted: sightedIn(placed, section, null) });
    }
    const strangers = placed.strangers.filter((section) => !isNamed(section));
    return { ...placed, batch: { ...placed.batch, sections }, strangers };
  });
  const held = await heldOf(tx, kept);
  return settled.map((placed, at) => {
    const mine = kept.filter((one) => one.placed === all[at]);
    const nums = mine.map((one) => held.get(one));
    return {
      ...placed,
      batch: {
        ...placed.batch,
        held: mine.flatMap(({ section }, n): HeldSection[] => {
          const placeNum = nums[n];
          return placeNum === undefined ? [] : [{ placeNum, section }];
        }),
      },
      strangers: [...placed.strangers, ...mine.filter((_, n) => nums[n] === undefined).map(({ section }) => section)],
    };
  });
}

async function homesOf(tx: Tx, ids: readonly string[]): Promise<Map<string, Home>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<Home>(
    `select id, conflict_since is not null as contested,
       array(select gateway_id from binding where device_id = device.id) as at,
       coalesce((select jsonb_object_agg(gateway_id, until_ms) from
         (select gateway_id, extract(epoch from max(until_at)) * 1000 as until_ms from binding_past
          where device_id = device.id group by gateway_id) past), '{}') as until
     from device where id = any($1)`,
    [ids],
  );
  return new Map(rows.map((home) => [home.id, home]));
}

function wordOf(
  home: Home | undefined,
  { gatewayId, offsetMs }: Placed["batch"],
  section: DeviceSection,
): "home" | "past" | "held" {
  if (home === undefined) return "held";
  const isHere = home.at.includes(gatewayId) || home.at.length === 0;
  if (isHere && !home.contested) return "home";
  const until = home.until[gatewayId];
  const lastMs = answersOf(section)?.toMonoMs ?? lastMonoMsOf(section);
  return until !== undefined && !isHere && lastMs + offsetMs <= until ? "past" : "held";
}

/** The first and the last answer of a device in a section; null where it gave none. */
function answersOf({ groups }: DeviceSection): { fromMonoMs: number; toMonoMs: number } | null {
  const times = groups.flatMap(({ timesMonoMs, columns }) => {
    const links = columns.find(({ metric }) => metric === "deviceLink");
    return [...timesMonoMs].filter((_, row) => links?.values[row] === CONNECTED);
  });
  const [fromMonoMs, toMonoMs] = [Math.min(...times), Math.max(...times)];
  return times.length === 0 ? null : { fromMonoMs, toMonoMs };
}

const lastMonoMsOf = ({ groups }: DeviceSection): number =>
  Math.max(...groups.map(({ timesMonoMs }) => timesMonoMs.at(-1) ?? 0), 0);

function sightedIn(
  { arrival: { siteId }, batch }: Placed,
  section: DeviceSection,
  deviceId: string | null,
): SightedAt | null {
  const { line, unit, profile, identity } = section.subject;
  const answers = answersOf(section);
  if (answers === null || identity.serial === undefined) return null;
  return {
    siteId,
    gatewayId: batch.gatewayId,
    line,
    unit,
    profile,
    identity: { ...identity, serial: identity.serial },
    deviceId,
    fromMs: answers.fromMonoMs + batch.offsetMs,
    toMs: answers.toMonoMs + batch.offsetMs,
  };
}

/** The keys under which sections are held; none where a gateway has no room for another one. */
async function heldOf(tx: Tx, kept: readonly Kept[]): Promise<Map<Kept, number>> {
  const nums = new Map<Kept, number>();
  const groups = Map.groupBy(kept, ({ placed: { batch }, section: { subject }, sighted }) =>
    JSON.stringify([
      batch.gatewayId,
      subject.line,
      subject.unit,
      subject.profile,
      sighted === null ? null : normalisedSerial(sighted.identity.serial),
    ]),
  );
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const num = await numOf(tx, group);
    if (num !== null) for (const one of group) nums.set(one, num);
  }
  return nums;
}

async function numOf(tx: Tx, [first, ...others]: readonly Kept[]): Promise<number | null> {
  if (first === undefined) return null;
  const { line, unit } = first.section.subject;
  if (first.sighted === null) return placeNum(tx, { gatewayId: first.placed.batch.gatewayId, line, unit });
  const told = [first, ...others].flatMap(({ sighted }) => (sighted === null ? [] : [sighted]));
  const sighted = {
    ...first.sighted,
    fromMs: Math.min(...told.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...told.map(({ toMs }) => toMs)),
  };
  return enterSighting(tx, sighted);
}

/** The key of a place's own; one that needs it for the first time is given one. */
export async function placeNum(
  tx: Tx,
  { gatewayId, line, unit }: { gatewayId: string; line: string; unit: string },
): Promise<number | null> {
  const { rows } = await tx.query<{ num: number }>(
    `insert into line_place (gateway_id, line, unit, num) values ($1, $2, $3, nextval('device_num_seq'))
     on conflict (gateway_id, line, unit) do update set unit = excluded.unit returning num`,
    [gatewayId, line, unit],
  );
  return rows[0]?.num ?? null;
}

/** Enters what a gateway hears and does not have. @returns the key of its readings; null where the gateway has no room */
export async function enterSighting(tx: Tx, sighted: SightedAt): Promise<number | null> {
  const { gatewayId, line, unit, profile, identity, deviceId, siteId } = sighted;
  const key = [gatewayId, line, unit, profile, normalisedSerial(identity.serial)];
  const [fromAt, toAt] = [new Date(sighted.fromMs), new Date(sighted.toMs)];
  const known = await tx.query<{ num: number }>(
    `update device_sighting set identity = case when $7 > last_at then $9 else identity end, device_id = $8,
       first_at = least(first_at, $6), last_at = greatest(last_at, $7)
     where gateway_id = $1 and line = $2 and unit = $3 and profile = $4 and serial_normalised = $5 returning num`,
    [...key, fromAt, toAt, deviceId, JSON.stringify(identity)],
  );
  if (known.rows[0] !== undefined) return known.rows[0].num;
  await tx.query(
    `delete from device_sighting where gateway_id = $1 and last_at < $2::timestamptz - make_interval(days => $3)`,
    [gatewayId, toAt, SIGHTING_DAYS],
  );
  const { rows } = await tx.query<{ num: number }>(
    `insert into device_sighting (gateway_id, line, unit, profile, serial_normalised, first_at, last_at, device_id, identity, site_id, num)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nextval('device_num_seq')
     where (select count(*) from device_sighting where gateway_id = $1) < $11
     on conflict (gateway_id, line, unit, profile, serial_normalised) do update set last_at = greatest(device_sighting.last_at, excluded.last_at)
     returning num`,
    [...key, fromAt, toAt, deviceId, JSON.stringify(identity), siteId, SIGHTINGS_MAX],
  );
  return rows[0]?.num ?? null;
}
