/** Cruises a tree and judges its imports by arrow-rules.ts. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cruise, type IFlattenedRuleSet, type IForbiddenRuleType } from "dependency-cruiser";
import { ARROW_RULES, RUNTIME_ARROW_RULES } from "./arrow-rules.ts";

/** The rooms of the tree; one that is not there is left out. */
const ROOMS = ["device-profiles", "edge-agent", "cloud-api", "prisma", "simulators", "infra", "tests"];
const NOT_OURS = "(^|/)(generated|dist|fixtures|toolchain)/";

export interface ArrowViolation {
  rule: string;
  from: string;
  to: string;
}

export interface ArrowReport {
  /** How many files of ours were read. A number near 0 means that the cruiser could not read TypeScript. */
  modules: number;
  /** Sorted by rule, each once. */
  violations: ArrowViolation[];
}

/** @param root the folder that holds the rooms */
export async function cruiseTree(root: string): Promise<ArrowReport> {
  const written = await cruiseWith(root, ARROW_RULES, true);
  const atRunTime = await cruiseWith(root, RUNTIME_ARROW_RULES, false);
  return { modules: written.modules, violations: [...written.violations, ...atRunTime.violations] };
}

async function cruiseWith(root: string, rules: readonly IForbiddenRuleType[], types: boolean): Promise<ArrowReport> {
  const ruleSet: IFlattenedRuleSet = { forbidden: [...rules] };
  const { output } = await cruise(
    ROOMS.filter((room) => existsSync(join(root, room))),
    {
      baseDir: root,
      ruleSet,
      validate: true,
      doNotFollow: { path: ["node_modules", NOT_OURS] },
      tsPreCompilationDeps: types,
    },
    { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  );
  if (typeof output === "string") throw new Error(`dependency-cruiser answered with text: ${output}`);
  const ours = output.modules.filter(
    ({ source }) => /\.tsx?$/.test(source) && !/node_modules\/|(^|\/)generated\//.test(source),
  );
  const found = output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
  const distinct = new Map(found.map((violation) => [JSON.stringify(violation), violation]));
  return { modules: ours.length, violations: [...distinct.values()].sort((a, b) => a.rule.localeCompare(b.rule)) };
}

export const arrowLine = ({ rule, from, to }: ArrowViolation): string => `${rule}: ${from} → ${to}`;
