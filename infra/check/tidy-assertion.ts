import ts from "typescript";
import { parse } from "./parse.ts";
import { isTypeScript, type SourceFile } from "./source.ts";
import type { TreeRule } from "./tidy-rule.ts";

/**
 * How many type assertions (`x as T`, not `as const`) each room may hold outside its codecs and tests. An assertion is a
 * place where the checker takes our word, so a ceiling only ever comes down: whoever removes one lowers it.
 */
const CEILINGS: Readonly<Record<string, number>> = {
  "device-profiles": 11,
  "edge-agent": 1,
  "cloud-api": 3,
  prisma: 7,
  simulators: 0,
  infra: 0,
  tests: 0,
};

/** Codecs turn bytes into values: there, and in generated code, an assertion is the trade. */
const counts = (path: string): boolean =>
  isTypeScript(path) && !/(^|\/)codec\//.test(path) && !/\.test\.tsx?$/.test(path);

export const typeAssertions: TreeRule = {
  name: "type-assertions-only-fall",
  judge: (files) =>
    Object.entries(CEILINGS).flatMap(([room, ceiling]) => {
      const found = files.filter(({ path }) => path.startsWith(`${room}/`) && counts(path)).flatMap(assertionsOf);
      if (found.length <= ceiling) return [];
      return [{ where: room, what: `${found.length} type assertions, ${ceiling} at most: ${found.join(", ")}` }];
    }),
};

function assertionsOf({ path, text }: SourceFile): string[] {
  const source = parse(path, text);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const asserts = ts.isAsExpression(node) || ts.isTypeAssertionExpression(node);
    if (asserts && !ts.isConstTypeReference(node.type)) {
      found.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
