import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hasTool, installCommand, missingTools, packageArgument, TOOLS_VARIABLE, toolPath } from "./debian-package.ts";

const SCRIPT = fileURLToPath(new URL("debian-packages.sh", import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wardtwin-tools-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs the script with a PATH of a few commands of ours, as a user who may install nothing. */
function runScript(...packages: string[]) {
  symlinkSync("/bin/sh", join(folder, "sh"));
  writeFileSync(join(folder, "id"), "#!/bin/sh\necho 1000\n");
  chmodSync(join(folder, "id"), 0o755);
  return spawnSync("sh", [SCRIPT, ...packages], { encoding: "utf8", env: { PATH: folder } });
}

test("a tool that the environment does not list is missing, wherever it lies", () => {
  writeFileSync(join(folder, "socat"), "");
  chmodSync(join(folder, "socat"), 0o755);
  vi.stubEnv("PATH", folder);
  vi.stubEnv(TOOLS_VARIABLE, "socat");
  expect(toolPath("socat")).toBe(join(folder, "socat"));
  vi.stubEnv(TOOLS_VARIABLE, "");
  expect(hasTool("socat")).toBe(false);
  expect(missingTools()).toContain("socat");
});

test("a package without a command is there when its file is", () => {
  const library = join(folder, "library.h");
  const told = () => runScript(`libsomething-dev=${library}`).stderr;
  expect(told()).toContain("apt-get install -y --no-install-recommends libsomething-dev");
  rmSync(join(folder, "sh"));
  rmSync(join(folder, "id"));
  writeFileSync(library, "");
  expect(told()).toBe("");
  expect(packageArgument("libmodbus-dev")).toMatch(/^libmodbus-dev=\/.*modbus\.h$/);
  expect(packageArgument("socat")).toBe("socat");
});

test("a file that may not be executed is no tool", () => {
  writeFileSync(join(folder, "chromium"), "");
  vi.stubEnv("PATH", folder);
  vi.stubEnv(TOOLS_VARIABLE, "chromium");
  expect(toolPath("chromium")).not.toBe(join(folder, "chromium"));
});

test("who is not root is told what is missing and the command that installs it, and nothing fails", () => {
  const { status, stderr } = runScript("no-such-tool", "sh", "another");
  expect(status).toBe(0);
  expect(stderr).toContain("no-such-tool another not found");
  expect(stderr).toContain("apt-get install -y --no-install-recommends no-such-tool another");
});

test("with nothing missing the script says nothing", () => {
  expect(runScript("sh", "id")).toMatchObject({ status: 0, stderr: "", stdout: "" });
});

test("the command names every missing tool", () => {
  expect(installCommand(["socat", "chromium"])).toBe("sudo apt-get install -y --no-install-recommends socat chromium");
});
