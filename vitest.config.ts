import { defineConfig } from "vitest/config";
import { TallyReporter } from "./infra/test/tally-reporter.ts";

/** Set by infra/test/run.ts for `--long`. */
const long = process.env["WARDTWIN_TEST_LONG"] === "1";

const NEVER = ["**/node_modules/**", "**/dist/**", "**/generated/**"];
const LONG = "**/*.long.test.ts";
const CONSOLE = "cloud-api/console/**";

/** Journeys that kill and freeze what they stand on, and look at how it comes back. */
const VIOLENT = ["tests/chaos/**/*.test.ts", "tests/flow/survival.test.ts"];

/**
 * A journey has a database, a broker and processes of its own, and waits for them most of the time: three at once fill
 * two cores, after the suites that only compute. The violent ones come last and one at a time.
 */
export default defineConfig({
  test: {
    pool: "forks",
    reporters: ["default", new TallyReporter()],
    projects: [
      {
        test: project(
          "unit",
          ["{device-profiles,edge-agent,cloud-api,prisma,simulators,infra}/**/*.test.ts"],
          [CONSOLE],
        ),
      },
      { test: project("console", ["cloud-api/console/**/*.test.{ts,tsx}"]) },
      { test: project("house", ["tests/house/**/*.test.ts"]) },
      { test: turn(1, 3, project("journey", ["tests/**/*.test.ts"], ["tests/house/**", ...VIOLENT])) },
      { test: turn(2, 1, project("violent", VIOLENT)) },
      ...(long ? [{ test: turn(3, 1, longRounds()) }] : []),
    ],
  },
});

function project(name: string, include: string[], exclude: string[] = []) {
  return {
    name,
    include,
    exclude: [...NEVER, LONG, ...exclude],
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    sequence: { groupOrder: 0 },
  };
}

function longRounds() {
  return { ...project("long", [LONG]), exclude: NEVER, testTimeout: 600_000, hookTimeout: 120_000 };
}

/** So many files at a time, after the turns before. */
function turn(groupOrder: number, maxWorkers: number, options: ReturnType<typeof project>) {
  return { ...options, maxWorkers, sequence: { groupOrder } };
}
