import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeMiscf, FIRST_FIELD, fieldWidth, LAST_FIELD } from "./frame.ts";

const golden = Buffer.from(
  readFileSync(new URL("../../../fixtures/pb840-miscf-synthetic.hex", import.meta.url), "utf8").replace(/\s/g, ""),
  "hex",
);

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

test("the synthetic report of the sheet comes out byte for byte, 1244 bytes", () => {
  expect(encodeMiscf(GOLDEN_FIELDS).toString("hex")).toBe(golden.toString("hex"));
  expect(golden).toHaveLength(1244);
});

test("the 169 fields have the widths of the sheet and sum to 1225 with their commas", () => {
  const widths = Array.from({ length: LAST_FIELD - FIRST_FIELD + 1 }, (_, index) => fieldWidth(FIRST_FIELD + index));
  expect(widths).toHaveLength(169);
  const wide = { 6: 18, 7: 12, 8: 9, 50: 9, 53: 18, 55: 9, 66: 9 } as Record<number, number>;
  widths.forEach((width, index) => {
    expect(width).toBe(wide[FIRST_FIELD + index] ?? 6);
  });
  expect(widths.reduce((sum, width) => sum + width + 1, 0)).toBe(1225);
});

test("whatever texts fit their fields, count, widths and ends are right", () => {
  const field = fc
    .integer({ min: FIRST_FIELD, max: LAST_FIELD })
    .chain((number) =>
      fc
        .string({ maxLength: fieldWidth(number), unit: "grapheme-ascii" })
        .map((text) => [number, text.replaceAll(",", ";")] as const),
    );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 60 }), (fields) => {
      const frame = encodeMiscf(new Map(fields)).toString("latin1");
      expect(frame).toHaveLength(1244);
      expect(frame.startsWith("MISCF,1225,169 ,\x02")).toBe(true);
      expect(frame.endsWith(",\x03\r")).toBe(true);
      expect(frame.slice(17, -2).split(",")).toHaveLength(170);
    }),
  );
});

test("a text too long, with a comma, or for no field is a mistake of the program", () => {
  expect(() => encodeMiscf(new Map([[13, "1234567"]]))).toThrow("field 13");
  expect(() => encodeMiscf(new Map([[13, "1,2"]]))).toThrow("field 13");
  expect(() => encodeMiscf(new Map([[13, "\r"]]))).toThrow("field 13");
  expect(() => encodeMiscf(new Map([[4, "1"]]))).toThrow("no field 4");
});
