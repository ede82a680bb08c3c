import { METRIC_NAMES, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { expect, test } from "vitest";
import { unitWords } from "../ui/format.ts";
import { metricWords } from "./metric-words.ts";

test("no two metrics bear one label: who reads it knows which is meant", () => {
  const labels = Object.values(metricWords).map((label) => label.toLowerCase());
  expect(labels.filter((label, at) => labels.indexOf(label) !== at)).toEqual([]);
});

test("a label never carries the unit, which stands beside the value", () => {
  for (const name of METRIC_NAMES) {
    const words = metricWords[name].split(/[\s,:()]+/);
    const unit = unitWords(metricTerm(name).ucum);
    if (unit !== "") expect(words, name).not.toContain(unit);
    expect(metricWords[name], name).not.toMatch(/%|°|\bper (minute|hour)\b|\bin (hours|days|months|percent)\b/i);
  }
});

test("what is set and what is read of one quantity are told apart by their labels", () => {
  const settings = METRIC_NAMES.filter((name) => /Set[A-Z]/.test(name));
  expect(settings.length).toBeGreaterThan(30);
  for (const name of settings) expect(metricWords[name], name).toMatch(/, set$/);
  for (const name of METRIC_NAMES.filter((one) => /Limit[A-Z]/.test(one) && !one.includes("Set"))) {
    expect(metricWords[name], name).toMatch(/(upper|lower) alarm limit$/);
  }
});
