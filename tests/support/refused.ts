import { expect } from "vitest";
import { type HouseOptions, launch } from "./house.ts";

/**
 * Starts a house that cannot start. It has to end by itself with nothing on stdout, and the last thing that it writes is
 * one sentence without a stack, which is returned.
 */
export async function refused(
  options: HouseOptions,
): Promise<{ code: number | null; sentence: string; stderr: string }> {
  const { code, stdout, stderr } = await launch(options).ended();
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/\n {4}at /);
  // Progress is told with its time in front.
  const said = stderr
    .split("\n")
    .filter((line) => line !== "" && !/^ *\d+\.\d s /.test(line) && !line.startsWith("Wardtwin 0."));
  expect(said).toHaveLength(1);
  return { code, sentence: said[0] ?? "", stderr };
}
