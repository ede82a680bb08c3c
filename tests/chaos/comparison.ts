import { OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import { chunkReadings, type StoredReading } from "../support/ledger.ts";
import type { Excuse, Round } from "./case.ts";
import type { ChaosGateway, ChaosHouse } from "./chaos-house.ts";

/** From the first byte of an answer until its last was read, ms. Questions are further apart, so that none is taken for another. */
const ANSWER_MS_MAX = 900;
/** Two processes that read one clock in whole ms may differ by so many. */
const CLOCK_MS = 5;
/** How far before the first word to look in the store, which orders by cloud time, ms. */
const LOOK_BACK_MS = 60_000;
const STATES: readonly string[] = OPERATING_STATES;

export type Sum = Omit<Round, "recoveryMs">;

/** Something that a device said in full, and the state that it was in. */
export interface Word {
  device: string;
  atMs: number;
  state: string;
}

/** What was said and what is stored, of the time after `sinceMs` up to `untilMs`, epoch ms. */
export interface Evidence {
  sinceMs: number;
  untilMs: number;
  words: readonly Word[];
  /** In the order of the store: by epoch and sequence. */
  stored: readonly StoredReading[];
  /** What to add to the gateways' monotonic time for the true time, ms. */
  wallLessMonoMs: number;
  excuses: readonly Excuse[];
}

/** Compares what the devices of a gateway said since the last comparison with what the store holds of it. */
export async function compare(
  { hospital, databaseUrl }: ChaosHouse,
  { devices, comparedUntilMs: sinceMs }: ChaosGateway,
  untilMs: number,
  excuses: readonly Excuse[],
): Promise<Sum> {
  const said = await Promise.all(devices.map((id) => hospital.said(id)));
  const words = devices.flatMap((device, index) =>
    (said[index] ?? [])
      .filter(({ whole }) => whole)
      .map(({ atMs, operatingState }) => ({ device, atMs, state: operatingState })),
  );
  const stored = await chunkReadings(databaseUrl, { devices, sinceMs: sinceMs - LOOK_BACK_MS });
  // Gateways and simulators run on this machine, so that its own clocks lead from one to the other.
  const wallLessMonoMs = Date.now() - Number(process.hrtime.bigint() / 1_000_000n);
  return reckon({ sinceMs, untilMs, words, stored, wallLessMonoMs, excuses });
}

/** Each answer is told by one state in the store, of its own time. Everything that is stored counts for repeats and order. */
export function reckon({ sinceMs, untilMs, words, stored, wallLessMonoMs, excuses }: Evidence): Sum {
  const trueMs = ({ monoMs }: StoredReading) => monoMs + wallLessMonoMs;
  const rows = stored.filter((row) => trueMs(row) > sinceMs && trueMs(row) <= untilMs + ANSWER_MS_MAX);
  const states = rows.filter(({ metric }) => metric === "operatingState");
  const rowsOf = ({ device, atMs, state }: Word): number =>
    states.filter((row) => {
      const lateMs = trueMs(row) - atMs;
      const isOfIt = lateMs >= -CLOCK_MS && lateMs <= ANSWER_MS_MAX;
      return row.device === device && row.value === STATES.indexOf(state) && isOfIt;
    }).length;
  const counted = words
    .filter(({ atMs }) => atMs > sinceMs && atMs <= untilMs)
    .map((word) => ({ atMs: word.atMs, found: rowsOf(word) }));
  const missing = counted.filter(({ found }) => found === 0);
  const excused = missing.filter(({ atMs }) => excuses.some((one) => atMs >= one.fromMs && atMs <= one.untilMs));
  return {
    said: counted.length,
    readings: rows.length,
    lost: missing.length - excused.length,
    excused: excused.length,
    twice: repeated(rows) + counted.filter(({ found }) => found > 1).length,
    disordered: disordered(rows),
    timeErrorMs: Math.max(0, ...rows.map((row) => Math.abs(row.atMs - trueMs(row)))),
  };
}

const seriesOf = ({ device, metric }: StoredReading) => `${device} ${metric}`;

function repeated(rows: readonly StoredReading[]): number {
  return rows.length - new Set(rows.map((row) => `${seriesOf(row)} ${row.monoMs}`)).size;
}

/** In the order of epoch and sequence the times of each metric have to rise. */
function disordered(rows: readonly StoredReading[]): number {
  let count = 0;
  const latest = new Map<string, number>();
  for (const row of rows) {
    const before = latest.get(seriesOf(row)) ?? Number.NEGATIVE_INFINITY;
    if (row.monoMs < before) count++;
    latest.set(seriesOf(row), row.monoMs);
  }
  return count;
}
