import { ARROW_RULES, RUNTIME_ARROW_RULES } from "@wardtwin/infra/check/arrow-rules";
import { arrowLine, cruiseTree } from "@wardtwin/infra/check/arrows";
import { isTypeScript, readSources } from "@wardtwin/infra/check/source";
import { beforeAll, describe, expect, test } from "vitest";
import { FURTHER_PLANTS, PERMITTED, PLANTS } from "./arrow-plants.ts";
import { type Plant, ROOT, withPlantedTree } from "./planted-tree.ts";

/** The rules that report a plant, each once. */
const reportersOf = (plant: Plant): Promise<string[]> =>
  withPlantedTree({ ...PERMITTED, ...plant }, async (root) => {
    const { violations } = await cruiseTree(root);
    return [...new Set(violations.map(({ rule }) => rule))];
  });

/** Reading every file of the house takes half a minute on a busy machine, ms. */
const WHOLE_TREE_MS = 180_000;

describe("the imports of the house", () => {
  let house: Awaited<ReturnType<typeof cruiseTree>>;
  beforeAll(async () => {
    house = await cruiseTree(ROOT);
  }, WHOLE_TREE_MS);

  test("none is forbidden", () => {
    const { violations } = house;
    expect(violations.map(arrowLine)).toEqual([]);
  });

  test("all are seen: hardly a file of TypeScript stays unread", () => {
    const { modules } = house;
    const written = readSources(ROOT).filter(({ path }) => isTypeScript(path) && path.includes("/"));
    expect(modules).toBeGreaterThan(60);
    expect(modules).toBeGreaterThan(written.length * 0.95);
  });
});

describe("the rules", () => {
  test("each has a planted violation", () => {
    const rules = [...ARROW_RULES, ...RUNTIME_ARROW_RULES].map(({ name }) => name);
    expect(Object.keys(PLANTS).sort()).toEqual(rules.sort());
  });

  test("what they permit passes", async () => {
    await withPlantedTree(PERMITTED, async (root) => {
      const { modules, violations } = await cruiseTree(root);
      expect(violations.map(arrowLine)).toEqual([]);
      expect(modules).toBe(Object.keys(PERMITTED).length);
    });
  });

  test.each(Object.entries(PLANTS))("%s reports its violation, and no other rule does", async (rule, plant) => {
    expect(await reportersOf(plant)).toEqual([rule]);
  });

  test.each(FURTHER_PLANTS)("$rule reports a further way around it (%#)", async ({ rule, plant }) => {
    expect(await reportersOf(plant)).toEqual([rule]);
  });
});
