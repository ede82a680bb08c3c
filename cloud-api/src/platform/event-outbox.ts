import type { Tx } from "./database.ts";

/**
 * Emits events inside the transaction that makes them true: they are relayed to the queue once it has committed, and never
 * if it has not.
 */
export async function emit<Payload extends object>(tx: Tx, name: string, payloads: readonly Payload[]): Promise<void> {
  if (payloads.length === 0) return;
  await tx.query("insert into event_outbox (name, payload) select $1, p from unnest($2::jsonb[]) p", [
    name,
    payloads.map((payload) => JSON.stringify(payload)),
  ]);
}
