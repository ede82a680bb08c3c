import evitaV500 from "@wardtwin/device-profiles/catalog/ventilator/evita-v500";
import puritanBennett840 from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import { isMetricName, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { expect, test } from "vitest";
import { toldReading } from "./told.ts";

const isOne = (codes: readonly string[]) => codes.length === 1;

const poll = { poll: "report" } as const;
const profile = {
  ...puritanBennett840,
  metrics: {
    airwayPressurePeakCmH2O: { ...poll, as: "number", field: 73, scale: 1.01972, deviceUcum: "mbar" },
    humidificationTypeSet: {
      ...poll,
      as: "word",
      field: 53,
      words: { HME: "hme", "Heated Exp": "heated-expiratory", Heated: "heated-expiratory" },
    },
    batteryLowAlarm: { ...poll, as: "alarm", fields: [115] },
  },
} as const;

test("a number is told in the device's own unit too, without the dust of its scale", () => {
  expect(toldReading(profile, { metric: "airwayPressurePeakCmH2O", value: 24.47328, quality: "good" })).toEqual({
    metric: "airwayPressurePeakCmH2O",
    value: 24.47328,
    ucum: "cm[H2O]",
    quality: "good",
    told: "24",
    deviceUcum: "mbar",
  });
});

test("a word is told as the device wrote it, where only one of its words can have been meant", () => {
  const word = (value: number) => toldReading(profile, { metric: "humidificationTypeSet", value, quality: "good" });
  const said = [0, 1, 2, 3].map((value) => word(value)).map(({ word, told }) => [word, told]);
  expect(said).toContainEqual(["hme", "HME"]);
  expect(said).toContainEqual(["heated-expiratory", undefined]);
});

test("a code of the device is told where it alone can have been meant", () => {
  const { metrics } = evitaV500;
  const [metric, mapping] =
    Object.entries(metrics).find(([, each]) => "words" in each && Object.values(each.words).some(isOne)) ?? [];
  if (mapping === undefined || !("words" in mapping) || metric === undefined || !isMetricName(metric))
    throw new Error();
  const [word = "", codes = []] = Object.entries(mapping.words).find(([, each]) => isOne(each)) ?? [];
  const value = metricTerm(metric).codes?.indexOf(word) ?? -1;
  expect(toldReading(evitaV500, { metric, value, quality: "good" })).toMatchObject({ word, told: codes[0] });
});

test("a blank, an alarm and a metric of the gateway's own have no words of the device's", () => {
  expect(toldReading(profile, { metric: "batteryLowAlarm", value: 1, quality: "good" })).toEqual({
    metric: "batteryLowAlarm",
    value: 1,
    word: "active",
    ucum: "1",
    quality: "good",
  });
  expect(toldReading(profile, { metric: "airwayPressurePeakCmH2O", value: null, quality: "good" })).toEqual({
    metric: "airwayPressurePeakCmH2O",
    value: null,
    ucum: "cm[H2O]",
    quality: "good",
  });
  expect(toldReading(profile, { metric: "operatingState", value: 3, quality: "good" }).word).toBe("in-use");
});
