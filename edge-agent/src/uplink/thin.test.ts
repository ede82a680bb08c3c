import type { TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { METRICS, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runOf, secondOf } from "./run.testing.ts";
import { thin } from "./thin.ts";

interface Told {
  unit: string;
  metric: MetricName;
  atMonoMs: number;
  value: number;
  quality: number;
}

/** Everything that batches tell, in the order of time. */
function told(batches: readonly TelemetryBatch[]): Told[] {
  const all = batches.flatMap(({ devices }) =>
    devices.flatMap(({ subject, groups }) =>
      groups.flatMap(({ timesMonoMs, columns }) =>
        columns.flatMap(({ metric, values, qualities }) =>
          [...timesMonoMs].map((atMonoMs, row) => ({
            unit: subject.unit,
            metric,
            atMonoMs,
            value: values[row] ?? Number.NaN,
            quality: qualities[row] ?? 0,
          })),
        ),
      ),
    ),
  );
  return all.sort((a, b) => a.atMonoMs - b.atMonoMs);
}

/** The extremes of each metric of each device in each minute, by quality. */
function extremes(batches: readonly TelemetryBatch[]) {
  const minutes = Map.groupBy(
    told(batches).filter(({ value }) => !Number.isNaN(value)),
    ({ unit, metric, atMonoMs, quality }) => `${unit} ${metric} ${Math.floor(atMonoMs / 60_000)} ${quality}`,
  );
  return new Map(
    [...minutes].map(([key, list]) => {
      const values = list.map(({ value }) => value);
      return [key, [Math.min(...values), Math.max(...values), values.at(-1)]];
    }),
  );
}

/** The values of each coded metric of each device, one for each change, with the time of it. */
function changes(batches: readonly TelemetryBatch[]) {
  const coded = told(batches).filter(({ metric }) => "codes" in METRICS[metric]);
  return new Map(
    [...Map.groupBy(coded, ({ unit, metric }) => `${unit} ${metric}`)].map(([key, list]) => [
      key,
      list
        .filter(({ value, quality }, at) => !Object.is(value, list[at - 1]?.value) || quality !== list[at - 1]?.quality)
        .map(({ atMonoMs, value, quality }) => [atMonoMs, value, quality]),
    ]),
  );
}

const key = ({ unit, metric, atMonoMs, value, quality }: Told) => `${unit} ${metric} ${atMonoMs} ${value} ${quality}`;

test("every change of a state, and each minute's lowest, highest and last value, is still there", () => {
  fc.assert(
    fc.property(runOf(), (batches) => {
      const thinned = thin(batches);
      expect(extremes(thinned)).toEqual(extremes(batches));
      expect(changes(thinned)).toEqual(changes(batches));
    }),
  );
});

test("nothing is told that was not, the order stays, and no batch grows", () => {
  fc.assert(
    fc.property(runOf(), (batches) => {
      const thinned = thin(batches);
      expect(thinned).toHaveLength(batches.length);
      thinned.forEach((batch, index) => {
        const whole = batches[index];
        if (whole === undefined) throw new Error("a batch too many");
        const before = new Set(told([whole]).map(key));
        expect(told([batch]).filter((cell) => !before.has(key(cell)))).toEqual([]);
        expect({ ...batch, devices: [] }).toEqual({ ...whole, devices: [] });
        expect(encodeBody(batch).length).toBeLessThanOrEqual(encodeBody(whole).length);
        for (const { groups } of batch.devices) {
          for (const { timesMonoMs } of groups) expect(timesMonoMs).toEqual(timesMonoMs.toSorted((a, b) => a - b));
        }
      });
    }),
  );
});

test("what has been thinned is not thinned further", () => {
  fc.assert(
    fc.property(runOf(), (batches) => {
      const once = thin(batches);
      expect(thin(once).map(({ devices }) => devices.map(({ groups }) => groups))).toEqual(
        once.map(({ devices }) => devices.map(({ groups }) => groups)),
      );
    }),
  );
});

test("a minute of a quiet device's seconds becomes what it looked like at its ends, and its extremes", () => {
  const thinned = thin(Array.from({ length: 60 }, (_, n) => secondOf(n, ["batteryChargePct"])));
  const kept = thinned.flatMap(({ devices }, n) => devices.map(({ previousState }) => [n, previousState?.atMonoMs]));
  expect(kept).toEqual([
    [0, undefined],
    [11, 0],
    [59, 11_000],
  ]);
});
