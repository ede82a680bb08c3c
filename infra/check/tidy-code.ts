/** Tidy rules on the grammar of TypeScript. */
import ts from "typescript";
import { parse } from "./parse.ts";
import { isTest, isTypeScript, type SourceFile } from "./source.ts";
import { environmentInConfig, timeAndChanceInTheirDoors } from "./tidy-door.ts";
import { opcUaOnlyAsks } from "./tidy-opc-ua.ts";
import type { Finding, NodeRule } from "./tidy-rule.ts";

const FUNCTION_LINES_MAX = 70;

const functionLength: NodeRule = {
  name: "function-length",
  applies: isTypeScript,
  judge: (node, source) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined || isSuite(node)) return null;
    const line = (at: number) => source.getLineAndCharacterOfPosition(at).line;
    const lines = line(node.getEnd()) - line(node.getStart(source)) + 1;
    return lines > FUNCTION_LINES_MAX ? `a function of ${lines} lines; ${FUNCTION_LINES_MAX} at most` : null;
  },
};

/** The function handed to `describe` is a list of tests, held by the length of its file. */
function isSuite(node: ts.Node): boolean {
  if (!ts.isCallExpression(node.parent)) return false;
  return /^describe/.test(node.parent.expression.getText());
}

const noAny: NodeRule = {
  name: "no-any",
  applies: isTypeScript,
  judge: (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? "`any` switches the checker off; say `unknown`" : null),
};

const noBarrel: NodeRule = {
  name: "no-barrel",
  applies: isTypeScript,
  judge: (node) => {
    if (!ts.isSourceFile(node) || node.statements.length === 0) return null;
    const reExports = (it: ts.Statement) => ts.isExportDeclaration(it) && it.moduleSpecifier !== undefined;
    return node.statements.every(reExports) ? "a file that only re-exports; import from where things are" : null;
  },
};

/** What a run leaves out is decided by describeWith and notApplicable, which name the reason. */
const noSilentTest: NodeRule = {
  name: "no-silent-test",
  applies: isTest,
  judge: (node) => {
    if (ts.isBindingElement(node) && node.name.getText() === "skip") return "skip leaves a test out without a word";
    if (!ts.isPropertyAccessExpression(node) || !["skip", "only", "todo"].includes(node.name.text)) return null;
    let root: ts.Expression = node.expression;
    while (ts.isPropertyAccessExpression(root) || ts.isCallExpression(root)) root = root.expression;
    const runs = ts.isIdentifier(root) && /^(test|it|describe|suite|bench|context|ctx|t)$/.test(root.text);
    return runs ? `.${node.name.text} leaves tests out without a word` : null;
  },
};

export const CODE_RULES: readonly NodeRule[] = [
  functionLength,
  noAny,
  noBarrel,
  noSilentTest,
  environmentInConfig,
  timeAndChanceInTheirDoors,
  opcUaOnlyAsks,
];

/** Reads each file once and shows every node to every rule that applies. */
export function codeFindings(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => isTypeScript(path))
    .flatMap(({ path, text }) => {
      const rules = CODE_RULES.filter((rule) => rule.applies(path));
      const source = parse(path, text);
      const findings: Finding[] = [];
      const visit = (node: ts.Node): void => {
        for (const { name, judge } of rules) {
          const what = judge(node, source);
          if (what === null) continue;
          const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
          findings.push({ rule: name, where: `${path}:${line}`, what });
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return findings;
    });
}
