import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The programs outside npm that some suites run against. Each is a command and, under the same name, the Debian package
 * that brings it; debian-packages.sh installs them. A new one is added here and nowhere else.
 */
export const DEBIAN_TOOLS = ["redis-server", "mosquitto", "socat", "chromium"] as const;
export type DebianTool = (typeof DEBIAN_TOOLS)[number];

/** Debian keeps daemons where an ordinary user's PATH does not look. */
const DAEMON_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The environment variable that lists, with commas, the tools that suites may use. An empty one means none. */
export const TOOLS_VARIABLE = "WARDTWIN_TEST_TOOLS";

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Where a tool lies on this machine, or null when it is missing or kept from the suites by WARDTWIN_TEST_TOOLS. */
export function toolPath(tool: DebianTool): string | null {
  const allowed = process.env[TOOLS_VARIABLE]?.split(",");
  if (allowed !== undefined && !allowed.includes(tool)) return null;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...DAEMON_FOLDERS];
  return folders.map((folder) => join(folder, tool)).find(isExecutable) ?? null;
}

export const hasTool = (tool: DebianTool): boolean => toolPath(tool) !== null;

export const missingTools = (): DebianTool[] => DEBIAN_TOOLS.filter((tool) => !hasTool(tool));

/** The command that a person types to have these tools. */
export const installCommand = (tools: readonly DebianTool[]): string =>
  `sudo apt-get install -y --no-install-recommends ${tools.join(" ")}`;
