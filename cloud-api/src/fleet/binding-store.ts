import type { Tx } from "../platform/database.ts";

/** The key of the advisory lock between those who read bindings in a transaction and those who change them. */
const LOCK = "bindings";
/** Earlier places of a device that are remembered; what a gateway says of before stays with that gateway's place. */
const PAST_MAX = 100;

/** A unit of a gateway's line. */
export interface Place {
  gatewayId: string;
  line: string;
  unit: string;
}

/** Readings that are kept apart until it is known whose they are. */
export interface HeldKey {
  num: number;
  gatewayId: string;
  /** Nothing of an earlier time is meant, epoch ms. */
  sinceMs: number;
  /** Of a device that does not name itself: the presence that is meant. */
  attachment?: string;
}

/** Makes what is held under a key a device's own, inside the transaction that says so. */
export type TakeUp = (tx: Tx, held: HeldKey, device: { id: string; num: number }) => Promise<void>;

/**
 * Holds the bindings as they are until the transaction ends. Of two statements: one that waited would still see the database
 * as it was before.
 *
 * @returns how often they have been changed
 */
export async function fenceBindings(tx: Tx): Promise<number> {
  await tx.query("select pg_advisory_xact_lock_shared(hashtextextended($1, 0))", [LOCK]);
  const { rows } = await tx.query<{ count: string }>("select coalesce(sum(bindings), 0) as count from site");
  return Number(rows[0]?.count ?? 0);
}

/** Lets nobody else read or change bindings until the transaction ends. It has to come before anything else is locked. */
export async function lockBindings(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [LOCK]);
}

/** The same in a transaction of another client. */
export const LOCK_BINDINGS = `select pg_advisory_xact_lock(hashtextextended('${LOCK}', 0))::text`;

/**
 * Binds a device to a place and to no other, under `lockBindings`. Whatever was bound there has no place any more; of earlier
 * places it is kept until when they were.
 */
export async function bindTo(
  tx: Tx,
  { deviceId, gatewayId, line, unit }: Place & { deviceId: string },
  { awaits, sinceMs }: { awaits: boolean; sinceMs: number },
): Promise<void> {
  await tx.query(
    `with gone as (
       delete from binding where (device_id = $1 and (gateway_id, line, unit) <> ($2, $3, $4))
         or (device_id <> $1 and (gateway_id, line, unit) = ($2, $3, $4))
       returning device_id, gateway_id, line, unit)
     insert into binding_past (device_id, gateway_id, line, unit, until_at)
     select device_id, gateway_id, line, unit, $5 from gone on conflict do nothing`,
    [deviceId, gatewayId, line, unit, new Date(sinceMs)],
  );
  await tx.query(
    `delete from binding_past where ctid in
       (select ctid from binding_past where device_id = $1 order by until_at desc offset $2)`,
    [deviceId, PAST_MAX],
  );
  await tx.query(
    `insert into binding (gateway_id, line, unit, device_id, awaits, since) values ($2, $3, $4, $1, $5, $6)
     on conflict (gateway_id, line, unit) do update set awaits = excluded.awaits, since = excluded.since`,
    [deviceId, gatewayId, line, unit, awaits, new Date(sinceMs)],
  );
  await tx.query("update device set conflict_since = null where id = $1 and conflict_since is not null", [deviceId]);
  await countChange(tx, deviceId);
}

/** Two gateways hear one device, under `lockBindings`: from now on it is neither's, until a person says whose it is. */
export async function contest(tx: Tx, deviceId: string, nowMs: number): Promise<void> {
  await tx.query("update device set conflict_since = $2 where id = $1 and conflict_since is null", [
    deviceId,
    new Date(nowMs),
  ]);
  await countChange(tx, deviceId);
}

async function countChange(tx: Tx, deviceId: string): Promise<void> {
  await tx.query("update site set bindings = bindings + 1 where id = (select site_id from device where id = $1)", [
    deviceId,
  ]);
}
