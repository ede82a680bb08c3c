import { METRIC_NAMES, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Database } from "./database.ts";

/** The short keys under which the database knows the metrics of this version. A name keeps its key for ever. */
export class MetricKeys {
  readonly #db: Database;
  readonly #keys = new Map<MetricName, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Reads the keys once, and gives one to every metric that has none. Before the first transaction that needs them. */
  async learn(): Promise<void> {
    if (this.#keys.size > 0) return;
    const read = async () =>
      new Map(
        (await this.#db.pool.query<{ id: number; name: string }>("select id, name from telemetry.metric")).rows.map(
          ({ id, name }) => [name, id],
        ),
      );
    let known = await read();
    const missing = METRIC_NAMES.filter((name) => !known.has(name));
    if (missing.length > 0) {
      await this.#db.pool.query(
        "insert into telemetry.metric (name) select unnest($1::text[]) on conflict do nothing",
        [missing],
      );
      known = await read();
    }
    for (const name of METRIC_NAMES) this.#keys.set(name, known.get(name) ?? 0);
  }

  /** @throws where `learn` has not been awaited: a bug of the caller */
  keyOf(metric: MetricName): number {
    const key = this.#keys.get(metric);
    if (key === undefined) throw new Error(`no key of ${metric} was learned`);
    return key;
  }
}
