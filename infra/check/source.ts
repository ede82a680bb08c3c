/** The files of the tree, as the tidy rules read them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface SourceFile {
  /** From the root, with forward slashes. */
  path: string;
  /** Empty for a file that is no text. */
  text: string;
}

/** All files that git tracks or would track; what it ignores is not ours. */
export function readSources(root: string): SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = [...new Set(listed.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path))).sort();
  return paths.map((path) => {
    const bytes = readFileSync(join(root, path));
    return { path, text: bytes.includes(0) ? "" : bytes.toString("utf8") };
  });
}

export const isTypeScript = (path: string): boolean => /\.tsx?$/.test(path) && !isGenerated(path);
export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);
export const isGenerated = (path: string): boolean => /(^|\/)generated\//.test(path);
export const isLockfile = (path: string): boolean => /(^|\/)(pnpm-lock\.yaml|package-lock\.json)$/.test(path);
/** Data, which is as long as it is and spelt as it was found. */
export const isData = (path: string): boolean => /(^|\/)fixtures\/|^tests\/bench\/results\//.test(path);
/** What people write and read as a program. */
export const isCode = (path: string): boolean =>
  !isGenerated(path) &&
  !isData(path) &&
  (/\.(tsx?|m?js|css|html|sh)$/.test(path) || path === "x" || path.startsWith(".ci/"));

/** The part of the product whose time, chance and environment come through one door each. */
export const isProductSource = (path: string): boolean =>
  /^(cloud-api|edge-agent|device-profiles|simulators)\/src\//.test(path) && !isTest(path);
