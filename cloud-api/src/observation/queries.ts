import { type MetricName, metricTerm, OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Database } from "../platform/database.ts";
import { DAY_MS, dayOf } from "./rules.ts";
import type { History, StateRibbon, Usage } from "./schema.ts";

const HOUR_S = 3_600;

/** Read-only answers about what was observed. */
export class ObservationQueries {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async isDevice(id: string): Promise<boolean> {
    const { rowCount } = await this.#db.pool.query("select 1 from device where id = $1", [id]);
    return rowCount === 1;
  }

  /** One-minute points of a metric, oldest first. */
  async history(device: string, metric: MetricName, fromMs: number, toMs: number): Promise<History> {
    const { rows } = await this.#db.pool.query<{ at: Date; count: number; min: number; mean: number; max: number }>(
      `select at, count, min, sum / count as mean, max from telemetry.minute
       where device = (select num from device where id = $1) and metric = (select id from telemetry.metric where name = $2)
         and at >= $3 and at < $4 order by at`,
      [device, metric, new Date(fromMs), new Date(toMs)],
    );
    const points = rows.map(({ at, ...point }) => ({ at: at.toISOString(), ...point }));
    return { device, metric, ucum: metricTerm(metric).ucum, step: "1min", points };
  }

  async states(device: string, fromMs: number, toMs: number): Promise<StateRibbon> {
    const { rows } = await this.#db.pool.query<{ state: string; from_ms: string; to_ms: string }>(
      `select state, lower(r) as from_ms, upper(r) as to_ms from state_span, unnest(spans * int8multirange(int8range($3, $4))) r
       where device_id = $1 and day >= $2::date order by lower(r)`,
      [device, dayOf(fromMs), Math.floor(fromMs), Math.ceil(toMs)],
    );
    const stretches = rows.flatMap(({ state, from_ms, to_ms }) => {
      const known = OPERATING_STATES.find((name) => name === state);
      return known === undefined ? [] : [{ state: known, from: instant(Number(from_ms)), to: instant(Number(to_ms)) }];
    });
    return { device, from: instant(fromMs), to: instant(toMs), stretches: joined(stretches) };
  }

  async usage(device: string): Promise<Usage> {
    const { rows } = await this.#db.pool.query<{
      since: Date | null;
      as_of: Date | null;
      in_use: number;
      standby: number;
      off: number;
      self_test: number;
    }>(
      `select (select to_timestamp(min(lower(spans)) / 1000.0) from state_span where device_id = $1) as since, max(as_of) as as_of,
         coalesce(sum(in_use_s), 0) as in_use, coalesce(sum(standby_s), 0) as standby, coalesce(sum(off_s), 0) as off,
         coalesce(sum(self_test_s), 0) as self_test
       from usage_day where device_id = $1`,
      [device],
    );
    const row = rows[0];
    if (row?.as_of == null || row.since == null)
      return { device, since: null, asOf: null, inUseH: 0, standbyH: 0, offH: 0, selfTestH: 0, unknownH: 0 };
    const knownS = row.in_use + row.standby + row.off + row.self_test;
    const allS = (row.as_of.getTime() - row.since.getTime()) / 1_000;
    return {
      device,
      since: row.since.toISOString(),
      asOf: row.as_of.toISOString(),
      inUseH: row.in_use / HOUR_S,
      standbyH: row.standby / HOUR_S,
      offH: row.off / HOUR_S,
      selfTestH: row.self_test / HOUR_S,
      unknownH: Math.max(0, allS - knownS) / HOUR_S,
    };
  }
}

const instant = (atMs: number) => new Date(atMs).toISOString();

/** Stretches are kept by day; a stretch that goes on after midnight is one stretch again. */
function joined(stretches: StateRibbon["stretches"]): StateRibbon["stretches"] {
  const whole: StateRibbon["stretches"] = [];
  for (const stretch of stretches) {
    const last = whole.at(-1);
    if (last !== undefined && last.state === stretch.state && last.to === stretch.from) last.to = stretch.to;
    else whole.push({ ...stretch });
  }
  return whole;
}

export const RIBBON_DAYS_MAX = 30;
export const HISTORY_DAYS_MAX = 7;
export const spanDays = (fromMs: number, toMs: number): number => (toMs - fromMs) / DAY_MS;
