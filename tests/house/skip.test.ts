import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Plant, ROOT, withPlantedTree } from "./planted-tree.ts";

const CONFIG = `import { defineConfig } from "vitest/config";
import { TallyReporter } from "./infra/test/tally-reporter.ts";
export default defineConfig({ test: { reporters: [new TallyReporter()] } });
`;
const PASSES = 'import { test } from "vitest";\ntest("passes", () => {});\n';
const NEEDS_TOOL = `import { test } from "vitest";
import { describeWith } from "@wardtwin/infra/test/debian-tool";
describeWith("mosquitto", "on another broker", () => { test("one", () => {}); test("two", () => {}); });
`;
const NEEDS_KERNEL = `import { test } from "vitest";
import { describeWhere, notApplicable } from "@wardtwin/infra/test/debian-tool";
test("half-open link", () => notApplicable("no network namespaces"));
describeWhere("no user namespaces", "as root", () => { test("never runs", () => { throw new Error(); }); });
`;

const runner = (): Plant => {
  const files = readdirSync(join(ROOT, "infra/test")).filter((name) => /(?<!\.test)\.ts$/.test(name));
  return Object.fromEntries(
    files.map((name) => [`infra/test/${name}`, readFileSync(join(ROOT, "infra/test", name), "utf8")]),
  );
};

/** Runs planted tests without mosquitto. */
const runTests = (tests: Plant, noSkips: boolean): Promise<{ status: number | null; lines: string[] }> =>
  withPlantedTree({ ...runner(), "vitest.config.ts": CONFIG, ...tests }, async (root) => {
    const { status, stdout } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run"], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], WARDTWIN_TEST_TOOLS: "", WARDTWIN_TEST_NO_SKIPS: noSkips ? "1" : "0" },
    });
    return { status, lines: stdout.trimEnd().split("\n") };
  });

test("a suite without its tool is skipped, counted, and listed with the command that brings the tool", async () => {
  const { status, lines } = await runTests({ "a.test.ts": PASSES, "b.test.ts": NEEDS_TOOL }, false);
  expect(status).toBe(0);
  expect(lines.at(-1)).toBe("1 passed, 0 failed, 2 skipped");
  expect(lines).toContainEqual("  b.test.ts > on another broker (needs mosquitto) (2 tests)");
  expect(lines.join()).toContain("apt-get install -y --no-install-recommends redis-server mosquitto");
});

test("the same skip fails a run that allows none", async () => {
  const { status, lines } = await runTests({ "a.test.ts": PASSES, "b.test.ts": NEEDS_TOOL }, true);
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe("1 passed, 0 failed, 2 skipped");
});

test("what the kernel cannot run is listed with its reason, and is no skip", async () => {
  const { status, lines } = await runTests({ "a.test.ts": PASSES, "b.test.ts": NEEDS_KERNEL }, true);
  expect(status).toBe(0);
  expect(lines.at(-1)).toBe("1 passed, 0 failed, 0 skipped");
  expect(lines).toContainEqual("  b.test.ts > half-open link: no network namespaces");
  expect(lines).toContainEqual("  b.test.ts > as root > on this kernel: no user namespaces");
});

test("a failure outside the tests is counted as one", async () => {
  const { status, lines } = await runTests(
    { "a.test.ts": PASSES, "b.test.ts": 'throw new Error("at import");\n' },
    false,
  );
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe("1 passed, 1 failed, 0 skipped");
});
