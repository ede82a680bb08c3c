import { expect, test } from "vitest";
import type { StateRibbon } from "../api/types.ts";
import { fittingRange, ribbonView } from "./ribbon-range.ts";

const TO = "2026-03-31T00:00:00.000Z";
const ago = (h: number): string => new Date(Date.parse(TO) - h * 3_600_000).toISOString();
const ribbon = (...stretches: StateRibbon["stretches"]): StateRibbon => ({
  device: "vent-01",
  from: ago(720),
  to: TO,
  stretches,
});

test("a stretch that began before the range is cut to it, and the rest is not seen", () => {
  const view = ribbonView(ribbon({ state: "in-use", from: ago(30), to: ago(18) }), "day");
  expect(view.hours).toEqual({ "in-use": 6 });
  expect(view.unseenH).toBe(18);
  expect(view.parts).toEqual([{ state: "in-use", start: 0, width: 0.25 }]);
});

test("a stretch of unknown counts as not seen", () => {
  const view = ribbonView(ribbon({ state: "unknown", from: ago(4), to: ago(0) }), "day");
  expect(view.parts).toEqual([]);
  expect(view.unseenH).toBe(24);
});

test("the range is the shortest that holds everything seen", () => {
  expect(fittingRange(ribbon())).toBe("hour");
  expect(fittingRange(ribbon({ state: "off", from: ago(0.5), to: ago(0) }))).toBe("hour");
  expect(fittingRange(ribbon({ state: "off", from: ago(2), to: ago(0) }))).toBe("day");
  expect(fittingRange(ribbon({ state: "off", from: ago(50), to: ago(49) }))).toBe("week");
  expect(fittingRange(ribbon({ state: "off", from: ago(700), to: ago(0) }))).toBe("month");
});
