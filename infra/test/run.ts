/**
 * `npm test`: installs what the suites run against, then runs them.
 *   ./x test [--long] [--no-skips] [anything that vitest takes]
 * `--long` adds the long rounds; `--no-skips`, or CI=true, makes any skip fail the run.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "./arguments.ts";
import { DEBIAN_TOOLS, hasTool, packageArgument, TOOLS_VARIABLE } from "./debian-package.ts";
import { NO_SKIPS_VARIABLE } from "./tally-reporter.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const { long, noSkips, vitestArguments } = parseArgs(process.argv.slice(2), process.env);

// Tools that were chosen by hand are taken as they are, and nothing is installed.
if (process.env[TOOLS_VARIABLE] === undefined) {
  spawnSync("sh", ["infra/test/debian-packages.sh", ...DEBIAN_TOOLS.map(packageArgument)], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

// Ctrl-C reaches vitest, which ends its own workers; this process waits for it and passes its code on.
process.on("SIGINT", () => {});
const vitest = spawnSync("node", ["node_modules/vitest/vitest.mjs", "run", ...vitestArguments], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
  env: {
    ...process.env,
    [TOOLS_VARIABLE]: DEBIAN_TOOLS.filter(hasTool).join(","),
    [NO_SKIPS_VARIABLE]: noSkips ? "1" : "0",
    WARDTWIN_TEST_LONG: long ? "1" : "0",
  },
});
process.exit(vitest.status ?? 130);
