import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { ArrivedBatch, ArrivedBody, Fold } from "../arrival/events.ts";
import type { Database, Tx } from "../platform/database.ts";
import { emit } from "../platform/event-outbox.ts";
import { listsText, numbersText } from "../platform/list-text.ts";
import { MetricKeys } from "../platform/metric-keys.ts";
import type { RunTimeAdvanced } from "./events.ts";
import { keepApart } from "./held-store.ts";
import {
  addMinutes,
  DAY_MS,
  type DeviceMinute,
  dayOf,
  type Extent,
  expiredPartitions,
  extentOf,
  type Minutes,
  spansOf,
} from "./rules.ts";

const compress = promisify(zstdCompress);
/** A gateway seals a batch within seconds; a batch that spans longer has a broken clock in it. */
const BATCH_SPAN_MAX_MS = 7 * DAY_MS;
/** Partitions younger than this are never dropped. */
const DAYS_KNOWN_MS = 7 * DAY_MS;
/** Devices and days whose hours are integrated in one transaction; a batch of theirs waits for it. */
const INTEGRATED_AT_ONCE = 200;

/** The telemetry store: every reading in batches, minutes beside them, and the time in each state. */
export class ObservationStore {
  readonly #db: Database;
  readonly #days = new Set<string>();
  readonly metrics: MetricKeys;

  constructor(db: Database) {
    this.#db = db;
    this.metrics = new MetricKeys(db);
  }

  /** Makes the partitions and metric keys that a group needs, before its transaction begins. */
  prepare = async (batches: readonly ArrivedBatch[]): Promise<void> => {
    const days = new Set<string>();
    let [firstMs, lastMs] = [0, -1];
    for (const batch of batches) {
      const extent = extentOf(
        [...batch.sections, ...batch.held].map(({ section }) => section),
        batch.offsetMs,
      );
      if (extent === null) continue;
      const { fromMs, toMs } = extent;
      // A partition for each day: a batch of years would make thousands.
      if (toMs - fromMs > BATCH_SPAN_MAX_MS)
        throw new Error(`its readings span ${Math.round((toMs - fromMs) / DAY_MS)} days`);
      // The partition of an old day may have been dropped since it was last made.
      if (batch.receivedAtMs - fromMs > DAYS_KNOWN_MS) this.#days.clear();
      if (fromMs >= firstMs && toMs <= lastMs) continue;
      for (let ms = startOfDay(fromMs); ms <= toMs; ms += DAY_MS) days.add(dayOf(ms));
      [firstMs, lastMs] = [startOfDay(fromMs), startOfDay(toMs) + DAY_MS - 1];
    }
    for (const day of days.difference(this.#days)) {
      await this.#db.pool.query("select telemetry.ensure_day($1::date)", [day]);
      this.#days.add(day);
    }
    await this.metrics.learn();
  };

  /**
   * Keeps every reading as it came: what is of devices in one row for each batch, its body as the gateway compressed it, and
   * what is held, or was, apart from it.
   */
  foldBatches: Fold = async (tx, batches) => {
    const kept: WholeBatch[] = [];
    for (const batch of batches) {
      const whole = "bytes" in batch.body ? await wholeOf(batch, batch.body) : null;
      if (whole !== null) kept.push(whole);
    }
    await this.#keepWhole(tx, kept);
    await keepApart(tx, batches);
  };

  async #keepWhole(tx: Tx, kept: readonly WholeBatch[]): Promise<void> {
    if (kept.length === 0) return;
    await tx.query(
      `insert into telemetry.batch (gateway_id, epoch, sequence, from_at, to_at, offset_ms, readings, devices, body)
       select gateway_id, epoch, sequence, to_timestamp(from_ms / 1000), to_timestamp(to_ms / 1000), offset_ms, readings, devices::int4[],
         substring($11::bytea from at for length)
       from unnest($1::text[], $2::int8[], $3::int8[], $4::float8[], $5::float8[], $6::float8[], $7::int4[], $8::text[], $9::int4[], $10::int4[])
         told (gateway_id, epoch, sequence, from_ms, to_ms, offset_ms, readings, devices, at, length)`,
      [
        kept.map(({ batch }) => batch.gatewayId),
        numbersText(kept.map(({ batch }) => batch.epoch)),
        numbersText(kept.map(({ batch }) => batch.sequence)),
        numbersText(kept.map(({ extent }) => extent.fromMs)),
        numbersText(kept.map(({ extent }) => extent.toMs)),
        numbersText(kept.map(({ batch }) => batch.offsetMs)),
        numbersText(kept.map(({ extent }) => extent.readings)),
        listsText(kept.map(({ devices }) => devices)),
        // All bodies in one piece, which travels as it is; a list of them would travel in hexadecimal.
        numbersText(startsOf(kept.map(({ body }) => body.length))),
        numbersText(kept.map(({ body }) => body.length)),
        Buffer.concat(kept.map(({ body }) => body)),
      ],
    );
  }

  /** Adds the readings to their minutes. What is held has none until it is known whose it is. */
  foldMinutes: Fold = async (tx, batches) => {
    const minutes: Minutes = new Map();
    for (const batch of batches) {
      for (const { deviceNum, section } of batch.sections) addMinutes(minutes, deviceNum, section, batch.offsetMs);
    }
    const rows = [...minutes].flatMap(([device, ofDevice]) =>
      [...ofDevice].map(([minuteMs, minute]) => ({ device, minuteMs, lists: this.#listsOf(minute) })),
    );
    if (rows.length === 0) return;
    const list = (index: number) => listsText(rows.map(({ lists }) => lists[index] ?? "{}"));
    await tx.query(
      `insert into telemetry.device_minute as held (device, at, metrics, counts, sums, mins, maxs)
       select device, to_timestamp(minute_ms / 1000), metrics::int2[], counts::int4[], sums::float8[], mins::float8[], maxs::float8[]
       from unnest($1::int4[], $2::float8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
         told (device, minute_ms, metrics, counts, sums, mins, maxs)
       order by device, minute_ms
       on conflict (device, at) do update set (metrics, counts, sums, mins, maxs) =
         (select * from telemetry.added_minute(held.metrics, held.counts, held.sums, held.mins, held.maxs,
            excluded.metrics, excluded.counts, excluded.sums, excluded.mins, excluded.maxs))`,
      [
        numbersText(rows.map(({ device }) => device)),
        numbersText(rows.map(({ minuteMs }) => minuteMs)),
        ...[0, 1, 2, 3, 4].map(list),
      ],
    );
  };

  /** The lists of a minute in the order of the metrics' keys. */
  #listsOf({ metrics, counts, sums, mins, maxs }: DeviceMinute): string[] {
    const keys = metrics.map((metric) => this.metrics.keyOf(metric));
    const order = keys.map((_, place) => place).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
    return [keys, counts, sums, mins, maxs].map((list) => numbersText(order.map((place) => list[place] ?? 0)));
  }

  /** Adds the time in each state, and marks which days are to be integrated anew. */
  foldStates: Fold = async (tx, batches) => {
    const found = new Map<string, Map<number, [number, number][]>>();
    for (const { sections, offsetMs } of batches) {
      for (const { deviceId, section } of sections) {
        for (const { state, fromMs, toMs } of spansOf(section, offsetMs)) {
          const ofDevice = found.get(deviceId) ?? new Map<number, [number, number][]>();
          if (ofDevice.size === 0) found.set(deviceId, ofDevice);
          // Of one day and state; batches follow each other, and so do most spans.
          const key = Math.floor(fromMs / DAY_MS) * OPERATING_STATES.length + OPERATING_STATES.indexOf(state);
          const spans = ofDevice.get(key) ?? [];
          if (spans.length === 0) ofDevice.set(key, spans);
          const last = spans.at(-1);
          if (last?.[1] === fromMs) last[1] = toMs;
          else spans.push([fromMs, toMs]);
        }
      }
    }
    const rows = [...found]
      .flatMap(([deviceId, ofDevice]) =>
        [...ofDevice].map(([key, spans]) => ({
          deviceId,
          day: dayOf(Math.floor(key / OPERATING_STATES.length) * DAY_MS),
          state: OPERATING_STATES[key % OPERATING_STATES.length] ?? "unknown",
          spans: `{${spans.map(([from, to]) => `[${from},${to})`).join(",")}}`,
        })),
      )
      .map((row) => ({ row, key: `${row.deviceId},${row.day},${row.state}` }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    if (rows.length === 0) return;
    await tx.query(
      `insert into state_span (device_id, day, state, spans, due)
       select device_id, day, state, spans::int8multirange, true
       from unnest($1::text[], $2::date[], $3::text[], $4::text[]) told (device_id, day, state, spans)
       on conflict (device_id, day, state) do update set spans = state_span.spans + excluded.spans, due = true`,
      [
        rows.map(({ row }) => row.deviceId),
        rows.map(({ row }) => row.day),
        rows.map(({ row }) => row.state),
        listsText(rows.map(({ row }) => row.spans)),
      ],
    );
  };

  /**
   * Integrates the days whose spans have changed, and adds up the days of their devices. Running it twice changes nothing.
   * @returns how many days there were; there may be more while it is as many as go at once
   */
  async integrateDue(asOfMs: number): Promise<number> {
    return this.#db.transaction(async (tx) => {
      const { rows } = await tx.query<{ device_id: string; day: string }>(
        "select distinct device_id, day::text from state_span where due order by 1, 2 limit $1",
        [INTEGRATED_AT_ONCE],
      );
      if (rows.length === 0) return 0;
      await this.#integrate(tx, rows, asOfMs);
      return rows.length;
    });
  }

  async #integrate(tx: Tx, days: readonly { device_id: string; day: string }[], asOfMs: number): Promise<void> {
    const keys = [days.map(({ device_id }) => device_id), days.map(({ day }) => day)];
    const ofDays = "(device_id, day) in (select * from unnest($1::text[], $2::date[]))";
    // Of two runs the later one reads the spans after the earlier one has written, and so never puts an older sum back.
    await tx.query(
      "select pg_advisory_xact_lock(hashtextextended('usage_day/' || id, 0)) from (select distinct id from unnest($1::text[]) id order by 1) ids",
      keys.slice(0, 1),
    );
    // In the order in which batches lock them.
    await tx.query(
      `select 1 from state_span where ${ofDays} and due order by device_id collate "C", day, state collate "C" for update`,
      keys,
    );
    // First the marks, then the sums: what is committed between the two is summed, and marked again.
    await tx.query(`update state_span set due = false where ${ofDays} and due`, keys);
    await tx.query(
      `insert into usage_day (device_id, day, in_use_s, standby_s, off_s, self_test_s, as_of)
       select device_id, day, coalesce(sum(s) filter (where state = 'in-use'), 0), coalesce(sum(s) filter (where state = 'standby'), 0),
         coalesce(sum(s) filter (where state = 'off'), 0), coalesce(sum(s) filter (where state = 'self-test'), 0), $3
       from (select device_id, day, state, (upper(r) - lower(r)) / 1000.0 as s from state_span, unnest(spans) r where ${ofDays}) seconds
       group by device_id, day order by device_id, day
       on conflict (device_id, day) do update set in_use_s = excluded.in_use_s, standby_s = excluded.standby_s,
         off_s = excluded.off_s, self_test_s = excluded.self_test_s, as_of = greatest(usage_day.as_of, excluded.as_of)`,
      [...keys, new Date(asOfMs)],
    );
    const { rows } = await tx.query<{ device_id: string; hours: number }>(
      "select device_id, sum(in_use_s) / 3600 as hours from usage_day where device_id = any($1) group by device_id order by 1",
      keys.slice(0, 1),
    );
    const advanced = rows.map(({ device_id, hours }) => ({ deviceId: device_id, inUseH: hours, asOfMs }));
    await emit<RunTimeAdvanced>(tx, "observation.run-time-advanced", advanced);
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
}

/** A batch as its row has it. */
interface WholeBatch {
  batch: ArrivedBatch;
  extent: Extent;
  /** Whose each section is, as PostgreSQL reads it; 0 where the row does not keep it. */
  devices: string;
  body: Uint8Array;
}

/** What is of devices in a batch; null where nothing is. */
async function wholeOf(batch: ArrivedBatch, { bytes, compression, sections }: ArrivedBody): Promise<WholeBatch | null> {
  const extent = extentOf(
    batch.sections.map(({ section }) => section),
    batch.offsetMs,
  );
  if (extent === null) return null;
  const numOf = new Map(batch.sections.map(({ deviceNum, section }) => [section, deviceNum]));
  const devices = numbersText(sections.map((section) => numOf.get(section) ?? 0));
  return { batch, extent, devices, body: compression === "zstd" ? bytes : await compress(bytes) };
}

/** Where each of the pieces begins in all of them together, as SQL counts: from 1. */
function startsOf(lengths: readonly number[]): number[] {
  let next = 1;
  return lengths.map((length) => {
    const start = next;
    next += length;
    return start;
  });
}

const startOfDay = (atMs: number) => Math.floor(atMs / DAY_MS) * DAY_MS;
