import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { BATCH_LIMITS } from "@wardtwin/device-profiles/twin-document/batch";
import type { DecodedBody } from "@wardtwin/device-profiles/twin-document/body";
import type { Hello } from "@wardtwin/device-profiles/twin-document/messages";
import { fail, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { FleetIndex, KnownDevice } from "../fleet/queries.ts";
import { type Database, isTransient, type Tx } from "../platform/database.ts";
import type { Log } from "../platform/log.ts";
import type { ArrivedBatch, ArrivedSection, Fold } from "./events.ts";
import { type Arrival, multirangeText, offsetOf, openBody, rangesOf, type Settled } from "./rules.ts";

const decompress = promisify(zstdDecompress);
/** Set-aside messages of one gateway that are kept; beyond them the oldest go. */
const SET_ASIDE_MAX = 1_000;

interface Deps {
  db: Database;
  folds: readonly Fold[];
  /** Runs before the transaction, for what cannot run inside one without locking its neighbours (new partitions). */
  prepare: (batches: readonly ArrivedBatch[]) => Promise<void>;
  log: Log;
}

interface Opened {
  arrival: Arrival;
  body: DecodedBody;
}

interface Unplaced {
  gatewayId: string;
  line: string;
  unit: string;
  what: string;
}

/** Takes groups of arrivals into the database: refuses repeats, folds, keeps what was committed as ranges. */
export class ArrivalStore {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Settles a group of arrivals. A group that fails is tried again batch by batch, so that one bad batch does not fail its
   * neighbours. Arrivals that come back unsettled were held up by the database itself and will be sent again.
   */
  async settle(arrivals: readonly Arrival[], index: FleetIndex, nowMs: number): Promise<Settled[]> {
    const settled: Settled[] = [];
    const opened: Opened[] = [];
    for (const arrival of arrivals) {
      const body = await open(arrival, index);
      if (body.ok) opened.push({ arrival, body: body.value });
      else settled.push(...(await this.#setAside(arrival, body.fault)));
    }
    try {
      settled.push(...(await this.#commit(opened, index, nowMs)));
    } catch (error) {
      if (isTransient(error)) throw error;
      this.#deps.log.warn({ err: error }, "a group of batches failed; trying them one by one");
      for (const one of opened) settled.push(...(await this.#commitAlone(one, index, nowMs)));
    }
    return settled;
  }

  async #commitAlone(one: Opened, index: FleetIndex, nowMs: number): Promise<Settled[]> {
    try {
      return await this.#commit([one], index, nowMs);
    } catch (error) {
      if (isTransient(error)) throw error;
      this.#deps.log.error(
        { err: error, gateway: one.arrival.gatewayId, sequence: one.arrival.header.sequence },
        "a batch was set aside",
      );
      return this.#setAside(one.arrival, error instanceof Error ? error.message : String(error));
    }
  }

  async #commit(opened: readonly Opened[], index: FleetIndex, nowMs: number): Promise<Settled[]> {
    if (opened.length === 0) return [];
    const offsets = await this.#measuredOffsets(opened);
    const all = opened.map((one) => {
      const unplaced: Unplaced[] = [];
      return { ...one, batch: placed(one, index, offsets, unplaced), unplaced };
    });
    await this.#deps.prepare(all.map(({ batch }) => batch));
    await this.#deps.db.transaction(async (tx) => {
      const fresh: ArrivedBatch[] = [];
      for (const group of byEpoch(all.map(({ batch }) => batch))) fresh.push(...(await takeFresh(tx, group, nowMs)));
      for (const fold of this.#deps.folds) await fold(tx, fresh);
      // A repeat is acknowledged again and nothing else: what could not be placed of it has been counted and kept.
      for (const { arrival, batch, body, unplaced } of all.filter(({ batch }) => fresh.includes(batch))) {
        await markUnplaced(tx, unplaced, nowMs);
        if (batch.sections.length < body.batch.devices.length)
          await this.#keep(tx, arrival, "it has devices that are not registered");
      }
      await touchGateways(tx, fresh, nowMs);
    });
    return all.map(({ arrival, batch }) => ({
      arrival,
      outcome: { kind: "committed" },
      devices: batch.sections.map(({ deviceId }) => deviceId),
    }));
  }

  async #measuredOffsets(opened: readonly Opened[]): Promise<Map<string, number>> {
    const missing = opened.filter(({ body }) => body.batch.cloudOffsetMs === null);
    if (missing.length === 0) return new Map();
    const { rows } = await this.#deps.db.pool.query<{ gateway_id: string; boot_id: string; offset_ms: number }>(
      "select gateway_id, boot_id, offset_ms from gateway_boot where (gateway_id, boot_id) in (select * from unnest($1::text[], $2::text[]))",
      [missing.map(({ arrival }) => arrival.gatewayId), missing.map(({ body }) => body.batch.bootId)],
    );
    return new Map(rows.map((row) => [bootKey(row.gateway_id, row.boot_id), row.offset_ms]));
  }

  /** Keeps a message that cannot be taken in, and marks its sequence as done with. */
  async #setAside(arrival: Arrival, reason: string): Promise<Settled[]> {
    const { gatewayId, header, receivedAtMs } = arrival;
    await this.#deps.db.transaction(async (tx) => {
      const { rowCount } = await tx.query(
        `insert into gateway_epoch (gateway_id, epoch, set_aside, first_at) values ($1, $2, $3::int8multirange, $4)
         on conflict (gateway_id, epoch) do update set set_aside = gateway_epoch.set_aside + excluded.set_aside
         where not gateway_epoch.set_aside @> excluded.set_aside`,
        [gatewayId, header.epoch, multirangeText(rangesOf([header.sequence])), new Date(receivedAtMs)],
      );
      if (rowCount === 1) await this.#keep(tx, arrival, reason);
    });
    return [{ arrival, outcome: { kind: "set-aside", reason }, devices: [] }];
  }

  async #keep(tx: Tx, { gatewayId, header, receivedAtMs, message }: Arrival, reason: string): Promise<void> {
    await tx.query(
      "insert into set_aside_batch (gateway_id, epoch, sequence, received_at, reason, message) values ($1, $2, $3, $4, $5, $6)",
      [gatewayId, header.epoch, header.sequence, new Date(receivedAtMs), reason, message],
    );
    await this.#capSetAside(tx, gatewayId);
  }

  /** A message whose header cannot be read: kept, and never acknowledged. */
  async keepUnreadable(gatewayId: string, message: Uint8Array, reason: string, nowMs: number): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      await tx.query("insert into set_aside_batch (gateway_id, received_at, reason, message) values ($1, $2, $3, $4)", [
        gatewayId,
        new Date(nowMs),
        reason,
        message,
      ]);
      await this.#capSetAside(tx, gatewayId);
    });
  }

  async #capSetAside(tx: Tx, gatewayId: string): Promise<void> {
    await tx.query(
      "delete from set_aside_batch where id in (select id from set_aside_batch where gateway_id = $1 order by id desc offset $2)",
      [gatewayId, SET_ASIDE_MAX],
    );
  }

  /**
   * Notes which outbox speaks and what its clock reads. A new outbox has to count its epochs above everything the cloud
   * already holds of this gateway; the same outbox goes on where it is.
   */
  async greet(gatewayId: string, hello: Hello, nowMs: number): Promise<{ epochMin: number }> {
    const at = new Date(nowMs);
    return this.#deps.db.transaction(async (tx) => {
      const known = await tx.query<{ outbox_id: string; epoch_min: string }>(
        "select outbox_id, epoch_min from gateway_outbox where gateway_id = $1 for update",
        [gatewayId],
      );
      const newest = await tx.query<{ epoch: string | null }>(
        "select max(epoch) as epoch from gateway_epoch where gateway_id = $1",
        [gatewayId],
      );
      const [outbox] = known.rows;
      // The floor of an outbox never moves once told: an outbox that raised its epochs twice would send things twice.
      const epochMin =
        outbox?.outbox_id === hello.outboxId ? Number(outbox.epoch_min) : Number(newest.rows[0]?.epoch ?? 0) + 1;
      await tx.query(
        `insert into gateway_outbox (gateway_id, outbox_id, epoch_min, seen_at) values ($1, $2, $3, $4)
         on conflict (gateway_id) do update set outbox_id = excluded.outbox_id, epoch_min = excluded.epoch_min, seen_at = excluded.seen_at`,
        [gatewayId, hello.outboxId, epochMin, at],
      );
      await tx.query(
        `insert into gateway_boot (gateway_id, boot_id, offset_ms, measured_at) values ($1, $2, $3, $4)
         on conflict (gateway_id, boot_id) do update set offset_ms = excluded.offset_ms, measured_at = excluded.measured_at`,
        [gatewayId, hello.bootId, nowMs - hello.monoMs, at],
      );
      return { epochMin };
    });
  }

  async setOnline(gatewayId: string, online: boolean, agentVersion: string | null, nowMs: number): Promise<void> {
    await this.#deps.db.pool.query(
      `update gateway set online = $2, agent_version = coalesce($3, agent_version),
       online_since = case when online is distinct from $2 then $4 else online_since end where id = $1`,
      [gatewayId, online, agentVersion, new Date(nowMs)],
    );
  }

  /** The cloud itself has lost its broker: whether any gateway is online is not known. */
  async forgetOnline(nowMs: number): Promise<string[]> {
    const { rows } = await this.#deps.db.pool.query<{ id: string }>(
      "update gateway set online = null, online_since = $1 where online is not null returning id",
      [new Date(nowMs)],
    );
    return rows.map(({ id }) => id);
  }
}

async function open(arrival: Arrival, index: FleetIndex): Promise<Result<DecodedBody, string>> {
  const simulated = index.gateway(arrival.gatewayId)?.simulated ?? false;
  if (arrival.header.compression === "none") return openBody(arrival.body, simulated);
  try {
    return openBody(await decompress(arrival.body, { maxOutputLength: BATCH_LIMITS.bodyBytes }), simulated);
  } catch (error) {
    return fail(`the body does not decompress: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const bootKey = (gatewayId: string, bootId: string) => `${gatewayId}\u0000${bootId}`;

/** Finds the device of each section; what cannot be placed is listed in `unplaced`. */
function placed(
  { arrival, body }: Opened,
  index: FleetIndex,
  offsets: Map<string, number>,
  unplaced: Unplaced[],
): ArrivedBatch {
  const { gatewayId, siteId, header, receivedAtMs } = arrival;
  for (const { line, unit, metric } of body.unknown) unplaced.push({ gatewayId, line, unit, what: `metric ${metric}` });
  const sections: ArrivedSection[] = [];
  for (const section of body.batch.devices) {
    const { line, unit, profile, identity } = section.subject;
    const device: KnownDevice | null =
      identity.serial === undefined
        ? index.byBinding(gatewayId, line, unit)
        : index.bySerial(siteId, profile, identity.serial);
    if (device !== null) sections.push({ deviceId: device.id, deviceNum: device.num, section });
    else
      unplaced.push({
        gatewayId,
        line,
        unit,
        what: `device ${profile} ${identity.serial ?? "without a serial number"}`,
      });
  }
  return {
    gatewayId,
    epoch: header.epoch,
    sequence: header.sequence,
    lane: header.lane,
    receivedAtMs,
    simulated: body.batch.simulated,
    bootId: body.batch.bootId,
    offsetMs: offsetOf(body.batch, offsets.get(bootKey(gatewayId, body.batch.bootId)) ?? null),
    sections,
  };
}

/** Groups in one fixed order, so that two ingests that hold rows of the same gateways cannot wait for each other. */
function byEpoch(batches: readonly ArrivedBatch[]): ArrivedBatch[][] {
  const groups = Map.groupBy(batches, ({ gatewayId, epoch }) => `${gatewayId}/${epoch}`);
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** Locks the epoch, keeps the batches that it does not hold yet, and enters their sequences. */
async function takeFresh(tx: Tx, group: ArrivedBatch[], nowMs: number): Promise<ArrivedBatch[]> {
  const [first] = group;
  if (first === undefined) return [];
  const { gatewayId, epoch } = first;
  await tx.query("insert into gateway_epoch (gateway_id, epoch, first_at) values ($1, $2, $3) on conflict do nothing", [
    gatewayId,
    epoch,
    new Date(nowMs),
  ]);
  const { rows } = await tx.query<{ held: string[] }>(
    `select coalesce(array(select s from unnest($3::int8[]) s where committed @> s), '{}') as held
     from gateway_epoch where gateway_id = $1 and epoch = $2 for update`,
    [gatewayId, epoch, group.map(({ sequence }) => sequence)],
  );
  const held = new Set((rows[0]?.held ?? []).map(Number));
  const fresh = group.filter(({ sequence }) => !held.has(sequence) && held.add(sequence));
  if (fresh.length === 0) return [];
  await tx.query(
    "update gateway_epoch set committed = committed + $3::int8multirange where gateway_id = $1 and epoch = $2",
    [gatewayId, epoch, multirangeText(rangesOf(fresh.map(({ sequence }) => sequence)))],
  );
  return fresh;
}

async function markUnplaced(tx: Tx, unplaced: readonly Unplaced[], nowMs: number): Promise<void> {
  for (const { gatewayId, line, unit, what } of unplaced) {
    await tx.query(
      `insert into set_aside_part (gateway_id, line, unit, what, count, first_at, last_at) values ($1, $2, $3, $4, 1, $5, $5)
       on conflict (gateway_id, line, unit, what) do update set count = set_aside_part.count + 1, last_at = excluded.last_at`,
      [gatewayId, line, unit, what, new Date(nowMs)],
    );
  }
}

async function touchGateways(tx: Tx, fresh: readonly ArrivedBatch[], nowMs: number): Promise<void> {
  const ids = [...new Set(fresh.map(({ gatewayId }) => gatewayId))].sort();
  if (ids.length === 0) return;
  await tx.query("update gateway set last_batch_at = $2 where id = any($1)", [ids, new Date(nowMs)]);
}
