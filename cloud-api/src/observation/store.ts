import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { BATCH_LIMITS } from "@wardtwin/device-profiles/twin-document/batch";
import { decodeBody, encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import type { ArrivedBatch, Fold, HeldSection } from "../arrival/events.ts";
import type { Database, Tx } from "../platform/database.ts";
import { emit } from "../platform/event-outbox.ts";
import type { StateObserved } from "./events.ts";
import { addTo, DAY_MS, dayOf, expiredPartitions, type MinuteSum, minutesOf, type Span, spansOf } from "./rules.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** A gateway seals a batch within seconds; a batch that spans longer has a broken clock in it. */
const BATCH_SPAN_MAX_MS = 7 * DAY_MS;
/** Partitions younger than this are never dropped. */
const DAYS_KNOWN_MS = 7 * DAY_MS;

/** The time of the readings in a section, or null where it has none. */
function extentOf(
  { section }: Pick<HeldSection, "section">,
  offsetMs: number,
): { fromMs: number; toMs: number; readings: number } | null {
  let [fromMs, toMs, readings] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const { timesMonoMs, columns } of section.groups) {
    const [first, last] = [timesMonoMs[0], timesMonoMs.at(-1)];
    if (first === undefined || last === undefined) continue;
    fromMs = Math.min(fromMs, first + offsetMs);
    toMs = Math.max(toMs, last + offsetMs);
    readings += timesMonoMs.length * columns.length;
  }
  return readings === 0 ? null : { fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs), readings };
}

interface ChunkRow {
  from_at: Date;
  epoch: string;
  sequence: string;
  part: number;
  offset_ms: number;
  body: Buffer;
}

/** The batch that a chunk is of, with nothing in it but what the chunk holds. */
async function batchOf(row: ChunkRow, gatewayId: string): Promise<Omit<ArrivedBatch, "receivedAtMs">> {
  const decoded = decodeBody(await decompress(row.body, { maxOutputLength: BATCH_LIMITS.bodyBytes }));
  if (!decoded.ok) throw new Error(`a chunk cannot be read: ${decoded.fault}`);
  const { bootId, simulated, devices } = decoded.value.batch;
  return {
    gatewayId,
    epoch: Number(row.epoch),
    sequence: Number(row.sequence),
    lane: "backlog",
    simulated,
    bootId,
    offsetMs: row.offset_ms,
    sections: [],
    held: devices.map((section) => ({ placeNum: 0, section })),
  };
}

/** The telemetry store: every reading in chunks, minutes beside them, and the time in each state. */
export class ObservationStore {
  readonly #db: Database;
  readonly #days = new Set<string>();
  readonly #metrics = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Makes the partitions and metric keys that a group needs, before its transaction begins. */
  prepare = async (batches: readonly ArrivedBatch[]): Promise<void> => {
    const days = new Set<string>();
    const metrics = new Set<string>();
    for (const { sections, held, offsetMs, receivedAtMs } of batches) {
      for (const arrived of [...sections, ...held]) {
        const extent = extentOf(arrived, offsetMs);
        if (extent === null) continue;
        // A partition for each day: a batch of years would make thousands.
        if (extent.toMs - extent.fromMs > BATCH_SPAN_MAX_MS)
          throw new Error(`its readings span ${Math.round((extent.toMs - extent.fromMs) / DAY_MS)} days`);
        // The partition of an old day may have been dropped since it was last made.
        if (receivedAtMs - extent.fromMs > DAYS_KNOWN_MS) this.#days.clear();
        for (let ms = startOfDay(extent.fromMs); ms <= extent.toMs; ms += DAY_MS) days.add(dayOf(ms));
        for (const { columns } of arrived.section.groups) for (const { metric } of columns) metrics.add(metric);
      }
    }
    for (const day of days.difference(this.#days)) {
      await this.#db.pool.query("select telemetry.ensure_day($1::date)", [day]);
      this.#days.add(day);
    }
    await this.#learn([...metrics].filter((metric) => !this.#metrics.has(metric)));
  };

  async #learn(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#db.pool.query("insert into telemetry.metric (name) select unnest($1::text[]) on conflict do nothing", [
      names,
    ]);
    const { rows } = await this.#db.pool.query<{ id: number; name: string }>(
      "select id, name from telemetry.metric where name = any($1)",
      [names],
    );
    for (const { id, name } of rows) this.#metrics.set(name, id);
  }

  /** Keeps every reading as it came, one row for each device and batch. */
  foldChunks: Fold = async (tx, batches) => {
    const rows: unknown[][] = [];
    for (const batch of batches) {
      const { offsetMs, epoch, sequence, bootId, simulated } = batch;
      for (const [part, arrived] of keptOf(batch).entries()) {
        const extent = extentOf(arrived, offsetMs);
        if (extent === null) continue;
        const alone = {
          bootId,
          anchor: { monoMs: 0, wallMs: 0 },
          cloudOffsetMs: offsetMs,
          simulated,
          devices: [arrived.section],
        };
        const body = await compress(encodeBody(alone));
        rows.push([
          arrived.num,
          new Date(extent.fromMs),
          new Date(extent.toMs),
          epoch,
          sequence,
          part,
          offsetMs,
          extent.readings,
          body,
        ]);
      }
    }
    if (rows.length === 0) return;
    await tx.query(
      `insert into telemetry.chunk (device, from_at, to_at, epoch, sequence, part, offset_ms, readings, body)
       select * from unnest($1::int4[], $2::timestamptz[], $3::timestamptz[], $4::int8[], $5::int8[], $6::int2[], $7::float8[], $8::int4[], $9::bytea[])`,
      columnsOf(rows, 9),
    );
  };

  /**
   * Takes out what is kept under a key, from a time on and the oldest first, as the batches that it came in. Of a place, what
   * one presence said alone.
   *
   * @param most rows that are looked at
   */
  async takeOut(
    tx: Tx,
    { num, gatewayId, sinceMs, attachment }: { num: number; gatewayId: string; sinceMs: number; attachment?: string },
    most: number,
  ): Promise<{ batches: Omit<ArrivedBatch, "receivedAtMs">[]; nextMs: number | null }> {
    const { rows } = await tx.query<ChunkRow>(
      `select from_at, epoch, sequence, part, offset_ms, body from telemetry.chunk where device = $1 and from_at >= $2
       order by from_at, epoch, sequence, part limit $3 for update`,
      [num, new Date(Math.floor(sinceMs)), most],
    );
    const batches = (await Promise.all(rows.map((row) => batchOf(row, gatewayId)))).map((batch) => ({
      ...batch,
      held: batch.held.filter(({ section }) => attachment === undefined || section.subject.attachment === attachment),
    }));
    const taken = rows.filter((_, at) => batches[at]?.held.length !== 0);
    await tx.query(
      `delete from telemetry.chunk where device = $1 and (from_at, epoch, sequence, part) in
         (select * from unnest($2::timestamptz[], $3::int8[], $4::int8[], $5::int2[]))`,
      [
        num,
        ...columnsOf(
          taken.map((row) => [row.from_at, row.epoch, row.sequence, row.part]),
          4,
        ),
      ],
    );
    const last = rows.at(-1);
    // Rows that stay are passed by, however many of them are of one moment.
    const fromMs = taken.length === 0 ? sinceMs + 1 : sinceMs;
    const nextMs = last === undefined || rows.length < most ? null : Math.max(last.from_at.getTime(), fromMs);
    return { batches: batches.filter(({ held }) => held.length > 0), nextMs };
  }

  /** Adds the readings to their minutes. What is held has none until it is known whose it is. */
  foldMinutes: Fold = async (tx, batches) => {
    const sums = new Map<string, MinuteSum>();
    for (const batch of batches) {
      for (const { deviceNum, section } of batch.sections) {
        for (const minute of minutesOf(deviceNum, section, batch.offsetMs)) addTo(sums, minute);
      }
    }
    const rows = [...sums.values()]
      .map(
        (sum) =>
          [
            sum.device,
            this.#metrics.get(sum.metric),
            new Date(sum.minuteMs),
            sum.count,
            sum.sum,
            sum.min,
            sum.max,
          ] as const,
      )
      .sort((a, b) => a[0] - b[0] || (a[1] ?? 0) - (b[1] ?? 0) || a[2].getTime() - b[2].getTime());
    if (rows.length === 0) return;
    await tx.query(
      `insert into telemetry.minute as held (device, metric, at, count, sum, min, max)
       select * from unnest($1::int4[], $2::int2[], $3::timestamptz[], $4::int4[], $5::float8[], $6::float8[], $7::float8[])
       on conflict (device, metric, at) do update set count = held.count + excluded.count, sum = held.sum + excluded.sum,
         min = least(held.min, excluded.min), max = greatest(held.max, excluded.max)`,
      columnsOf(rows, 7),
    );
  };

  /** Adds the time in each state, and tells the usage job which days to integrate anew. */
  foldStates: Fold = async (tx, batches) => {
    const spans = batches.flatMap(({ sections, offsetMs }) =>
      sections.flatMap(({ deviceId, section }) => spansOf(section, offsetMs).map((span) => ({ ...span, deviceId }))),
    );
    const rows = [
      ...Map.groupBy(spans, ({ deviceId, fromMs, state }) => `${deviceId}/${dayOf(fromMs)}/${state}`).values(),
    ]
      .flatMap((group) => {
        const [first] = group;
        return first === undefined ? [] : [[first.deviceId, dayOf(first.fromMs), first.state, multirange(group)]];
      })
      .sort((a, b) => (String(a) < String(b) ? -1 : 1));
    if (rows.length === 0) return;
    await tx.query(
      `insert into state_span (device_id, day, state, spans) select * from unnest($1::text[], $2::date[], $3::text[], $4::int8multirange[])
       on conflict (device_id, day, state) do update set spans = state_span.spans + excluded.spans`,
      columnsOf(rows, 4),
    );
    const observed = new Map(
      rows.map(([deviceId, day]) => [`${deviceId}/${day}`, { deviceId: `${deviceId}`, day: `${day}` }]),
    );
    await emit<StateObserved>(tx, "observation.state-observed", [...observed.values()]);
  };

  /** Integrates one day of one device anew from its spans, and adds up its days. Running it twice changes nothing. */
  async integrateDay(tx: Tx, deviceId: string, day: string, asOfMs: number): Promise<{ inUseH: number }> {
    // Of two runs the later one reads the spans after the earlier one has written, and so never puts an older sum back.
    await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`usage_day/${deviceId}`]);
    await tx.query(
      `insert into usage_day (device_id, day, in_use_s, standby_s, off_s, self_test_s, as_of)
       select $1, $2::date, coalesce(sum(s) filter (where state = 'in-use'), 0), coalesce(sum(s) filter (where state = 'standby'), 0),
         coalesce(sum(s) filter (where state = 'off'), 0), coalesce(sum(s) filter (where state = 'self-test'), 0), $3
       from (select state, (upper(r) - lower(r)) / 1000.0 as s from state_span, unnest(spans) r where device_id = $1 and day = $2::date) seconds
       on conflict (device_id, day) do update set in_use_s = excluded.in_use_s, standby_s = excluded.standby_s,
         off_s = excluded.off_s, self_test_s = excluded.self_test_s, as_of = greatest(usage_day.as_of, excluded.as_of)`,
      [deviceId, day, new Date(asOfMs)],
    );
    const { rows } = await tx.query<{ hours: number }>(
      "select sum(in_use_s) / 3600 as hours from usage_day where device_id = $1",
      [deviceId],
    );
    return { inUseH: rows[0]?.hours ?? 0 };
  }

  /** Drops the partitions that are older than telemetry is kept. Returns their names. */
  async retire(nowMs: number): Promise<string[]> {
    const { rows } = await this.#db.pool.query<{ name: string }>(
      "select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'telemetry' and c.relispartition and c.relkind = 'r'",
    );
    const expired = expiredPartitions(
      rows.map(({ name }) => name),
      nowMs,
    );
    for (const name of expired) await this.#db.pool.query(`drop table telemetry.${name}`);
    return expired;
  }

  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.#db.transaction(work);
  }
}

/** All that is kept of a batch, under the key of its device, or of the place where nobody knows the device. */
const keptOf = ({ sections, held }: ArrivedBatch) => [
  ...sections.map(({ deviceNum: num, section }) => ({ num, section })),
  ...held.map(({ placeNum: num, section }) => ({ num, section })),
];

const multirange = (spans: readonly Span[]) => `{${spans.map(({ fromMs, toMs }) => `[${fromMs},${toMs})`).join(",")}}`;

const startOfDay = (atMs: number) => Math.floor(atMs / DAY_MS) * DAY_MS;

/** Turns rows into the parameter arrays of an `unnest`. */
function columnsOf(rows: readonly (readonly unknown[])[], count: number): unknown[][] {
  return Array.from({ length: count }, (_, column) => rows.map((row) => row[column]));
}
