import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeReport, FIRST_FIELD, fieldWidth, MISCA, MISCF, type ReportLayout } from "./frame.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/${name}.hex`, import.meta.url), "utf8").replace(/\s/g, "");

/** The field values behind the golden frame, as the sheet gives them. */
const GOLDEN_FIELDS = new Map<number, string>([
  [5, "16:01"],
  [6, "840 3512345678"],
  [7, "APR 04 2026"],
  [8, "INVASIVE"],
  [9, "A/C"],
  [10, "VC"],
  [12, "V-Trig"],
  [13, "14.0"],
  [14, "0.450"],
  [15, "60.0"],
  [16, "40"],
  [18, "5.0"],
  [20, "20"],
  [70, "14.0"],
  [71, "0.442"],
  [72, "6.200"],
  [73, "24.0"],
  [74, "9.5"],
  [77, "40"],
  [87, "5.0"],
  [105, "OFF"],
  ...Array.from({ length: 48 }, (_, index) => [106 + index, "NORMAL"] as const),
  [113, "ALARM"],
]);

/** The field values behind a MISCA frame that was put together apart from this program, by the rules of the sheet. */
const MISCA_FIELDS = new Map<number, string>(
  Object.entries({
    ...{ 5: "16:01", 6: "840 3412345678", 8: "APR 04 2026", 9: "CMV", 10: "14.0", 11: "0.450", 12: "60.0", 13: "40" },
    ...{ 15: "5.0", 16: "0.0", 21: "20", 27: "SQUARE", 30: "OFF", 34: "14.0", 35: "0.442", 36: "6.200", 38: "24.0" },
    ...{ 39: "9.5", 40: "24.0", 42: "51", 45: "OFF", 46: "0.470", 47: "OFF", 48: "NORMAL", 51: "NORMAL", 52: "RESET" },
    ...{ 53: "NORMAL", 54: "ALARM", 55: "NORMAL", 57: "NORMAL", 60: "16:01", 62: "APR 04 2026", 93: "OFF" },
    ...{ 94: "NORMAL", 95: "NORMAL", 101: "1:6.4" },
  }).map(([field, text]) => [Number(field), text]),
);

test("the synthetic report of the sheet comes out byte for byte, 1244 bytes", () => {
  const golden = fixture("pb840-miscf-synthetic");
  expect(encodeReport(MISCF, GOLDEN_FIELDS).toString("hex")).toBe(golden);
  expect(golden).toHaveLength(2 * 1244);
});

test("MISCA has 97 fields in 706 characters, 723 bytes with its header and ends", () => {
  const golden = fixture("pb840-misca-synthetic");
  expect(encodeReport(MISCA, MISCA_FIELDS).toString("hex")).toBe(golden);
  expect(golden).toHaveLength(2 * 723);
});

const widthsOf = (layout: ReportLayout): number[] =>
  Array.from({ length: layout.lastField - FIRST_FIELD + 1 }, (_, index) => fieldWidth(layout, FIRST_FIELD + index));

test("the 169 fields of MISCF have the widths of the sheet and sum to 1225 with their commas", () => {
  const widths = widthsOf(MISCF);
  expect(widths).toHaveLength(169);
  const wide = { 6: 18, 7: 12, 8: 9, 50: 9, 53: 18, 55: 9, 66: 9 } as Record<number, number>;
  widths.forEach((width, index) => {
    expect(width).toBe(wide[FIRST_FIELD + index] ?? 6);
  });
  expect(widths.reduce((sum, width) => sum + width + 1, 0)).toBe(1225);
});

test("whatever texts fit their fields, count, widths and ends are right", () => {
  const cases = [
    { layout: MISCF, length: 1244, head: "MISCF,1225,169 ,\x02" },
    { layout: MISCA, length: 723, head: "MISCA,706,97 ,\x02" },
  ];
  for (const { layout, length, head } of cases) {
    const field = fc
      .integer({ min: FIRST_FIELD, max: layout.lastField })
      .chain((number) =>
        fc
          .string({ maxLength: fieldWidth(layout, number), unit: "grapheme-ascii" })
          .map((text) => [number, text.replaceAll(",", ";")] as const),
      );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 60 }), (fields) => {
        const frame = encodeReport(layout, new Map(fields)).toString("latin1");
        expect(frame).toHaveLength(length);
        expect(frame.startsWith(head)).toBe(true);
        expect(frame.endsWith(",\x03\r")).toBe(true);
        expect(frame.slice(head.length, -2).split(",")).toHaveLength(widthsOf(layout).length + 1);
      }),
    );
  }
});

test("a text too long, with a comma, or for no field is a mistake of the program", () => {
  expect(() => encodeReport(MISCF, new Map([[13, "1234567"]]))).toThrow("field 13");
  expect(() => encodeReport(MISCF, new Map([[13, "1,2"]]))).toThrow("field 13");
  expect(() => encodeReport(MISCF, new Map([[13, "\r"]]))).toThrow("field 13");
  expect(() => encodeReport(MISCF, new Map([[4, "1"]]))).toThrow("no field 4");
  expect(() => encodeReport(MISCA, new Map([[102, "1"]]))).toThrow("no field 102");
});
