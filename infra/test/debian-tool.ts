import { describe, TestRunner, test } from "vitest";
import { type DebianTool, hasTool } from "./debian-package.ts";
import { NOT_APPLICABLE } from "./tally.ts";

export { hasTool, toolPath } from "./debian-package.ts";

/**
 * A suite that runs against a program of Debian's, or against several together. Without them the suite is skipped, the end
 * of the run lists it with the command that installs the programs, and CI fails.
 */
export function describeWith(tools: DebianTool | readonly DebianTool[], name: string, suite: () => void): void {
  const missing = [tools].flat().filter((tool) => !hasTool(tool));
  if (missing.length === 0) describe(name, suite);
  else describe.skip(`${name} (needs ${missing.join(", ")})`, suite);
}

/**
 * Ends the running test as not applicable: the machine's kernel cannot do what it needs, and no package would change
 * that. The end of the run lists it with the reason; it is no skip and fails nothing.
 * @param reason what the kernel lacks, as a sentence for the list
 */
export function notApplicable(reason: string): never {
  const running = TestRunner.getCurrentTest();
  if (running === undefined)
    throw new Error("notApplicable() is called inside a test; for a suite use describeWhere()");
  return running.context.skip(`${NOT_APPLICABLE}${reason}`);
}

/**
 * A suite that only some kernels can run.
 * @param lack null when this machine can run it, else what its kernel lacks
 */
export function describeWhere(lack: string | null, name: string, suite: () => void): void {
  describe(name, lack === null ? suite : () => test("on this kernel", () => notApplicable(lack)));
}
