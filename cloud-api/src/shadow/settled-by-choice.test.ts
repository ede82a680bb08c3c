import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SETTLED_BY_CHOICE } from "./settled-by-choice.ts";

test("each rule that was settled by choice has a test of its number", () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  const named = new Set(
    files.flatMap((name) =>
      [...readFileSync(join(import.meta.dirname, name), "utf8").matchAll(/"([A-Z]\d+): /g)].map(([, rule]) => rule),
    ),
  );
  expect(SETTLED_BY_CHOICE.map(({ rule }) => rule).filter((rule) => !named.has(rule))).toEqual([]);
});
