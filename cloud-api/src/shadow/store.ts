import { type Database, isRaceLost, isTransient, type Tx } from "../platform/database.ts";
import type { Log } from "../platform/log.ts";
import type { Document } from "./document.ts";
import type { Page } from "./listing.ts";
import {
  answer,
  type ShadowLimits,
  type ShadowMessage,
  type ShadowRecord,
  type ShadowRequest,
  unanswered,
} from "./rules.ts";
import type { ShadowAddress } from "./topics.ts";

interface Deps {
  db: Database;
  limits: ShadowLimits;
  log: Log;
}

/** Shadows of one thing, deleted ones that are remembered among them. */
const SHADOWS_PER_THING_MAX = 100;
/** How often a transaction that had to give way to another one is tried in all. */
const RACES_MAX = 5;

/** Another service made a shadow of the same name at the same moment: the same again finds it. */
class RaceLost extends Error {}

interface Row {
  thing: string;
  name: string;
  version: string;
  document: Document;
  deleted_at: Date | null;
}

/** A shadow within a transaction: what the table has of it, and what it is after the requests so far. */
interface Held {
  thing: string;
  name: string;
  isKnown: boolean;
  before: ShadowRecord | null;
  record: ShadowRecord | null;
}

/** Holds the shadows, and settles many requests in one transaction. */
export class ShadowStore {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Answers requests, those of one shadow in their order, and resolves once all of it is committed. A group that fails is
   * tried again one by one, so that a request which cannot be settled fails alone.
   * @returns for each request its messages
   * @throws where the database is out of reach: then nothing is known of what was committed
   */
  async settle(requests: readonly ShadowRequest[], nowMs: number): Promise<(readonly ShadowMessage[])[]> {
    try {
      return await this.#transaction((tx) => this.#settle(tx, requests, nowMs));
    } catch (error) {
      if (isTransient(error) || error instanceof RaceLost) throw error;
      const [first, ...others] = requests;
      this.#deps.log.warn({ err: error, requests: requests.length }, "requests for shadows failed");
      if (first === undefined || others.length === 0)
        return requests.map(({ payload }) => unanswered("failure", payload, secondsOf(nowMs)));
      const settled: (readonly ShadowMessage[])[] = [];
      for (const request of requests) settled.push(...(await this.settle([request], nowMs)));
      return settled;
    }
  }

  /** Names of a thing's living named shadows in order: those of a page, and one more if there is one. */
  async names(thing: string, { after, size }: Page): Promise<string[]> {
    const { rows } = await this.#deps.db.pool.query<{ name: string }>(
      `select name from shadow where thing = $1 and name <> '' and name > $2 collate "C" and deleted_at is null
       order by name collate "C" limit $3`,
      [thing, after, size + 1],
    );
    return rows.map(({ name }) => name);
  }

  /** Forgets deleted shadows whose versions need no longer be remembered. @returns how many */
  async forgetDeleted(nowMs: number): Promise<number> {
    const { rowCount } = await this.#deps.db.pool.query("delete from shadow where deleted_at < $1", [
      new Date(nowMs - this.#deps.limits.retentionS * 1_000),
    ]);
    return rowCount ?? 0;
  }

  async #settle(tx: Tx, requests: readonly ShadowRequest[], nowMs: number): Promise<(readonly ShadowMessage[])[]> {
    const held = await hold(tx, requests);
    const room = await roomOf(tx, held);
    const nowS = secondsOf(nowMs);
    const messages = requests.map((request) => {
      const shadow = held.get(keyOf(request.address));
      if (shadow === undefined) throw new Error("a request whose shadow was not read");
      const answered = answer(shadow.record, request, nowS, this.#deps.limits);
      const isNew = !shadow.isKnown && shadow.record === null && answered.record !== null;
      if (isNew && !room.take(shadow.thing)) return unanswered("no-room", request.payload, nowS);
      shadow.record = answered.record;
      return answered.messages;
    });
    const changed = [...held.values()].filter(({ before, record }) => record !== null && record !== before);
    await enter(
      tx,
      changed.filter(({ isKnown }) => !isKnown),
      nowMs,
    );
    await change(
      tx,
      changed.filter(({ isKnown }) => isKnown),
      nowMs,
    );
    return messages;
  }

  async #transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#deps.db.transaction(work);
      } catch (error) {
        if (tries === RACES_MAX || !(error instanceof RaceLost || isRaceLost(error))) throw error;
      }
    }
  }
}

const secondsOf = (ms: number): number => Math.floor(ms / 1_000);
const nameOf = ({ shadow }: ShadowAddress): string => shadow ?? "";
const keyOf = (address: ShadowAddress): string => `${address.thing}/${nameOf(address)}`;

/** Reads and locks the shadows of these requests, in the order of their keys, so that two services never wait in a ring. */
async function hold(tx: Tx, requests: readonly ShadowRequest[]): Promise<Map<string, Held>> {
  const held = new Map<string, Held>();
  for (const { address } of requests) {
    const { thing } = address;
    held.set(keyOf(address), { thing, name: nameOf(address), isKnown: false, before: null, record: null });
  }
  const keys = [...held.values()];
  const { rows } = await tx.query<Row>(
    `select thing, name, version, document, deleted_at from shadow
     where (thing, name) in (select * from unnest($1::text[], $2::text[]))
     order by thing collate "C", name collate "C" ${requests.some(({ verb }) => verb !== "get") ? "for update" : ""}`,
    [keys.map(({ thing }) => thing), keys.map(({ name }) => name)],
  );
  for (const row of rows) {
    const shadow = held.get(`${row.thing}/${row.name}`);
    if (shadow === undefined) continue;
    shadow.isKnown = true;
    shadow.before = recordOf(row);
    shadow.record = shadow.before;
  }
  return held;
}

function recordOf({ version, document, deleted_at }: Row): ShadowRecord {
  return deleted_at === null
    ? { kind: "live", version: Number(version), document }
    : { kind: "deleted", version: Number(version), deletedAtS: secondsOf(deleted_at.getTime()) };
}

/** How many more shadows each thing of these may have that a request could make. */
async function roomOf(tx: Tx, held: ReadonlyMap<string, Held>): Promise<{ take(thing: string): boolean }> {
  const things = [...new Set([...held.values()].filter(({ isKnown }) => !isKnown).map(({ thing }) => thing))];
  const { rows } =
    things.length === 0
      ? { rows: [] }
      : await tx.query<{ thing: string; count: number }>(
          "select thing, count(*)::int as count from shadow where thing = any($1) group by thing",
          [things],
        );
  const counts = new Map(rows.map(({ thing, count }) => [thing, count]));
  return {
    take: (thing) => {
      const count = counts.get(thing) ?? 0;
      if (count >= SHADOWS_PER_THING_MAX) return false;
      counts.set(thing, count + 1);
      return true;
    },
  };
}

/** The columns of shadows, for unnest. */
const columnsOf = (shadows: readonly Held[]): unknown[] => {
  const column = <Value>(of: (record: ShadowRecord) => Value) =>
    shadows.map(({ record }) => (record === null ? null : of(record)));
  return [
    shadows.map(({ thing }) => thing),
    shadows.map(({ name }) => name),
    column(({ version }) => version),
    column((record) => (record.kind === "live" ? JSON.stringify(record.document) : "{}")),
    column((record) => (record.kind === "deleted" ? new Date(record.deletedAtS * 1_000) : null)),
  ];
};
const COLUMNS =
  "unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::timestamptz[]) told (thing, name, version, document, deleted_at)";

async function enter(tx: Tx, shadows: readonly Held[], nowMs: number): Promise<void> {
  if (shadows.length === 0) return;
  const { rowCount } = await tx.query(
    `insert into shadow (thing, name, version, document, updated_at, deleted_at)
     select thing, name, version, document::json, $6, deleted_at from ${COLUMNS}
     order by thing collate "C", name collate "C" on conflict do nothing`,
    [...columnsOf(shadows), new Date(nowMs)],
  );
  // What another service has just made was not locked, and these answers do not know of it.
  if (rowCount !== shadows.length) throw new RaceLost();
}

async function change(tx: Tx, shadows: readonly Held[], nowMs: number): Promise<void> {
  if (shadows.length === 0) return;
  await tx.query(
    `update shadow set version = told.version, document = told.document::json, updated_at = $6, deleted_at = told.deleted_at
     from ${COLUMNS} where shadow.thing = told.thing and shadow.name = told.name`,
    [...columnsOf(shadows), new Date(nowMs)],
  );
}
