import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY_MS, expiredPartitions, minutesOf, type Span, spansOf } from "./rules.ts";

interface Look {
  atMs: number;
  state: OperatingState;
}

function section(looks: readonly Look[], previous: Look | null = null): DeviceSection {
  return {
    subject: { line: "l", unit: "1", profile: "p", profileRevision: 1, identity: {} },
    previousState: previous === null ? null : { state: previous.state, atMonoMs: previous.atMs },
    groups: [
      {
        timesMonoMs: looks.map(({ atMs }) => atMs),
        columns: [
          {
            metric: "operatingState",
            values: looks.map(({ state }) => OPERATING_STATES.indexOf(state)),
            qualities: new Array<number>(looks.length).fill(0),
          },
        ],
      },
    ],
  };
}

const totals = (spans: readonly Span[]) => {
  const sum: Partial<Record<OperatingState, number>> = {};
  for (const { state, fromMs, toMs } of spans) sum[state] = (sum[state] ?? 0) + toMs - fromMs;
  return sum;
};

test("time belongs to the state that was seen before it", () => {
  const looks: Look[] = [
    { atMs: 0, state: "standby" },
    { atMs: 5_000, state: "in-use" },
    { atMs: 12_000, state: "in-use" },
  ];
  expect(totals(spansOf(section(looks), 0))).toEqual({ standby: 5_000, "in-use": 7_000 });
});

test("unknown states and long gaps prove nothing", () => {
  const looks: Look[] = [
    { atMs: 0, state: "in-use" },
    { atMs: 61_000, state: "unknown" },
    { atMs: 62_000, state: "in-use" },
  ];
  expect(spansOf(section(looks), 0)).toEqual([]);
});

test("a span over midnight falls into two days", () => {
  const looks: Look[] = [
    { atMs: DAY_MS - 1_000, state: "in-use" },
    { atMs: DAY_MS + 1_000, state: "in-use" },
  ];
  expect(spansOf(section(looks), 0).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [DAY_MS - 1_000, DAY_MS],
    [DAY_MS, DAY_MS + 1_000],
  ]);
});

test("batches that carry the look before them prove the same time as one long batch", () => {
  const steps = fc.array(
    fc.record({ gapMs: fc.integer({ min: 1, max: 70_000 }), state: fc.constantFrom(...OPERATING_STATES) }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 4 }), (list, size) => {
      let atMs = 0;
      const looks = list.map(({ gapMs, state }) => {
        atMs += gapMs;
        return { atMs, state };
      });
      const pieces: Span[] = [];
      for (let i = 0; i < looks.length; i += size) {
        pieces.push(...spansOf(section(looks.slice(i, i + size), looks[i - 1] ?? null), 1_000));
      }
      expect(totals(pieces)).toEqual(totals(spansOf(section(looks), 1_000)));
    }),
  );
});

test("a minute keeps count, sum and extremes, and blanks add nothing", () => {
  const batch = section([]);
  batch.groups = [
    {
      timesMonoMs: [1_000, 2_000, 61_000, 62_000],
      columns: [{ metric: "batteryChargePct", values: [80, 90, Number.NaN, 70], qualities: [0, 0, 0, 0] }],
    },
  ];
  expect(minutesOf(1, batch, 0)).toEqual([
    { device: 1, metric: "batteryChargePct", minuteMs: 0, count: 2, sum: 170, min: 80, max: 90 },
    { device: 1, metric: "batteryChargePct", minuteMs: 60_000, count: 1, sum: 70, min: 70, max: 70 },
  ]);
});

test("a stale value, which counted when it was read, and a value that is no number add nothing", () => {
  const batch = section([]);
  batch.groups = [
    {
      timesMonoMs: [1_000, 2_000, 3_000, 4_000],
      columns: [
        {
          metric: "batteryChargePct",
          values: [80, 80, Number.POSITIVE_INFINITY, 300],
          qualities: [0, 1, 0, 2],
        },
      ],
    },
  ];
  expect(minutesOf(1, batch, 0)).toMatchObject([{ count: 2, sum: 380, min: 80, max: 300 }]);
});

test("a partition goes when its whole day is older than its series is kept, and nothing else goes", () => {
  const names = [
    "chunk_20261022",
    "chunk_20261023",
    "minute_20261022",
    "minute_20251021",
    "chunk",
    "metric",
    "chunk_2026",
  ];
  expect(expiredPartitions(names, Date.UTC(2026, 10, 22, 12))).toEqual(["chunk_20261022", "minute_20251021"]);
});
