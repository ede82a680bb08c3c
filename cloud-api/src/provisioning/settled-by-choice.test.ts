import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROVISIONING_SETTLED_BY_CHOICE } from "./settled-by-choice.ts";

/** AWS's rules of provisioning as the tests number them; P7 is ours. */
const RULES = Array.from({ length: 7 }, (_, i) => `P${i + 1}`);

test("each rule of provisioning has a test of its number at the broker, and each choice is of one of them", () => {
  const root = join(import.meta.dirname, "..", "..", "..");
  const journey = readFileSync(join(root, "tests", "contract", "provisioning.test.ts"), "utf8");
  const named = [...journey.matchAll(/"((?:P\d(?:, )?)+): /g)].flatMap(([, list]) => (list ?? "").split(", "));
  expect(RULES.filter((rule) => !named.includes(rule))).toEqual([]);
  expect(PROVISIONING_SETTLED_BY_CHOICE.map(({ rule }) => rule).filter((rule) => !RULES.includes(rule))).toEqual([]);
});
