import { METRIC_NAMES, type MetricName, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { TwinMetric } from "../../api/types.ts";
import { alarmsOf, foundIn, groupsOf, OPENABLE, oldestAt, openIn, toggled } from "./metric-groups.ts";

const AT = "2026-11-22T12:00:00.000Z";

function told(metric: MetricName, change: Partial<TwinMetric> = {}): TwinMetric {
  const { ucum, category, origin, codes } = metricTerm(metric);
  const word = codes?.[0] ?? null;
  return { metric, value: 0, word, ucum, asTold: null, category, origin, quality: "good", at: AT, ...change };
}
const everything = METRIC_NAMES.map((name) => told(name));
const namesOf = (metrics: readonly TwinMetric[]) => metrics.map(({ metric }) => metric);

test("every metric stands in exactly one group", () => {
  const grouped = groupsOf(everything).flatMap(({ metrics }) => namesOf(metrics));
  expect(grouped.toSorted()).toEqual([...METRIC_NAMES].toSorted());
});

test("what derives from a patient stands apart, and nothing of the device among it", () => {
  for (const { name, metrics } of groupsOf(everything)) {
    for (const { metric, origin } of metrics) {
      expect({ metric, apart: name === "patient" }).toEqual({ metric, apart: origin === "patient-derived" });
    }
  }
});

test("an alarm is folded away only while it is clear and freshly known to be", () => {
  const alarms = [
    told("fanAlarm"),
    told("speakerAlarm", { word: "active", value: 1 }),
    told("batteryLowAlarm", { word: null, value: null }),
    told("powerLossAlarm", { quality: "stale" }),
    told("coolingAlarm", { quality: "implausible" }),
  ];
  const { rows, clear } = alarmsOf(alarms, false);
  expect(namesOf(clear)).toEqual(["fanAlarm"]);
  expect(namesOf(rows)).toEqual(["speakerAlarm", "batteryLowAlarm", "powerLossAlarm", "coolingAlarm"]);
});

test("where nothing is live, what was clear when last told is one line, and what was active is not in it", () => {
  const alarms = [told("fanAlarm", { quality: "stale" }), told("speakerAlarm", { word: "active", quality: "stale" })];
  expect(namesOf(alarmsOf(alarms, true).clear)).toEqual(["fanAlarm"]);
});

test("the age of many values is that of the oldest, and unknown where one's is", () => {
  const older = told("fanAlarm", { at: "2026-11-22T11:59:00.000Z" });
  expect(oldestAt([told("speakerAlarm"), older])).toBe(older.at);
  expect(oldestAt([older, told("speakerAlarm", { at: null })])).toBeNull();
});

test("a metric is found by words of its label in any order and case, and nothing typed finds all", () => {
  expect(namesOf(foundIn(everything, "upper PEEP"))).toEqual(["peepHighLimitCmH2O"]);
  expect(foundIn(everything, "")).toHaveLength(METRIC_NAMES.length);
  expect(foundIn(everything, "levitation")).toEqual([]);
});

test("a long list of settings is closed at first, a short one is not, and all else is open", () => {
  expect(openIn(undefined, everything)).not.toContain("setting");
  expect(openIn(undefined, everything)).toEqual(expect.arrayContaining(["state", "alarm", "measurement", "patient"]));
  expect(openIn(undefined, [told("peepSetCmH2O")])).toContain("setting");
});

test("what an address opens is what was opened: opening and closing leaves it as it was", () => {
  const some = fc.subarray([...OPENABLE]);
  fc.assert(
    fc.property(some, fc.constantFrom(...OPENABLE), (open, name) => {
      const once = openIn(toggled(open, name), everything);
      expect(once.includes(name)).toBe(!open.includes(name));
      expect(openIn(toggled(once, name), everything)).toEqual(open);
    }),
  );
});
