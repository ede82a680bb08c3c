import type { DeviceSection, Group, Subject, TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { type MetricName, metricTerm, OPERATING_STATES } from "@wardtwin/device-profiles/vocabulary/metrics";

const MINUTE_MS = 60_000;

/** One value in its place. */
interface Cell {
  section: DeviceSection;
  group: Group;
  row: number;
  atMonoMs: number;
  value: number;
  quality: number;
}

/** The cells that stay, by their group and metric: the rows of it. */
type Kept = Map<Group, Map<MetricName, Set<number>>>;

/**
 * Thins a run of batches of one boot, in the order of their sequences: for when much waits and room grows short. A run and not
 * a batch, because a batch of a second holds each value once and nothing that could go.
 *
 * What stays of each metric of a device: the lowest, the highest and the last value of every minute (of monotonic time, and of
 * each quality); both sides of every change of a coded value, of a quality, or from a value to a blank. Of the operating state
 * also the first of every minute and both sides of a break, so that exactly the same time in each state can be told from it.
 *
 * @returns as many batches in the same order, none with more in it than before; one may be left empty.
 */
export function thin(batches: readonly TelemetryBatch[]): TelemetryBatch[] {
  const kept: Kept = new Map();
  for (const sections of byDevice(batches)) {
    for (const [metric, cells] of cellsOf(sections)) {
      for (const { group, row } of staying(metric, cells)) rowsOf(kept, group, metric).add(row);
    }
  }
  const before = new Map<string, { state: DeviceSection["previousState"]; toldAtMonoMs: number }>();
  return batches.map((batch) => ({
    ...batch,
    devices: batch.devices.flatMap((section) => {
      const key = keyOf(section.subject);
      const past = before.get(key);
      const groups = section.groups.flatMap((group) => thinGroup(group, kept.get(group)));
      const last = lastLook(section.groups) ?? null;
      const lastKept = lastLook(groups) ?? past?.state ?? null;
      if (last !== null) before.set(key, { state: lastKept, toldAtMonoMs: last.atMonoMs });
      if (groups.length === 0) return [];
      // The look before may be one that has gone: what stays of them has the same state, and no more than a minute lies between.
      const { previousState } = section;
      const moved =
        previousState !== null && previousState.atMonoMs === past?.toldAtMonoMs ? past.state : previousState;
      return [{ ...section, previousState: moved, groups }];
    }),
  }));
}

const keyOf = ({ line, unit, profile, profileRevision, identity, attachment }: Subject): string =>
  JSON.stringify([line, unit, profile, profileRevision, identity, attachment]);

const byDevice = (batches: readonly TelemetryBatch[]): Iterable<DeviceSection[]> =>
  Map.groupBy(
    batches.flatMap(({ devices }) => devices),
    ({ subject }) => keyOf(subject),
  ).values();

/** Every cell of each metric of one device, in the order of time. */
function cellsOf(sections: readonly DeviceSection[]): Map<MetricName, Cell[]> {
  const cells = new Map<MetricName, Cell[]>();
  for (const section of sections) {
    for (const group of section.groups) {
      for (const { metric, values, qualities } of group.columns) {
        const list = cells.get(metric) ?? [];
        cells.set(metric, list);
        group.timesMonoMs.forEach((atMonoMs, row) => {
          list.push({ section, group, row, atMonoMs, value: values[row] ?? Number.NaN, quality: qualities[row] ?? 0 });
        });
      }
    }
  }
  for (const list of cells.values()) list.sort((a, b) => a.atMonoMs - b.atMonoMs);
  return cells;
}

/** Which cells of one metric of one device stay. */
function staying(metric: MetricName, cells: readonly Cell[]): Set<Cell> {
  const stay = new Set<Cell>();
  const isCoded = metricTerm(metric).codes !== undefined;
  const isState = metric === "operatingState";
  cells.forEach((cell, index) => {
    const past = cells[index - 1];
    const changed = past === undefined || isChange(past, cell, isCoded) || (isState && isBreak(past, cell));
    if (!changed) return;
    stay.add(cell);
    if (past !== undefined) stay.add(past);
  });
  for (const minute of Map.groupBy(
    cells,
    (cell) => `${Math.floor(cell.atMonoMs / MINUTE_MS)}/${cell.quality}`,
  ).values()) {
    const values = isCoded ? [] : minute.filter(({ value }) => !Number.isNaN(value));
    const ends = [minute.at(-1), isState ? minute[0] : undefined, extreme(values, -1), extreme(values, 1)];
    for (const cell of ends) if (cell !== undefined) stay.add(cell);
  }
  return stay;
}

const isChange = (past: Cell, cell: Cell, isCoded: boolean): boolean =>
  past.quality !== cell.quality ||
  Number.isNaN(past.value) !== Number.isNaN(cell.value) ||
  (isCoded && !Object.is(past.value, cell.value));

/** Between two sections without a word of what was before, the time belongs to no state. */
const isBreak = (past: Cell, cell: Cell): boolean =>
  past.section !== cell.section && cell.section.previousState?.atMonoMs !== past.atMonoMs;

const extreme = (cells: readonly Cell[], sign: 1 | -1): Cell | undefined =>
  cells.reduce<Cell | undefined>(
    (best, cell) => (best === undefined || sign * (cell.value - best.value) > 0 ? cell : best),
    undefined,
  );

function rowsOf(kept: Kept, group: Group, metric: MetricName): Set<number> {
  const metrics = kept.get(group) ?? new Map<MetricName, Set<number>>();
  kept.set(group, metrics);
  const rows = metrics.get(metric) ?? new Set<number>();
  metrics.set(metric, rows);
  return rows;
}

/** The rows in which anything stays, with the columns of which anything does; a state stands beside every row, as always. */
function thinGroup(group: Group, kept: Map<MetricName, Set<number>> | undefined): Group[] {
  const staying = new Set([...(kept?.values() ?? [])].flatMap((rows) => [...rows]));
  const rows = [...staying].sort((a, b) => a - b);
  if (rows.length === 0) return [];
  const pick = (values: readonly number[]) => rows.map((row) => values[row] ?? Number.NaN);
  const columns = group.columns
    .filter(({ metric }) => metric === "operatingState" || kept?.has(metric))
    .map(({ metric, values, qualities }) => ({
      metric,
      values: pick(values),
      qualities: rows.map((row) => qualities[row] ?? 0),
    }));
  return [{ timesMonoMs: pick(group.timesMonoMs), columns }];
}

/** The latest word on the state in these groups. */
function lastLook(groups: readonly Group[]): DeviceSection["previousState"] {
  let last: DeviceSection["previousState"] = null;
  for (const { timesMonoMs, columns } of groups) {
    const values = columns.find(({ metric }) => metric === "operatingState")?.values;
    values?.forEach((value, row) => {
      const [state, atMonoMs] = [OPERATING_STATES[value], timesMonoMs[row]];
      if (state === undefined || atMonoMs === undefined || (last !== null && atMonoMs < last.atMonoMs)) return;
      last = { state, atMonoMs };
    });
  }
  return last;
}
