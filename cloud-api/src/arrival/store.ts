import { BATCH_LIMITS } from "@wardtwin/device-profiles/twin-document/batch";
import type {
  HeldEpoch,
  Hello,
  OutboxCounts,
  SequenceRange,
  Welcome,
} from "@wardtwin/device-profiles/twin-document/messages";
import { fenceBindings, type TakeUp } from "../fleet/binding-store.ts";
import type { FleetIndex } from "../fleet/queries.ts";
import { type Database, isRaceLost, isTransient, type Tx } from "../platform/database.ts";
import { listsText, numbersText } from "../platform/list-text.ts";
import type { Log } from "../platform/log.ts";
import { type Fingerprints, settleAttachments } from "./attachment-store.ts";
import type { ArrivedBatch, Fold } from "./events.ts";
import { bootKey, type Opened, openArrival, type Placed, placed, strangersOf, type Unplaced } from "./opening.ts";
import { type Arrival, multirangeText, rangesOf, type Settled } from "./rules.ts";
import { settleWhereabouts } from "./whereabouts-store.ts";

/**
 * Set-aside messages of one gateway that are kept; beyond them the oldest go. Messages that are kept for an unregistered
 * device come with every poll of it, and are counted apart, so that they never push out what could not be read.
 */
const SET_ASIDE_MAX = 1_000;
const UNREGISTERED = "it has devices that are not registered";
/** How often a transaction that had to give way to another one is tried in all. */
const RACES_MAX = 5;

/** What a Welcome has room to say of what is held: of so many epochs, in so many pieces in all (about 100 KB). */
const HELD_EPOCHS_MAX = 64;
const HELD_RANGES_MAX = 3_000;

/** Bodies that are decompressed beside each other; each may grow to 4 MiB. */
const OPENED_AT_ONCE = 32;

type Greeting = Omit<Welcome, "nonce" | "cloudMs">;

interface Deps {
  db: Database;
  catalog: Fingerprints;
  folds: readonly Fold[];
  /** Gives a device what was held of it. */
  takeUp: TakeUp;
  /** Runs before the transaction, for what cannot run inside one without locking its neighbours (new partitions). */
  prepare: (batches: readonly ArrivedBatch[]) => Promise<void>;
  log: Log;
}

/** A group whose bodies have been opened; those that cannot be are to be set aside with their reason. */
export interface OpenedGroup {
  arrivals: readonly Arrival[];
  opened: Opened[];
  refused: { arrival: Arrival; reason: string }[];
}

/** Takes groups of arrivals into the database: refuses repeats, folds, keeps what was committed as ranges. */
export class ArrivalStore {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Opens the bodies of a group, before its turn to be committed has come. */
  async open(arrivals: readonly Arrival[], index: FleetIndex): Promise<OpenedGroup> {
    const group: OpenedGroup = { arrivals, opened: [], refused: [] };
    for (let at = 0; at < arrivals.length; at += OPENED_AT_ONCE) {
      const some = arrivals.slice(at, at + OPENED_AT_ONCE);
      const bodies = await Promise.all(some.map((arrival) => openArrival(arrival, index)));
      for (const [i, arrival] of some.entries()) {
        const body = bodies[i];
        if (body?.ok) group.opened.push({ arrival, body: body.value });
        else group.refused.push({ arrival, reason: body?.fault ?? "" });
      }
    }
    return group;
  }

  async settle(arrivals: readonly Arrival[], index: FleetIndex, nowMs: number): Promise<Settled[]> {
    return this.settleOpened(await this.open(arrivals, index), index, nowMs);
  }

  /**
   * Settles a group of arrivals. A group that fails is tried again batch by batch, so that one bad batch does not fail its
   * neighbours. Arrivals that come back unsettled were held up by the database itself and will be sent again.
   */
  async settleOpened({ opened, refused }: OpenedGroup, index: FleetIndex, nowMs: number): Promise<Settled[]> {
    const settled: Settled[] = [];
    for (const { arrival, reason } of refused) settled.push(...(await this.#setAside(arrival, reason)));
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
    const all = opened.map((one) => placed(one, index, offsets));
    await this.#deps.prepare(
      all.map(({ batch, strangers }) => ({ ...batch, held: strangers.map((section) => ({ placeNum: 0, section })) })),
    );
    await this.#transaction((tx) => this.#take(tx, all, index, nowMs));
    return all.map(({ arrival, batch }) => ({
      arrival,
      outcome: { kind: "committed" },
      devices: batch.sections.map(({ deviceId }) => deviceId),
    }));
  }

  /**
   * What one transaction does with a group: bindings, epochs, gateways, then folds. All rows of a table are locked in the order of their
   * keys, and the registry's import takes gateways and twins in the same order, so that none waits for another in a ring.
   */
  async #take(tx: Tx, all: readonly Placed[], index: FleetIndex, nowMs: number): Promise<void> {
    const areOld = (await fenceBindings(tx)) !== index.changes;
    const fresh = await takeFresh(tx, all, nowMs);
    if (fresh.length === 0) return;
    const found = await settleWhereabouts(tx, fresh, index, areOld);
    const { placed, claimed } = await settleAttachments(tx, found, this.#deps.catalog);
    const batches = placed.map(({ batch }) => batch);
    await touchGateways(tx, batches, nowMs);
    for (const { held, device } of claimed) await this.#deps.takeUp(tx, held, device);
    for (const fold of this.#deps.folds) await fold(tx, batches);
    await markUnplaced(
      tx,
      placed.flatMap((one) => [...one.unplaced, ...strangersOf(one)]),
      nowMs,
    );
    for (const { arrival, strangers } of placed) if (strangers.length > 0) await this.#keep(tx, arrival, UNREGISTERED);
  }

  /** Runs a transaction, and once more where another one was in its way: that is nobody's fault. */
  async #transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#deps.db.transaction(work);
      } catch (error) {
        if (tries === RACES_MAX || !isRaceLost(error)) throw error;
      }
    }
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
    const key = [gatewayId, header.epoch, header.sequence];
    await this.#transaction(async (tx) => {
      await lockEpoch(tx, gatewayId, header.epoch, receivedAtMs);
      const { rowCount } = await tx.query(
        "select 1 from gateway_epoch where gateway_id = $1 and epoch = $2 and set_aside + committed @> $3::int8",
        key,
      );
      // Sent again because the acknowledgement was lost: it is kept already.
      if (rowCount !== 0) return;
      await this.#keep(tx, arrival, reason);
      await tx.query(
        "update gateway_epoch set set_aside = set_aside + int8multirange(int8range($3, $3, '[]')) where gateway_id = $1 and epoch = $2",
        key,
      );
    });
    return [{ arrival, outcome: { kind: "set-aside", reason }, devices: [] }];
  }

  async #keep(tx: Tx, { gatewayId, header, receivedAtMs, message }: Arrival, reason: string): Promise<void> {
    await tx.query(
      "insert into set_aside_batch (gateway_id, epoch, sequence, received_at, reason, message) values ($1, $2, $3, $4, $5, $6)",
      [gatewayId, header.epoch, header.sequence, new Date(receivedAtMs), reason, message],
    );
    await capSetAside(tx, gatewayId);
  }

  /** A message whose header cannot be read: kept (no more of it than a batch may be long), and never acknowledged. */
  async keepUnreadable(gatewayId: string, message: Uint8Array, reason: string, nowMs: number): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      await tx.query("insert into set_aside_batch (gateway_id, received_at, reason, message) values ($1, $2, $3, $4)", [
        gatewayId,
        new Date(nowMs),
        reason,
        message.subarray(0, BATCH_LIMITS.messageBytes),
      ]);
      await capSetAside(tx, gatewayId);
    });
  }

  /**
   * Notes which outbox speaks and what its clock reads. A new outbox has to count its epochs above everything the cloud
   * already holds of this gateway; the same outbox goes on where it is. A Hello that was held up on its way makes the offset
   * too large by its delay, so the smallest of a boot is the truest.
   */
  async greet(gatewayId: string, hello: Hello, nowMs: number): Promise<Greeting> {
    const at = new Date(nowMs);
    return this.#transaction(async (tx) => {
      // Each cloud process hears each Hello; one floor comes of them.
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`gateway_outbox/${gatewayId}`]);
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
         on conflict (gateway_id, boot_id) do update set measured_at = excluded.measured_at,
           offset_ms = least(gateway_boot.offset_ms, excluded.offset_ms)`,
        [gatewayId, hello.bootId, nowMs - hello.monoMs, at],
      );
      const { rows } = await tx.query<{ id: string }>("select id from database_identity");
      const databaseId = rows[0]?.id;
      if (databaseId === undefined) throw new Error("the database has no identity");
      if (hello.databaseId === undefined || hello.databaseId === databaseId) return { epochMin, databaseId };
      return { epochMin, databaseId, held: await heldOf(tx, gatewayId, epochMin) };
    });
  }

  async setOnline(gatewayId: string, online: boolean, agentVersion: string | null, nowMs: number): Promise<void> {
    await this.#deps.db.pool.query(
      `update gateway set online = $2, agent_version = coalesce($3, agent_version),
       online_since = case when online is distinct from $2 then $4 else online_since end where id = $1`,
      [gatewayId, online, agentVersion, new Date(nowMs)],
    );
  }

  /** What a gateway says that it holds; null when it does not say, and then nothing older stands in for it. */
  async noteOutbox(gatewayId: string, counts: OutboxCounts | null, nowMs: number): Promise<void> {
    await this.#deps.db.pool.query("update gateway set outbox = $2, outbox_at = $3 where id = $1", [
      gatewayId,
      counts === null ? null : JSON.stringify(counts),
      counts === null ? null : new Date(nowMs),
    ]);
  }

  /** The cloud itself has lost its broker: whether any gateway is online is not known. */
  async forgetOnline(nowMs: number): Promise<string[]> {
    const { rows } = await this.#deps.db.pool.query<{ id: string }>(
      `update gateway set online = null, online_since = $1
       where id in (select id from gateway where online is not null order by id collate "C" for update) returning id`,
      [new Date(nowMs)],
    );
    return rows.map(({ id }) => id);
  }
}

/** What is held of a gateway's latest epochs; those for whose pieces a Welcome has no room are left out. */
async function heldOf(tx: Tx, gatewayId: string, epochMin: number): Promise<HeldEpoch[]> {
  const { rows } = await tx.query<{ epoch: string; ranges: string[][] }>(
    `select epoch, array(select array[lower(r), upper(r) - 1] from unnest(committed + set_aside) r order by 1) as ranges
     from gateway_epoch where gateway_id = $1 and epoch >= $2 order by epoch desc limit $3`,
    [gatewayId, epochMin, HELD_EPOCHS_MAX],
  );
  let room = HELD_RANGES_MAX;
  return rows
    .map(({ epoch, ranges }) => ({
      epoch: Number(epoch),
      ranges: ranges.map(([first, last]): SequenceRange => [Number(first), Number(last)]),
    }))
    .filter(({ ranges }) => {
      if (room < ranges.length) return false;
      room -= ranges.length;
      return true;
    });
}

async function lockEpoch(tx: Tx, gatewayId: string, epoch: number, nowMs: number): Promise<void> {
  await tx.query("insert into gateway_epoch (gateway_id, epoch, first_at) values ($1, $2, $3) on conflict do nothing", [
    gatewayId,
    epoch,
    new Date(nowMs),
  ]);
  await tx.query("select 1 from gateway_epoch where gateway_id = $1 and epoch = $2 for update", [gatewayId, epoch]);
}

/**
 * Locks the epochs, keeps the batches that they do not hold yet, and enters their sequences. All in one fixed order, so that
 * two ingests that hold rows of the same gateways cannot wait for each other.
 */
async function takeFresh(tx: Tx, all: readonly Placed[], nowMs: number): Promise<Placed[]> {
  const groups = [...Map.groupBy(all, ({ batch }) => `${batch.gatewayId}/${batch.epoch}`).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ gatewayId: first.batch.gatewayId, epoch: first.batch.epoch, group }];
  });
  const keys = [groups.map(({ gatewayId }) => gatewayId), groups.map(({ epoch }) => epoch)];
  const inOrder = 'order by gateway_id collate "C", epoch';
  await tx.query(
    `insert into gateway_epoch (gateway_id, epoch, first_at) select gateway_id, epoch, $3
     from unnest($1::text[], $2::int8[]) told (gateway_id, epoch) ${inOrder} on conflict do nothing`,
    [...keys, new Date(nowMs)],
  );
  const ofKeys = "(gateway_id, epoch) in (select * from unnest($1::text[], $2::int8[]))";
  await tx.query(`select 1 from gateway_epoch where ${ofKeys} ${inOrder} for update`, keys);
  const sequences = groups.map(({ group }) => numbersText(group.map(({ batch }) => batch.sequence)));
  const { rows } = await tx.query<{ gateway_id: string; epoch: string; held: string[] }>(
    `select gateway_id, epoch, array(select s from unnest(told.sequences::int8[]) s where committed @> s) as held
     from unnest($1::text[], $2::int8[], $3::text[]) told (gateway_id, epoch, sequences) join gateway_epoch using (gateway_id, epoch)`,
    [...keys, listsText(sequences)],
  );
  const held = new Map(rows.map((row) => [`${row.gateway_id}/${row.epoch}`, new Set(row.held.map(Number))]));
  const fresh = groups.map(({ gatewayId, epoch, group }) => {
    const known = held.get(`${gatewayId}/${epoch}`) ?? new Set<number>();
    return group.filter(({ batch }) => !known.has(batch.sequence) && known.add(batch.sequence));
  });
  await tx.query(
    `update gateway_epoch set committed = committed + told.ranges::int8multirange
     from unnest($1::text[], $2::int8[], $3::text[]) told (gateway_id, epoch, ranges)
     where gateway_epoch.gateway_id = told.gateway_id and gateway_epoch.epoch = told.epoch`,
    [...keys, listsText(fresh.map((group) => multirangeText(rangesOf(group.map(({ batch }) => batch.sequence)))))],
  );
  return fresh.flat();
}

async function markUnplaced(tx: Tx, unplaced: readonly Unplaced[], nowMs: number): Promise<void> {
  if (unplaced.length === 0) return;
  const column = (name: keyof Unplaced) => unplaced.map((part) => part[name]);
  await tx.query(
    `insert into set_aside_part (gateway_id, line, unit, what, count, first_at, last_at)
     select gateway_id, line, unit, what, count(*), $5::timestamptz, $5::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) part (gateway_id, line, unit, what) group by 1, 2, 3, 4 order by 1, 2, 3, 4
     on conflict (gateway_id, line, unit, what)
     do update set count = set_aside_part.count + excluded.count, last_at = excluded.last_at`,
    [column("gatewayId"), column("line"), column("unit"), column("what"), new Date(nowMs)],
  );
}

async function capSetAside(tx: Tx, gatewayId: string): Promise<void> {
  for (const kind of ["=", "<>"]) {
    await tx.query(
      `delete from set_aside_batch where id in
       (select id from set_aside_batch where gateway_id = $1 and reason ${kind} $3 order by id desc offset $2)`,
      [gatewayId, SET_ASIDE_MAX, UNREGISTERED],
    );
  }
}

async function touchGateways(tx: Tx, fresh: readonly ArrivedBatch[], nowMs: number): Promise<void> {
  await tx.query(
    `update gateway set last_batch_at = $2
     where id in (select id from gateway where id = any($1) order by id collate "C" for update)`,
    [[...new Set(fresh.map(({ gatewayId }) => gatewayId))], new Date(nowMs)],
  );
}
