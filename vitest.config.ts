import { defineConfig } from "vitest/config";
import { TallyReporter } from "./infra/test/tally-reporter.ts";

/** Set by infra/test/run.ts for `--long`. */
const long = process.env["WARDTWIN_TEST_LONG"] === "1";

const NEVER = ["**/node_modules/**", "**/dist/**", "**/generated/**"];
const LONG = "**/*.long.test.ts";
const CONSOLE = "cloud-api/console/**";

/**
 * Suites that check a machine's share of the work (a journey has a database, a broker and processes of its own) run one
 * at a time and after the others, so that two cores are enough for them.
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
      { test: alone(project("journey", ["tests/**/*.test.ts"], ["tests/house/**"]), 1) },
      ...(long ? [{ test: alone(longRounds(), 2) }] : []),
    ],
  },
});

function project(name: string, include: string[], exclude: string[] = []) {
  return {
    name,
    include,
    exclude: [...NEVER, LONG, ...exclude],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    sequence: { groupOrder: 0 },
  };
}

function longRounds() {
  return { ...project("long", [LONG]), exclude: NEVER, testTimeout: 600_000, hookTimeout: 120_000 };
}

/** One file at a time, in the given turn. */
function alone(options: ReturnType<typeof project>, turn: number) {
  return { ...options, maxWorkers: 1, sequence: { groupOrder: turn } };
}
