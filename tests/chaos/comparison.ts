import { OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";
import { chunkReadings, type StoredReading } from "../support/ledger.ts";
import type { Excuse, Round } from "./case.ts";
import type { ChaosGateway, ChaosHouse } from "./chaos-house.ts";

/** From the first byte of an answer until its last was read, ms: an agent waits no longer, and on a busy machine it may be so late. */
const ANSWER_MS_MAX = 1_900;
/** The same where nothing else is going on. */
const ANSWER_MS = 900;
/** Two processes that read one clock in whole ms may differ by so many. */
const CLOCK_MS = 5;
/** How far before the first word to look in the store, which orders by cloud time, ms. */
const LOOK_BACK_MS = 60_000;
const STATES: readonly string[] = OPERATING_STATES;

export interface Sum extends Omit<Round, "recoveryMs"> {
  /** What is lost, for whoever has to find out why. */
  missing: readonly Word[];
}

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
  const rows = stored.filter((row) => trueMs(row) > sinceMs && trueMs(row) <= untilMs + ANSWER_MS);
  const isCounted = ({ atMs }: Word): boolean => atMs > sinceMs && atMs <= untilMs;
  const { missing, surplus } = matched(words, stored, trueMs);
  const absent = missing.filter(isCounted);
  const isExcused = ({ atMs }: Word) => excuses.some((one) => atMs >= one.fromMs && atMs <= one.untilMs);
  const lost = absent.filter((word) => !isExcused(word));
  return {
    said: words.filter(isCounted).length,
    readings: rows.length,
    lost: lost.length,
    missing: lost,
    excused: absent.length - lost.length,
    twice: repeated(rows) + surplus.filter((row) => rows.includes(row)).length,
    disordered: disordered(rows),
    liveAgeMs: 0,
    timeErrorMs: Math.max(0, ...rows.map((row) => Math.abs(row.atMs - trueMs(row)))),
  };
}

/**
 * Gives each answer the first state in the store that can be of it. What is left over: answers without one, and states of an
 * answer that has one already.
 */
function matched(words: readonly Word[], stored: readonly StoredReading[], trueMs: (row: StoredReading) => number) {
  const left = stored.filter(({ metric }) => metric === "operatingState").sort((a, b) => trueMs(a) - trueMs(b));
  const isOf = (row: StoredReading, { device, atMs, state }: Word): boolean => {
    const lateMs = trueMs(row) - atMs;
    const isInTime = lateMs >= -CLOCK_MS && lateMs <= ANSWER_MS_MAX;
    return isInTime && row.device === device && row.value === STATES.indexOf(state);
  };
  const missing = words
    .toSorted((a, b) => a.atMs - b.atMs)
    .filter((word) => {
      const at = left.findIndex((row) => isOf(row, word));
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  return { missing, surplus: left.filter((row) => words.some((word) => isOf(row, word))) };
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
