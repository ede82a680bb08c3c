import fc from "fast-check";
import { expect, test } from "vitest";
import { exchange } from "./exchanges.fixture.ts";
import { encodeFrame } from "./frame.ts";
import {
  alarmRecords,
  dateText,
  realtimeRecords,
  SETTING_CHARACTERS,
  textRecords,
  VALUE_CHARACTERS,
  valueRecords,
} from "./records.ts";
import { STREAMS } from "./report.ts";

test("the data of the sheet's examples C, D, E, G and H come out byte for byte", () => {
  const measured = [
    { code: 0x7d, value: 24, decimals: 1 },
    { code: 0x78, value: 5, decimals: 1 },
    { code: 0xd6, value: 14, decimals: 1 },
    { code: 0xb9, value: 7.2, decimals: 1 },
    { code: 0xf0, value: 40, decimals: 0, pointed: true },
    { code: 0x6b, value: 1013, decimals: 0 },
  ];
  expect(encodeFrame("response", 0x24, valueRecords(measured, VALUE_CHARACTERS, "right"))).toEqual(
    exchange("C device"),
  );
  const settings = [
    { code: 0x01, value: 40, decimals: 1 },
    { code: 0x0b, value: 5, decimals: 1 },
    { code: 0x09, value: 14, decimals: 1 },
    { code: 0x04, value: 0.5, decimals: 3 },
  ];
  expect(encodeFrame("response", 0x29, valueRecords(settings, SETTING_CHARACTERS, "right"))).toEqual(
    exchange("D device"),
  );
  const alarms = [
    { code: 0xef, priority: 31, phrase: "POWER FAIL" },
    { code: 0x4b, priority: 8, phrase: "BATTERY LOW" },
  ];
  expect(encodeFrame("response", 0x27, alarmRecords(alarms))).toEqual(exchange("E device"));
  expect(encodeFrame("response", 0x27, alarmRecords([]))).toEqual(exchange("E-calm device"));
  const texts = [
    { code: 0x0e, text: "BIPAP" },
    { code: 0x1e, text: "STANDBY" },
  ];
  expect(encodeFrame("response", 0x2a, textRecords(texts))).toEqual(exchange("G device"));
  expect(encodeFrame("response", 0x53, realtimeRecords(STREAMS.slice(0, 2)))).toEqual(exchange("H device"));
});

test("whatever the number, a record has its width, and a field that cannot hold it is blank", () => {
  const record = fc.record({
    code: fc.integer({ min: 0, max: 255 }),
    value: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: undefined }),
    decimals: fc.integer({ min: 0, max: 3 }),
    pointed: fc.boolean(),
  });
  fc.assert(
    fc.property(record, fc.constantFrom(4, 5), fc.constantFrom("left", "right"), (one, width, aligned) => {
      const text = valueRecords([one], width, aligned);
      expect(text).toMatch(/^[0-9A-F]{2}[-0-9. ]*$/);
      expect(text).toHaveLength(2 + width);
      const told = text.slice(2).trim();
      const { value } = one;
      if (told === "") expect(value === undefined || Math.abs(value) >= 999).toBe(true);
      else expect(Math.abs(Number(told) - (value ?? Number.NaN))).toBeLessThanOrEqual(0.5 + 1e-9);
    }),
  );
  expect(valueRecords([{ code: 7, value: 1.26, decimals: 1 }], 4, "left")).toBe("071.3 ");
});

test("a priority or phrase that no record can carry is a mistake of the program", () => {
  expect(() => alarmRecords([{ code: 1, priority: 32, phrase: "X" }])).toThrow("no alarm");
  expect(() => alarmRecords([{ code: 1, priority: 1, phrase: "THIRTEEN LONG" }])).toThrow("no alarm");
  const long = textRecords([{ code: 0x20, text: "x".repeat(300) }]);
  expect(long.charCodeAt(2)).toBe(0x7f);
  expect(long).toHaveLength(2 + 1 + 0x4f + 1);
});

test("a date is written as the model writes it", () => {
  const wall = { year: 2026, month: 5, day: 4, hour: 9, minute: 1 };
  const style = { seconds: true, space: true, month: "english" } as const;
  expect(dateText(wall, 7, style)).toBe("09:01:07 4-MAY-26");
  expect(dateText(wall, 7, { ...style, month: "german" })).toBe("09:01:07 4-MAI-26");
  expect(dateText(wall, 7, { ...style, seconds: false })).toBe("09:01 4-MAY-26");
  expect(dateText(wall, 7, { ...style, space: false })).toBe("09:01:074-MAY-26");
  const german = [10, 12, 2].map((month) => dateText({ ...wall, month }, 7, { ...style, month: "german" }).slice(-6));
  expect(german).toEqual(["OKT-26", "DEZ-26", "FEB-26"]);
});
