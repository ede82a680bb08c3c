/** Doors that no import betrays: the environment, the time and chance are globals. */
import ts from "typescript";
import { isProductSource, isTest } from "./source.ts";
import type { NodeRule } from "./tidy-rule.ts";

/** Files that go around a door, and why. Everything here is seen in review. */
const ALLOWED: readonly { path: RegExp; use: RegExp; reason: string }[] = [
  { path: /(^|\/)clock\.ts$/, use: /^(Date|performance|process\.hrtime|uptime)/, reason: "the door of time" },
  { path: /(^|\/)random\.ts$/, use: /^(Math\.random|random|getRandom)/, reason: "the door of chance" },
  { path: /(^|\/)config\.ts$/, use: /^process\.env$/, reason: "the door of the environment" },
  {
    path: /^cloud-api\/src\/access\//,
    use: /^(random|getRandom)/,
    reason: "secrets come from the system's own randomness and are never replayed from a seed",
  },
  {
    path: /^edge-agent\/src\/clock\.ts$/,
    use: /^randomUUID$/,
    reason: "where the kernel names no boot, each start of the agent is given a name of its own",
  },
  {
    path: /^prisma\/src\/(generate|embedded\/program)\.ts$/,
    use: /^process\.env$/,
    reason: "hands the environment to a program that it starts; reads no setting of ours",
  },
];

const isAllowed = (path: string, use: string): boolean => ALLOWED.some((it) => it.path.test(path) && it.use.test(use));

const RANDOM = ["randomUUID", "randomBytes", "randomInt", "randomFill", "randomFillSync", "getRandomValues"];

/** `process.env`, or `env` brought in from node:process. */
export const environmentInConfig: NodeRule = {
  name: "environment-only-in-config",
  applies: (path) => isProductSource(path) || (path.startsWith("prisma/src/") && !isTest(path)),
  judge: (node, source) => {
    if (!isDotted(node, "process", "env") && !importsName(node, /^(node:)?process$/, ["env"])) return null;
    return isAllowed(source.fileName, "process.env") ? null : "process.env is read in config.ts alone";
  },
};

/** The clock and the dice: whatever makes a second run differ from the first. */
export const timeAndChanceInTheirDoors: NodeRule = {
  name: "time-and-chance-only-in-clock-and-random",
  applies: isProductSource,
  judge: (node, source) => {
    const use = useOfTimeOrChance(node);
    if (use === null || isAllowed(source.fileName, use)) return null;
    return `${use} is read in clock.ts or random.ts alone, and handed in`;
  },
};

function useOfTimeOrChance(node: ts.Node): string | null {
  if (isDotted(node, "Date", "now")) return "Date.now";
  if (ts.isNewExpression(node) && isDate(node.expression) && (node.arguments ?? []).length === 0) return "Date";
  if (ts.isCallExpression(node) && isDate(node.expression)) return "Date";
  if (isDotted(node, "performance", "now") || isDotted(node, "performance", "timeOrigin")) return "performance.now";
  if (isDotted(node, "process", "hrtime")) return "process.hrtime";
  if (
    isDotted(node, "process", "uptime") ||
    isDotted(node, "os", "uptime") ||
    importsName(node, /^(node:)?os$/, ["uptime"])
  )
    return "uptime";
  if (isDotted(node, "Math", "random")) return "Math.random";
  const random = RANDOM.find((name) => isDotted(node, "crypto", name) || isDotted(node, "webcrypto", name));
  if (random !== undefined) return random;
  return RANDOM.find((name) => importsName(node, /^(node:)?crypto$/, [name])) ?? null;
}

const isNamed = (node: ts.Node, name: string): boolean => ts.isIdentifier(node) && node.text === name;

const isDate = (node: ts.Node): boolean => isNamed(node, "Date") || isDotted(node, "globalThis", "Date");

/** `object.name`, also at the end of a longer chain (`globalThis.object.name`). */
function isDotted(node: ts.Node, object: string, name: string): boolean {
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== name) return false;
  const owner = node.expression;
  return isNamed(owner, object) || (ts.isPropertyAccessExpression(owner) && owner.name.text === object);
}

/** A named import from a module, under whatever local name. */
function importsName(node: ts.Node, module: RegExp, names: readonly string[]): boolean {
  if (!ts.isImportSpecifier(node) || !names.includes((node.propertyName ?? node.name).text)) return false;
  const from = node.parent.parent.parent;
  const specifier = ts.isImportDeclaration(from) ? from.moduleSpecifier : null;
  return specifier !== null && ts.isStringLiteral(specifier) && module.test(specifier.text);
}
