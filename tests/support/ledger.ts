import { zstdDecompressSync } from "node:zlib";
import { unpack } from "@wardtwin/cloud-api/observation/packed";
import { decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { type Ask, inOneLook, query } from "./database.ts";

/** Every reading that the telemetry store holds, out of its batches and packed hours. */
export interface StoredReading {
  device: string;
  gateway: string;
  epoch: number;
  sequence: number;
  metric: string;
  /** As the gateway's monotonic clock stamped it, ms since the gateway booted. */
  monoMs: number;
  /** Cloud-corrected, epoch ms. */
  atMs: number;
  /** NaN where the device told none. */
  value: number;
}

/** One row of one poll: the readings of a device that were taken at one moment, as some batch brought them. */
interface Kept {
  num: number;
  gateway: string;
  epoch: number;
  sequence: number;
  offsetMs: number;
  timesMonoMs: readonly number[];
  columns: readonly { metric: string; values: readonly number[] }[];
}

/** Everything that the store holds: batches, what is held or was, and hours that have been packed. */
async function everythingKept(ask: Ask, sinceMs = 0): Promise<Kept[]> {
  const rows = await ask<{
    num: number | null;
    devices: number[] | null;
    gateway: string | null;
    epoch: string;
    sequence: string;
    offset_ms: number;
    readings: number;
    body: Buffer;
  }>(
    `select null as num, devices, gateway_id as gateway, epoch, sequence, offset_ms, readings, body from telemetry.batch where to_at >= $1
     union all
     select device, case format when 0 then array[device] end, gateway_id, epoch, sequence, offset_ms, readings, body
     from telemetry.chunk where to_at >= $1`,
    [new Date(sinceMs)],
  );
  return rows.flatMap(({ num, devices, gateway, epoch, sequence, offset_ms: offsetMs, readings, body }) => {
    const bytes = zstdDecompressSync(body);
    const kept =
      devices === null
        ? packedRows(num ?? 0, bytes)
        : batchRows(
            devices,
            { gateway: gateway ?? "", epoch: Number(epoch), sequence: Number(sequence), offsetMs },
            bytes,
          );
    const found = kept.reduce((sum, { timesMonoMs, columns }) => sum + timesMonoMs.length * columns.length, 0);
    if (found !== readings) throw new Error(`a row of ${epoch}/${sequence} says ${readings} readings and has ${found}`);
    return kept;
  });
}

type Place = Pick<Kept, "gateway" | "epoch" | "sequence" | "offsetMs">;

function batchRows(devices: readonly number[], place: Place, bytes: Uint8Array): Kept[] {
  const decoded = decodeBody(bytes);
  if (!decoded.ok) throw new Error(`a batch of ${place.gateway} cannot be read: ${decoded.fault}`);
  return decoded.value.batch.devices.flatMap(({ groups }, index) => {
    const num = devices[index] ?? 0;
    return num === 0 ? [] : groups.map((group) => ({ num, ...place, ...group }));
  });
}

function packedRows(num: number, bytes: Uint8Array): Kept[] {
  const strands = unpack(bytes);
  if (!strands.ok) throw new Error(`an hour of ${num} cannot be read: ${strands.fault}`);
  return strands.value.flatMap(({ gatewayId: gateway, epoch, offsetMs, sequences, timesMonoMs, metrics, columns }) =>
    Array.from(sequences, (sequence, row) => ({
      num,
      gateway,
      epoch,
      sequence,
      offsetMs,
      timesMonoMs: timesMonoMs.slice(row, row + 1),
      columns: metrics.map((metric, column) => ({
        metric,
        values: columns[column]?.values.slice(row, row + 1) ?? [],
      })),
    })),
  );
}

const deviceIds = async (ask: Ask) =>
  new Map((await ask<{ id: string; num: number }>("select id, num from device")).map(({ id, num }) => [num, id]));

/** In the order of epoch and sequence; all of them where nothing narrows them down. */
export async function chunkReadings(
  url: string,
  { devices = null, sinceMs = 0 }: { devices?: readonly string[] | null; sinceMs?: number } = {},
): Promise<StoredReading[]> {
  const { ids, kept } = await inOneLook(url, async (ask) => ({
    ids: await deviceIds(ask),
    kept: await everythingKept(ask, sinceMs),
  }));
  return kept
    .sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence)
    .flatMap(({ num, gateway, epoch, sequence, offsetMs, timesMonoMs, columns }) => {
      const device = ids.get(num);
      if (device === undefined || devices?.includes(device) === false) return [];
      return columns.flatMap(({ metric, values }) =>
        Array.from(values, (value, row): StoredReading => {
          const monoMs = timesMonoMs[row] ?? Number.NaN;
          return { device, gateway, epoch, sequence, metric, monoMs, atMs: monoMs + offsetMs, value };
        }),
      );
    });
}

/** What the cloud says that it holds of each epoch of each gateway, and what it really holds. */
export interface EpochAccount {
  gateway: string;
  epoch: number;
  /** The committed ranges, both ends included. */
  committed: [number, number][];
  setAside: number;
  /** Sequences of which there is at least one reading. */
  sequences: number;
  /** Rows whose device, metric, sequence and time another row has too. */
  doubled: number;
}

export async function epochAccounts(url: string): Promise<EpochAccount[]> {
  const { rows, all } = await inOneLook(url, async (ask) => ({
    rows: await ask<{ gateway: string; epoch: string; committed: string; set_aside: number }>(
      `select gateway_id as gateway, epoch, committed::text, (select count(*)::int from unnest(set_aside)) as set_aside
       from gateway_epoch order by 1, 2`,
    ),
    all: await everythingKept(ask),
  }));
  const kept = Map.groupBy(all, ({ gateway, epoch }) => `${gateway}/${epoch}`);
  return rows.map(({ gateway, epoch, committed, set_aside: setAside }) => {
    const own = kept.get(`${gateway}/${epoch}`) ?? [];
    const moments = own.flatMap(({ num, sequence, timesMonoMs, columns }) =>
      columns.flatMap(({ metric }) => Array.from(timesMonoMs, (monoMs) => `${num} ${metric} ${sequence} ${monoMs}`)),
    );
    return {
      gateway,
      epoch: Number(epoch),
      committed: [...committed.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]): [number, number] => [
        Number(from),
        Number(to) - 1,
      ]),
      setAside,
      sequences: new Set(own.map(({ sequence }) => sequence)).size,
      doubled: moments.length - new Set(moments).size,
    };
  });
}

/** Readings with a value, by device: as they are kept, and as the minutes counted them. Read in one look. */
export async function countsByDevice(url: string): Promise<Map<string, { chunks: number; minutes: number }>> {
  const { ids, kept, minutes } = await inOneLook(url, async (ask) => ({
    ids: await deviceIds(ask),
    kept: await everythingKept(ask),
    minutes: await ask<{ device: number; count: number }>(
      "select device, sum(count)::int as count from telemetry.minute group by device",
    ),
  }));
  const byNum = Map.groupBy(kept, ({ num }) => num);
  const minutesByNum = new Map(minutes.map(({ device, count }) => [device, count]));
  return new Map(
    [...ids].map(([num, id]) => [
      id,
      {
        minutes: minutesByNum.get(num) ?? 0,
        chunks: (byNum.get(num) ?? []).reduce(
          (sum, { columns }) =>
            sum + columns.reduce((own, { values }) => own + values.filter((value) => !Number.isNaN(value)).length, 0),
          0,
        ),
      },
    ]),
  );
}

/** Every value of a metric that is kept, by device, or by the line that it is held at; blanks left out. */
export async function valuesByOwner(url: string, metric: string): Promise<Map<string, number[]>> {
  const { owners, kept } = await inOneLook(url, async (ask) => ({
    owners: await ask<{ num: number; who: string }>(
      "select num, id as who from device union all select num, 'line ' || line from line_place",
    ),
    kept: await everythingKept(ask),
  }));
  const names = new Map(owners.map(({ num, who }) => [num, who]));
  const values = new Map<string, number[]>();
  for (const { num, columns } of kept) {
    const found = columns.filter((column) => column.metric === metric).flatMap((column) => column.values);
    const told = found.filter((value) => !Number.isNaN(value));
    const who = names.get(num) ?? `nobody ${num}`;
    if (told.length > 0) values.set(who, [...(values.get(who) ?? []), ...told]);
  }
  return values;
}

/** Every row of every table as text, chunks' bodies left out: what a search of the whole database would find. */
export async function everyText(url: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'queue', 'telemetry') and tablename not like all (array['chunk%', 'batch%'])`,
  );
  const texts = await Promise.all(
    tables.map(({ name }) => query<{ text: string }>(url, `select t::text as text from ${name} t limit 20000`)),
  );
  return texts.flat().map(({ text }) => text);
}
