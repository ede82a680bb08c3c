import type { DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import { OPERATING_STATES, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { addMinutes, DAY_MS, expiredPartitions, type Minutes, type Span, spansOf } from "./rules.ts";

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

/** The minutes of device 1 alone, by the ms at which they begin. */
function minutesOf(...sections: DeviceSection[]) {
  const minutes: Minutes = new Map();
  for (const one of sections) addMinutes(minutes, 1, one, 0);
  return Object.fromEntries(minutes.get(1) ?? []);
}

test("a minute keeps count, sum and extremes, and blanks add nothing", () => {
  const batch = section([]);
  batch.groups = [
    {
      timesMonoMs: [1_000, 2_000, 61_000, 62_000],
      columns: [{ metric: "batteryChargePct", values: [80, 90, Number.NaN, 70], qualities: [0, 0, 0, 0] }],
    },
  ];
  expect(minutesOf(batch)).toEqual({
    0: { metrics: ["batteryChargePct"], counts: [2], sums: [170], mins: [80], maxs: [90] },
    60000: { metrics: ["batteryChargePct"], counts: [1], sums: [70], mins: [70], maxs: [70] },
  });
});

test("the same metrics in another order, and others, come to stand in their places", () => {
  const told = (...columns: ["batteryChargePct" | "leakPct" | "peepCmH2O", number][]) => ({
    ...section([]),
    groups: [
      {
        timesMonoMs: [1_000],
        columns: columns.map(([metric, value]) => ({
          metric,
          values: [value],
          qualities: [0],
        })),
      },
    ],
  });
  const batches = [
    told(["batteryChargePct", 80], ["leakPct", 3]),
    told(["leakPct", 5], ["batteryChargePct", 70], ["peepCmH2O", 6]),
  ];
  expect(minutesOf(...batches)).toEqual({
    0: {
      metrics: ["batteryChargePct", "leakPct", "peepCmH2O"],
      counts: [2, 2, 1],
      sums: [150, 8, 6],
      mins: [70, 3, 6],
      maxs: [80, 5, 6],
    },
  });
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
  expect(minutesOf(batch)).toMatchObject({ 0: { counts: [2], sums: [380], mins: [80], maxs: [300] } });
});

test("a partition goes when its whole day is older than its series is kept, and nothing else goes", () => {
  const names = [
    "chunk_20261022",
    "chunk_20261023",
    "batch_20261022",
    "device_minute_20261022",
    "device_minute_20251021",
    "chunk",
    "metric",
    "chunk_2026",
  ];
  expect(expiredPartitions(names, Date.UTC(2026, 10, 22, 12))).toEqual([
    "chunk_20261022",
    "batch_20261022",
    "device_minute_20251021",
  ]);
});
