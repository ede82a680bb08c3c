import { zstdDecompressSync } from "node:zlib";
import { decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { query } from "./database.ts";

/** Every reading that the telemetry store holds, out of its chunks. */
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

interface ChunkRow {
  device: string;
  gateway: string;
  epoch: string;
  sequence: string;
  offset_ms: number;
  readings: number;
  body: Buffer;
}

/** In the order of epoch, sequence and part; all of them where nothing narrows them down. */
export async function chunkReadings(
  url: string,
  { devices = null, sinceMs = 0 }: { devices?: readonly string[] | null; sinceMs?: number } = {},
): Promise<StoredReading[]> {
  const rows = await query<ChunkRow>(
    url,
    `select device.id as device, twin.gateway_id as gateway, chunk.epoch, sequence, offset_ms, readings, body
     from telemetry.chunk join device on device.num = chunk.device join twin on twin.device_id = device.id
     where from_at >= $1 and ($2::text[] is null or device.id = any($2))
     order by chunk.epoch, sequence, part`,
    [new Date(sinceMs), devices],
  );
  return rows.flatMap(readingsOf);
}

function readingsOf({ device, gateway, epoch, sequence, offset_ms, readings, body }: ChunkRow): StoredReading[] {
  const decoded = decodeBody(zstdDecompressSync(body));
  if (!decoded.ok) throw new Error(`a chunk of ${device} cannot be read: ${decoded.fault}`);
  const found: StoredReading[] = [];
  for (const section of decoded.value.batch.devices) {
    for (const { timesMonoMs, columns } of section.groups) {
      for (const { metric, values } of columns) {
        for (const [row, value] of values.entries()) {
          const monoMs = timesMonoMs[row] ?? Number.NaN;
          const place = { device, gateway, epoch: Number(epoch), sequence: Number(sequence) };
          found.push({ ...place, metric, monoMs, atMs: monoMs + offset_ms, value });
        }
      }
    }
  }
  if (found.length !== readings)
    throw new Error(`a chunk of ${device} says ${readings} readings and has ${found.length}`);
  return found;
}

/** What the cloud says that it holds of each epoch of each gateway, and what it really holds. */
export interface EpochAccount {
  gateway: string;
  epoch: number;
  /** The committed ranges, both ends included. */
  committed: [number, number][];
  setAside: number;
  /** Sequences of which there is at least one chunk. */
  sequences: number;
  /** Chunks whose device, sequence and part another chunk has too. */
  doubled: number;
}

export async function epochAccounts(url: string): Promise<EpochAccount[]> {
  const rows = await query<{
    gateway: string;
    epoch: string;
    committed: string;
    set_aside: number;
    sequences: number;
    doubled: number;
  }>(
    url,
    `with kept as (select twin.gateway_id, chunk.epoch, sequence, device, part
                   from telemetry.chunk join device on device.num = chunk.device join twin on twin.device_id = device.id
                   union all
                   select line_place.gateway_id, chunk.epoch, sequence, device, part
                   from telemetry.chunk join line_place on line_place.num = chunk.device
                   union all
                   select device_sighting.gateway_id, chunk.epoch, sequence, device, part
                   from telemetry.chunk join device_sighting on device_sighting.num = chunk.device)
     select gateway_id as gateway, epoch, committed::text, (select count(*)::int from unnest(set_aside)) as set_aside,
       (select count(distinct sequence)::int from kept where kept.gateway_id = held.gateway_id and kept.epoch = held.epoch) as sequences,
       (select (count(*) - count(distinct (device, sequence, part)))::int from kept
        where kept.gateway_id = held.gateway_id and kept.epoch = held.epoch) as doubled
     from gateway_epoch held order by 1, 2`,
  );
  return rows.map(({ gateway, epoch, committed, set_aside, sequences, doubled }) => ({
    gateway,
    epoch: Number(epoch),
    committed: [...committed.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]): [number, number] => [
      Number(from),
      Number(to) - 1,
    ]),
    setAside: set_aside,
    sequences,
    doubled,
  }));
}

/** Readings with a value, by device: as the chunks hold them, and as the minutes counted them. Read in one look. */
export async function countsByDevice(url: string): Promise<Map<string, { chunks: number; minutes: number }>> {
  const rows = await query<{ device: string; minutes: number; bodies: Buffer[] }>(
    url,
    `select device.id as device,
       (select coalesce(sum(count), 0)::int from telemetry.minute where minute.device = device.num) as minutes,
       array(select body from telemetry.chunk where chunk.device = device.num) as bodies
     from device`,
  );
  return new Map(
    rows.map(({ device, minutes, bodies }) => [
      device,
      { minutes, chunks: bodies.reduce((sum, body) => sum + valuesIn(body).length, 0) },
    ]),
  );
}

/** The values that a chunk holds, of one metric or of all; blanks left out. */
export function valuesIn(body: Buffer, metric: string | null = null): number[] {
  const decoded = decodeBody(zstdDecompressSync(body));
  if (!decoded.ok) throw new Error(decoded.fault);
  return decoded.value.batch.devices
    .flatMap(({ groups }) => groups.flatMap((group) => group.columns))
    .filter((column) => metric === null || column.metric === metric)
    .flatMap(({ values }) => [...values].filter((value) => !Number.isNaN(value)));
}

/** Every row of every table as text, chunks' bodies left out: what a search of the whole database would find. */
export async function everyText(url: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'queue', 'telemetry') and tablename not like 'chunk%'`,
  );
  const texts = await Promise.all(
    tables.map(({ name }) => query<{ text: string }>(url, `select t::text as text from ${name} t limit 20000`)),
  );
  return texts.flat().map(({ text }) => text);
}
