/** What a run came to. Tests that the kernel cannot run are listed and are none of the three. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: readonly Skip[];
  notApplicable: readonly { name: string; reason: string }[];
}

/** The suite or test that was skipped, and how many tests that left out. */
export interface Skip {
  name: string;
  tests: number;
}

/** The start of a skip's note that says: this kernel cannot, and no package would help. */
export const NOT_APPLICABLE = "not applicable: ";

/** The line that CI reads, alone on its line. */
export const tallyLine = (tally: Tally): string =>
  `${tally.passed} passed, ${tally.failed} failed, ${skippedTests(tally)} skipped`;

export const skippedTests = (tally: Tally): number => tally.skipped.reduce((sum, skip) => sum + skip.tests, 0);

/**
 * What the end of a run says, line by line; the last one is `tallyLine`.
 * @param install the command that brings the missing tools, or null when none is missing
 */
export function tallyReport(tally: Tally, options: { install: string | null; noSkips: boolean }): string[] {
  const lines = [""];
  if (tally.notApplicable.length > 0) lines.push("Not applicable on this machine:");
  for (const { name, reason } of tally.notApplicable) lines.push(`  ${name}: ${reason}`);
  if (tally.skipped.length > 0) {
    lines.push("Skipped:");
    for (const { name, tests } of tally.skipped) lines.push(`  ${name} (${tests} ${tests === 1 ? "test" : "tests"})`);
    if (options.install !== null) lines.push(`What they may be missing is installed by: ${options.install}`);
    if (options.noSkips) lines.push("A skip fails this run, because CI is set or --no-skips was given.");
  }
  return [...lines, tallyLine(tally)];
}
