import { expect, test } from "vitest";
import { wallClock } from "./clock.ts";

test("the wall clock follows its zone through daylight saving, and midnight is hour 0", () => {
  const wall = wallClock("Europe/Berlin");
  expect(wall(Date.UTC(2026, 0, 31, 23, 0))).toEqual({ year: 2026, month: 2, day: 1, hour: 0, minute: 0 });
  expect(wall(Date.UTC(2026, 6, 1, 14, 1))).toEqual({ year: 2026, month: 7, day: 1, hour: 16, minute: 1 });
});
