import type ts from "typescript";
import type { SourceFile } from "./source.ts";

export interface Finding {
  rule: string;
  /** `path` or `path:line`. */
  where: string;
  what: string;
}

/** A rule that looks at files as text, or at the tree as a whole. */
export interface TreeRule {
  name: string;
  judge(files: readonly SourceFile[]): Omit<Finding, "rule">[];
}

/** A rule that looks at one node of one TypeScript file. */
export interface NodeRule {
  name: string;
  applies(path: string): boolean;
  /** @returns what is wrong with the node, or null */
  judge(node: ts.Node, source: ts.SourceFile): string | null;
}

/** Every match of a pattern, by path and line. */
export function matches(file: SourceFile, pattern: RegExp): { where: string; what: string }[] {
  return file.text.split("\n").flatMap((line, i) => {
    const found = pattern.exec(line);
    return found === null ? [] : [{ where: `${file.path}:${i + 1}`, what: found[0] }];
  });
}
