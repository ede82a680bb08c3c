import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeLine, LineReader } from "./frame.ts";

/** Every line of the sheet. */
const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../fixtures/defib-ready-1-serial.json", import.meta.url), "utf8"),
) as { payload: string; line: string }[];
const payloads = fc.string({ minLength: 1, maxLength: 100, unit: "grapheme-ascii" });
const hear = (text: string) => new LineReader().read(Buffer.from(text, "latin1"));

test("every line of the sheet is made and understood byte for byte", () => {
  expect(GOLDEN).toHaveLength(7);
  for (const { payload, line } of GOLDEN) {
    expect(encodeLine(payload).toString("latin1")).toBe(line);
    expect(hear(line)).toEqual([{ kind: "line", text: payload }]);
  }
});

test("whatever the payload, its line is understood however its bytes are cut, between answers and noise", () => {
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(130), { maxLength: 6 }), (payload, at) => {
      const bytes = Buffer.concat([Buffer.from("\x06?\x15", "latin1"), encodeLine(payload)]);
      const edges = [0, ...[...at].sort((a, b) => a - b), bytes.length];
      const reader = new LineReader();
      expect(edges.slice(1).flatMap((edge, index) => reader.read(bytes.subarray(edges[index], edge)))).toEqual([
        { kind: "ack" },
        { kind: "nak" },
        { kind: "line", text: payload },
      ]);
    }),
  );
});

test("one byte changed anywhere in a line, it is none", () => {
  fc.assert(
    fc.property(payloads, fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, at, change) => {
      const bytes = Buffer.from(encodeLine(payload).subarray(0, -2));
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ change;
      expect(new LineReader().read(bytes).filter(({ kind }) => kind === "line")).toEqual([]);
    }),
  );
});

test("a line begun anew breaks the one before, and one without end is held within limits", () => {
  expect(hear("\x02RP\x02RPT?|479A\x03\r\n")).toEqual([
    { kind: "broken", text: "RP" },
    { kind: "line", text: "RPT?" },
  ]);
  expect(hear("\x02RPT?|479B\x03\x02|FFFF\x03\x02\x03").map(({ kind }) => kind)).toEqual(Array(3).fill("broken"));
  const [broken, line] = hear(`\x02${"Z".repeat(100_000)}\x02RPT?|479A\x03`);
  expect([broken?.kind, line]).toEqual(["broken", { kind: "line", text: "RPT?" }]);
});
