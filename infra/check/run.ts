/**
 * `npm run check`: everything that holds the house together without running it.
 *   ./x check              all steps; each runs even if an earlier one failed
 *   ./x check types tidy   these steps alone
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { arrowLine, cruiseTree } from "./arrows.ts";
import { readSources } from "./source.ts";
import { tidyFindings } from "./tidy.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Step {
  name: string;
  /** What a person types to put right what the step complains of, where a command can. */
  remedy?: string;
  /** Says what is wrong, and whether all is well. */
  run(): boolean | Promise<boolean>;
}

const STEPS: readonly Step[] = [
  {
    name: "format",
    remedy: "./x biome check --write",
    run: () => succeeds("biome", "ci", "--linter-enabled=false", "--reporter=summary", "--colors=off"),
  },
  {
    name: "lint",
    remedy: "./x biome lint --write",
    run: () =>
      succeeds(
        "biome",
        "ci",
        "--formatter-enabled=false",
        "--assist-enabled=false",
        "--error-on-warnings",
        "--colors=off",
      ),
  },
  { name: "types", run: checkTypes },
  { name: "arrows", run: checkArrows },
  { name: "unused", run: () => succeeds("knip", "--no-progress") },
  { name: "tidy", run: checkTidy },
];

function succeeds(command: string, ...words: string[]): boolean {
  const path = join(root, "node_modules/.bin", command);
  const { status, error } = spawnSync(path, words, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (error !== undefined) console.log(`${command} could not be started: ${error.message}`);
  return status === 0;
}

function checkTypes(): boolean {
  const projects = ["tsconfig.json", "cloud-api/console/tsconfig.json"].filter((path) => existsSync(join(root, path)));
  return projects.map((project) => succeeds("tsc", "-p", project)).every(Boolean);
}

async function checkArrows(): Promise<boolean> {
  const { modules, violations } = await cruiseTree(root);
  for (const violation of violations) console.log(arrowLine(violation));
  console.log(`${modules} modules, ${violations.length} forbidden imports`);
  return modules > 0 && violations.length === 0;
}

function checkTidy(): boolean {
  const findings = tidyFindings(readSources(root));
  for (const { rule, where, what } of findings) console.log(`${rule}: ${where}: ${what}`);
  return findings.length === 0;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`check has no step ${unknown.join(", ")}; it has ${STEPS.map((step) => step.name).join(", ")}.`);
  process.exit(64);
}

const outcomes: { step: Step; ok: boolean; seconds: string }[] = [];
for (const step of STEPS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n== ${step.name}`);
  const startedMs = performance.now();
  const ok = await step.run();
  outcomes.push({ step, ok, seconds: ((performance.now() - startedMs) / 1000).toFixed(1) });
}
console.log("\n== summary");
for (const { step, ok, seconds } of outcomes) {
  const remedy = ok || step.remedy === undefined ? "" : `   try: ${step.remedy}`;
  console.log(`${ok ? "ok    " : "FAILED"} ${step.name.padEnd(8)} ${seconds.padStart(5)} s${remedy}`);
}
process.exit(outcomes.every(({ ok }) => ok) ? 0 : 1);
