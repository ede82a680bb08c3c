import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";
import { installCommand, missingTools } from "./debian-package.ts";
import { NOT_APPLICABLE, type Skip, type Tally, tallyReport } from "./tally.ts";

/** Set by run.ts when a skip has to fail the run. */
export const NO_SKIPS_VARIABLE = "WARDTWIN_TEST_NO_SKIPS";

/** Ends a run with the line that CI reads, and with every skip by name; fails the run for skips where none are allowed. */
export class TallyReporter implements Reporter {
  #filteredByName = false;

  onInit(vitest: Vitest): void {
    this.#filteredByName = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tally = tallyOf(modules, unhandled.length, this.#filteredByName);
    const missing = missingTools();
    const noSkips = process.env[NO_SKIPS_VARIABLE] === "1";
    const install = missing.length > 0 ? installCommand(missing) : null;
    for (const line of tallyReport(tally, { install, noSkips })) console.log(line);
    if (noSkips && tally.skipped.length > 0) process.exitCode = 1;
  }
}

/**
 * Counts tests. A suite or file that fails outside its tests (an import, a hook) counts as one more failure, and so does
 * an error that nobody caught: the line never reads "0 failed" of a run that failed.
 * @param filteredByName when -t chose the tests, those it left out are no skips
 */
function tallyOf(modules: readonly TestModule[], unhandled: number, filteredByName: boolean): Tally {
  const skips = new Map<string, number>();
  const notApplicable: Tally["notApplicable"][number][] = [];
  let passed = 0;
  let failed = unhandled;
  for (const module of modules) {
    failed += [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") passed += 1;
      else if (result.state === "failed") failed += 1;
      else if (result.state === "skipped" && result.note?.startsWith(NOT_APPLICABLE)) {
        notApplicable.push({ name: nameOf(test), reason: result.note.slice(NOT_APPLICABLE.length) });
      } else if (!filteredByName) {
        const name = nameOf(outermostSkipped(test));
        skips.set(name, (skips.get(name) ?? 0) + 1);
      }
    }
  }
  const skipped: Skip[] = [...skips].map(([name, tests]) => ({ name, tests }));
  return { passed, failed, skipped, notApplicable };
}

/** The outermost suite around a test that was skipped as a whole, so that a suite is named once; else the test. */
function outermostSkipped(test: TestCase): TestCase | TestSuite {
  let outermost: TestCase | TestSuite = test;
  for (let around = test.parent; around.type === "suite"; around = around.parent) {
    if (around.options.mode === "skip") outermost = around;
  }
  return outermost;
}

const nameOf = (entity: TestCase | TestSuite): string => `${entity.module.relativeModuleId} > ${entity.fullName}`;
