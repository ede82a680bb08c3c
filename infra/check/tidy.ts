/** The tidy rules: what STYLE holds of every file, that no other tool checks. tests/house/tidy.test.ts breaks each. */
import type { SourceFile } from "./source.ts";
import { typeAssertions } from "./tidy-assertion.ts";
import { CODE_RULES, codeFindings } from "./tidy-code.ts";
import { readmes } from "./tidy-readme.ts";
import type { Finding, TreeRule } from "./tidy-rule.ts";
import { TEXT_RULES } from "./tidy-text.ts";

const TREE_RULES: readonly TreeRule[] = [...TEXT_RULES, readmes, typeAssertions];

/** The names of all rules; each has its planted violation. */
export const TIDY_RULES: readonly string[] = [...TREE_RULES, ...CODE_RULES].map(({ name }) => name);

/** @returns what is untidy, rule by rule; empty when all is well */
export function tidyFindings(files: readonly SourceFile[]): Finding[] {
  const ofTree = TREE_RULES.flatMap((rule) => rule.judge(files).map((finding) => ({ rule: rule.name, ...finding })));
  return [...ofTree, ...codeFindings(files)];
}
