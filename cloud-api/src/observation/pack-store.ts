import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { decodeBody } from "@wardtwin/device-profiles/twin-document/body";
import type { Database, Tx } from "../platform/database.ts";
import { numbersText } from "../platform/list-text.ts";
import { Gathering } from "./packed.ts";
import { HOUR_MS, packableBefore } from "./rules.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** What one transaction packs at most: of one gateway and hour, and more readings only where one batch alone has more. */
const READINGS_MAX = 2_000_000;
const BATCHES_MAX = 4_000;
/** Emptying a day waits no longer for who is reading it. */
const EMPTY_LOCK_TIMEOUT_MS = 1_000;

interface BatchKey {
  epoch: string;
  sequence: string;
  from_at: Date;
  readings: number;
}

interface BatchRow {
  epoch: string;
  sequence: string;
  offset_ms: number;
  devices: number[];
  body: Buffer;
}

/** Packs the batches of hours that are over into one row for each device and hour. */
export class PackStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Packs what is due. A batch stays whole: it goes with the hour in which it begins. What comes late makes a row of its own.
   * @returns how many batches were packed
   */
  async pack(nowMs: number, signal: AbortSignal): Promise<number> {
    const { rows } = await this.#db.pool.query<{ gateway_id: string; hour: Date }>(
      `select distinct gateway_id, date_trunc('hour', from_at, 'UTC') as hour from telemetry.batch where from_at < $1 order by 2, 1`,
      [new Date(packableBefore(nowMs))],
    );
    let packed = 0;
    for (const { gateway_id, hour } of rows) {
      for (let more = 1; more > 0 && !signal.aborted; packed += more)
        more = await this.#db.transaction((tx) => packSome(tx, gateway_id, hour));
    }
    if (packed > 0) await this.#empty();
    return packed;
  }

  /** Gives back the room of days of which every batch is packed. A day that is being written at this moment is left alone. */
  async #empty(): Promise<void> {
    const { rows } = await this.#db.pool.query<{ name: string }>(
      `select relname as name from pg_class where relispartition and relkind = 'r' and pg_relation_size(oid) > 0
         and oid in (select inhrelid from pg_inherits where inhparent = 'telemetry.batch'::regclass)`,
    );
    for (const { name } of rows) {
      const isEmpty = async (tx: Pick<Tx, "query">) =>
        (await tx.query(`select 1 from telemetry.${name} limit 1`)).rowCount === 0;
      if (!(await isEmpty(this.#db.pool))) continue;
      await this.#db
        .transaction(async (tx) => {
          await tx.query(`set local lock_timeout = ${EMPTY_LOCK_TIMEOUT_MS}`);
          await tx.query(`lock table only telemetry.${name} in access exclusive mode`);
          if (await isEmpty(tx)) await tx.query(`truncate only telemetry.${name}`);
        })
        .catch((error: unknown) => {
          // Somebody reads or writes it: the next run comes back to it.
          if (!(error instanceof Error && "code" in error && error.code === "55P03")) throw error;
        });
    }
  }
}

async function packSome(tx: Tx, gatewayId: string, hour: Date): Promise<number> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`telemetry.pack/${gatewayId}`]);
  const { rows: keys } = await tx.query<BatchKey>(
    `select epoch, sequence, from_at, readings from telemetry.batch where gateway_id = $1 and from_at >= $2 and from_at < $3
     order by epoch, sequence limit $4`,
    [gatewayId, hour, new Date(hour.getTime() + HOUR_MS), BATCHES_MAX],
  );
  const some = firstOf(keys);
  if (some.length === 0) return 0;
  const gatherings = await gathered(tx, gatewayId, some);
  await writeChunks(tx, gatherings);
  await tx.query(`delete from telemetry.batch where ${OF_KEYS}`, keysOf(gatewayId, some));
  return some.length;
}

/** As many as are packed at once; one at least. */
function firstOf(keys: readonly BatchKey[]): readonly BatchKey[] {
  let readings = 0;
  const tooMany = keys.findIndex((key, index) => {
    readings += key.readings;
    return index > 0 && readings > READINGS_MAX;
  });
  return tooMany < 0 ? keys : keys.slice(0, tooMany);
}

const OF_KEYS =
  "gateway_id = $1 and (epoch, sequence, from_at) in (select * from unnest($2::int8[], $3::int8[], $4::timestamptz[]))";
const keysOf = (gatewayId: string, keys: readonly BatchKey[]) => [
  gatewayId,
  keys.map(({ epoch }) => epoch),
  keys.map(({ sequence }) => sequence),
  keys.map(({ from_at }) => from_at),
];

/** The readings of some batches, by the device or place that they belong to. */
async function gathered(tx: Tx, gatewayId: string, keys: readonly BatchKey[]): Promise<Map<number, Gathering>> {
  const { rows } = await tx.query<BatchRow>(
    `select epoch, sequence, offset_ms, devices, body from telemetry.batch where ${OF_KEYS} order by epoch, sequence`,
    keysOf(gatewayId, keys),
  );
  const gatherings = new Map<number, Gathering>();
  for (const { epoch, sequence, offset_ms: offsetMs, devices, body } of rows) {
    const decoded = decodeBody(await decompress(body));
    if (!decoded.ok) throw new Error(`batch ${gatewayId}/${epoch}/${sequence} cannot be read: ${decoded.fault}`);
    const { batch } = decoded.value;
    const origin = { gatewayId, epoch: Number(epoch), sequence: Number(sequence), offsetMs, bootId: batch.bootId };
    for (const [index, section] of batch.devices.entries()) {
      const num = devices[index] ?? 0;
      if (num === 0) continue;
      const gathering = gatherings.get(num) ?? new Gathering();
      gatherings.set(num, gathering);
      gathering.add(origin, section);
    }
  }
  return gatherings;
}

async function writeChunks(tx: Tx, gatherings: ReadonlyMap<number, Gathering>): Promise<void> {
  const rows = await Promise.all(
    [...gatherings].flatMap(([num, gathering]) =>
      gathering.readings === 0 ? [] : [compress(gathering.pack()).then((body) => ({ num, gathering, body }))],
    ),
  );
  if (rows.length === 0) return;
  await tx.query(
    `insert into telemetry.chunk (device, from_at, to_at, epoch, sequence, part, offset_ms, readings, format, body)
     select device, to_timestamp(from_ms / 1000), to_timestamp(to_ms / 1000), 0, nextval('telemetry.packed_num_seq'), 0, 0, readings, 1, body
     from unnest($1::int4[], $2::float8[], $3::float8[], $4::int4[], $5::bytea[]) packed (device, from_ms, to_ms, readings, body)`,
    [
      numbersText(rows.map(({ num }) => num)),
      numbersText(rows.map(({ gathering }) => Math.floor(gathering.fromMs))),
      numbersText(rows.map(({ gathering }) => Math.ceil(gathering.toMs))),
      numbersText(rows.map(({ gathering }) => gathering.readings)),
      rows.map(({ body }) => body),
    ],
  );
}
