import { METRIC_NAMES, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { expect, test } from "vitest";
import { strings } from "../strings/strings.ts";
import { durationWords, isCodeWord, measuredWords, rangeWords, readingWords, siteTime, unitWords } from "./format.ts";

test("times stand in the hospital's zone, wherever the browser is", () => {
  expect(siteTime("Europe/Berlin").clock("2026-01-05T11:02:03.000Z")).toBe("12:02:03");
  expect(siteTime("America/New_York").clock("2026-01-05T11:02:03.000Z")).toBe("06:02:03");
});

test("a moment of another day carries its day", () => {
  const time = siteTime("UTC");
  const nowMs = Date.parse("2026-01-05T11:00:00Z");
  expect(time.moment("2026-01-05T09:30:00Z", nowMs)).toBe("09:30");
  expect(time.moment("2026-01-04T09:30:00Z", nowMs)).toBe("4 Jan, 09:30");
});

test("a zone that nobody knows does not take the page down", () => {
  expect(siteTime("Mars/Olympus").clock("2026-01-05T11:02:03.000Z")).toMatch(/^\d\d:02:03$/);
});

test("a reading stands with its unit, a word without one, and nothing is null", () => {
  expect(readingWords(5, null, "cm[H2O]")).toBe("5\u202fcmH₂O");
  expect(readingWords(14.256, null, "/min")).toBe("14.26/min");
  expect(readingWords(1_874, null, "1")).toBe("1,874");
  expect(readingWords(1, "active", "1")).toBe("Active");
  expect(readingWords(null, null, "h")).toBeNull();
});

test("a converted value shows as many digits as the device told, and three at least", () => {
  expect(measuredWords(12.2 * 1.01972, { value: 12.2 })).toBe("12.4");
  expect(measuredWords(5 * 1.01972, { value: 5 })).toBe("5.1");
  expect(measuredWords(480, { value: 0.48 })).toBe("480");
  expect(measuredWords(7.063, { value: 7_063 })).toBe("7.063");
  expect(measuredWords(7.063, null)).toBe("7.06");
});

test("a range fits its column however large it is, and a range of one value is that value", () => {
  expect(rangeWords(5.098, 7.256)).toBe("5.1–7.26");
  expect(rangeWords(966.82, 1_098.61)).toBe("967–1,099");
  expect(rangeWords(-52.14, -52.14)).toBe("-52.14");
});

test("less than an hour is told in minutes", () => {
  expect(durationWords(0.8)).toBe("48\u202fmin");
  expect(durationWords(3.24)).toBe("3.2\u202fh");
});

test("a unit or word that this console does not know stands as it came", () => {
  expect(unitWords("[ft_i]")).toBe("[ft_i]");
  expect(unitWords("mbar.s/L")).toBe("mbar·s/L");
  expect(readingWords(9, "levitating", "1")).toBe("levitating");
});

test("every metric of the vocabulary has a label, a unit and words that a person reads", () => {
  for (const name of METRIC_NAMES) {
    expect(Object.keys(strings.words.metric)).toContain(name);
    expect(unitWords(metricTerm(name).ucum), name).not.toMatch(/[[\]]/);
    for (const word of metricTerm(name).codes ?? []) expect(isCodeWord(word), `${name}: ${word}`).toBe(true);
  }
});
