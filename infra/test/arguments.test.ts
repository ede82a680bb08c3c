import { expect, test } from "vitest";
import { parseArgs } from "./arguments.ts";

test("our own words are taken out, and vitest gets the rest in order", () => {
  const words = ["tests/flow", "--long", "-t", "a value", "--no-skips"];
  expect(parseArgs(words, {})).toEqual({ long: true, noSkips: true, vitestArguments: ["tests/flow", "-t", "a value"] });
});

test("CI allows no skip, whether it says true or 1", () => {
  expect(["true", "1"].map((ci) => parseArgs([], { CI: ci }).noSkips)).toEqual([true, true]);
  expect(["", "0", "false", undefined].map((ci) => parseArgs([], { CI: ci }).noSkips)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
