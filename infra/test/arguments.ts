export interface TestArguments {
  long: boolean;
  noSkips: boolean;
  vitestArguments: string[];
}

/** Takes our own words out of the arguments of `npm test`; all others are vitest's. */
export function parseArgs(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): TestArguments {
  const ci = environment["CI"];
  return {
    long: words.includes("--long"),
    noSkips: words.includes("--no-skips") || (ci !== undefined && ci !== "" && ci !== "false" && ci !== "0"),
    vitestArguments: words.filter((word) => word !== "--long" && word !== "--no-skips" && word !== "--"),
  };
}
