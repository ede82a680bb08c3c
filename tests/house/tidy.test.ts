import { readSources } from "@wardtwin/infra/check/source";
import { TIDY_RULES, tidyFindings } from "@wardtwin/infra/check/tidy";
import { describe, expect, test } from "vitest";
import { ROOT } from "./planted-tree.ts";
import { TIDY, TIDY_PLANTS } from "./tidy-plants.ts";

describe("the tree", () => {
  test("is tidy", () => {
    expect(tidyFindings(readSources(ROOT))).toEqual([]);
  });

  test("is read: code, pages and both lockfiles", () => {
    const paths = readSources(ROOT).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["x", "ARCHITECTURE.md", "pnpm-lock.yaml", "infra/toolchain/package-lock.json"]),
    );
    expect(paths.filter((path) => path.endsWith(".ts")).length).toBeGreaterThan(60);
    expect(paths.filter((path) => path.includes("node_modules/"))).toEqual([]);
  });
});

describe("the rules", () => {
  test("each has a planted violation", () => {
    expect(new Set(TIDY_PLANTS.map(({ rule }) => rule))).toEqual(new Set(TIDY_RULES));
  });

  test("what they permit passes", () => {
    expect(tidyFindings(TIDY)).toEqual([]);
  });

  test.each(TIDY_PLANTS)("$rule reports its violation, and no other rule does (%#)", ({ rule, files }) => {
    const rules = tidyFindings(files).map((finding) => finding.rule);
    expect([...new Set(rules)]).toEqual([rule]);
  });
});
