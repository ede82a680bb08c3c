import { expect, test } from "vitest";
import type { MinutePoint } from "../api/types.ts";
import { sparklineOf } from "./sparkline-path.ts";

const fromMs = Date.parse("2026-03-31T00:00:00Z");
const box = { width: 60, height: 20, fromMs, toMs: fromMs + 3_600_000 };
const point = (minute: number, mean: number, spread = 0): MinutePoint => ({
  at: new Date(fromMs + minute * 60_000).toISOString(),
  count: 1,
  min: mean - spread,
  mean,
  max: mean + spread,
});

test("no points make no line", () => {
  expect(sparklineOf([], box)).toBeNull();
});

test("a gap stays a gap: nothing is drawn that nobody read", () => {
  const points = [point(0, 1), point(1, 2), point(10, 2), point(11, 1)];
  expect(sparklineOf(points, box)?.lines).toHaveLength(2);
});

test("a spike within a minute is seen in the range and the band", () => {
  const spark = sparklineOf([point(0, 10), point(1, 10, 5), point(2, 10)], box);
  expect(spark).toMatchObject({ low: 5, high: 15 });
});

test("a value that hardly moves is drawn in the middle, not as a mountain range", () => {
  const spark = sparklineOf([point(0, 100), point(1, 100.01)], box);
  const heights = [...(spark?.lines[0] ?? "").matchAll(/ ([\d.]+)/g)].map(([, y]) => Number(y));
  expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(1);
});
