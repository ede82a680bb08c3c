import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { BATCH_LIMITS, type DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { decodeBody, encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import type { ArrivedBatch } from "../arrival/events.ts";
import type { Tx } from "../platform/database.ts";
import { numbersText } from "../platform/list-text.ts";
import { extentOf } from "./rules.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A batch that has been taken out of what was held: it comes again, and did not arrive. */
export type TakenBatch = Omit<ArrivedBatch, "receivedAtMs">;

/** A section that has a row of its own. */
interface Apart {
  num: number;
  part: number;
  section: DeviceSection;
}

interface ApartRow {
  from_at: Date;
  epoch: string;
  sequence: string;
  part: number;
  offset_ms: number;
  body: Buffer;
}

/** What is held of a batch, under the key of its place; of one that has been taken out, what its device was given. */
function apartOf({ body, sections, held }: ArrivedBatch): Apart[] {
  if ("part" in body) return sections.map(({ deviceNum: num, section }) => ({ num, part: body.part, section }));
  const parts = new Map(body.sections.map((section, part) => [section, part]));
  return held.map(({ placeNum: num, section }) => ({ num, part: parts.get(section) ?? 0, section }));
}

/** Keeps what is held, or was, in a row for each section, whole enough to be folded again. Hours that are over leave it as it is. */
export async function keepApart(tx: Tx, batches: readonly ArrivedBatch[]): Promise<void> {
  const all = batches.flatMap((batch) =>
    apartOf(batch).flatMap((apart) => {
      const extent = extentOf([apart.section], batch.offsetMs);
      return extent === null ? [] : [{ batch, apart, extent }];
    }),
  );
  if (all.length === 0) return;
  const bodies = await Promise.all(all.map(({ batch, apart }) => compress(encodedAlone(batch, apart.section))));
  await tx.query(
    `insert into telemetry.chunk (device, from_at, to_at, epoch, sequence, part, offset_ms, readings, gateway_id, body)
     select device, to_timestamp(from_ms / 1000), to_timestamp(to_ms / 1000), epoch, sequence, part, offset_ms, readings, gateway_id, body
     from unnest($1::int4[], $2::float8[], $3::float8[], $4::int8[], $5::int8[], $6::int2[], $7::float8[], $8::int4[], $9::text[], $10::bytea[])
       apart (device, from_ms, to_ms, epoch, sequence, part, offset_ms, readings, gateway_id, body)`,
    [
      numbersText(all.map(({ apart }) => apart.num)),
      numbersText(all.map(({ extent }) => extent.fromMs)),
      numbersText(all.map(({ extent }) => extent.toMs)),
      numbersText(all.map(({ batch }) => batch.epoch)),
      numbersText(all.map(({ batch }) => batch.sequence)),
      numbersText(all.map(({ apart }) => apart.part)),
      numbersText(all.map(({ batch }) => batch.offsetMs)),
      numbersText(all.map(({ extent }) => extent.readings)),
      all.map(({ batch }) => batch.gatewayId),
      bodies,
    ],
  );
}

const encodedAlone = ({ bootId, offsetMs, simulated }: ArrivedBatch, section: DeviceSection): Uint8Array =>
  encodeBody({ bootId, anchor: { monoMs: 0, wallMs: 0 }, cloudOffsetMs: offsetMs, simulated, devices: [section] });

/**
 * Takes out what is kept under a key, from a time on and the oldest first, as the batches that it came in. Of a place, what
 * one presence said alone.
 *
 * @param most rows that are looked at
 */
export async function takeOut(
  tx: Tx,
  { num, gatewayId, sinceMs, attachment }: { num: number; gatewayId: string; sinceMs: number; attachment?: string },
  most: number,
): Promise<{ batches: TakenBatch[]; nextMs: number | null }> {
  const { rows } = await tx.query<ApartRow>(
    `select from_at, epoch, sequence, part, offset_ms, body from telemetry.chunk where device = $1 and from_at >= $2 and format = 0
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
      taken.map(({ from_at }) => from_at),
      taken.map(({ epoch }) => epoch),
      taken.map(({ sequence }) => sequence),
      taken.map(({ part }) => part),
    ],
  );
  const last = rows.at(-1);
  // Rows that stay are passed by, however many of them are of one moment.
  const fromMs = taken.length === 0 ? sinceMs + 1 : sinceMs;
  const nextMs = last === undefined || rows.length < most ? null : Math.max(last.from_at.getTime(), fromMs);
  return { batches: batches.filter(({ held }) => held.length > 0), nextMs };
}

/** The batch that a row is of, with nothing in it but what the row holds. */
async function batchOf(row: ApartRow, gatewayId: string): Promise<TakenBatch> {
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
    body: { part: row.part },
  };
}
