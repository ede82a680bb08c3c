import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JOBS_SETTLED_BY_CHOICE } from "./settled-by-choice.ts";

/** AWS's rules of jobs as the tests number them. */
const RULES = Array.from({ length: 17 }, (_, i) => `J${i + 1}`);

test("each rule of jobs has a test of its number, and each choice is of one of them", () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  const named = files.flatMap((name) =>
    [...readFileSync(join(import.meta.dirname, name), "utf8").matchAll(/"((?:J\d+(?:, )?)+): /g)].flatMap(([, list]) =>
      (list ?? "").split(", "),
    ),
  );
  expect(RULES.filter((rule) => !named.includes(rule))).toEqual([]);
  expect(JOBS_SETTLED_BY_CHOICE.map(({ rule }) => rule).filter((rule) => !RULES.includes(rule))).toEqual([]);
});
