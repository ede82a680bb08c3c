import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The programs and libraries outside npm that some suites run against. Each is a Debian package that brings a command of its
 * own name, or the file that FILE_OF knows; debian-packages.sh installs them. A new one is added here and nowhere else.
 */
export const DEBIAN_TOOLS = [
  "redis-server",
  "mosquitto",
  "socat",
  "chromium",
  "gcc",
  "libc6-dev",
  "libmodbus-dev",
  "python3-pymodbus",
  "python3-serial-asyncio",
  "faketime",
] as const;
export type DebianTool = (typeof DEBIAN_TOOLS)[number];

const PYTHON = "/usr/lib/python3/dist-packages";
/** The packages that bring no command, and a file by which they are known. */
const FILE_OF: Readonly<Partial<Record<DebianTool, string>>> = {
  "libc6-dev": "/usr/include/stdio.h",
  "libmodbus-dev": "/usr/include/modbus/modbus.h",
  "python3-pymodbus": `${PYTHON}/pymodbus/__init__.py`,
  "python3-serial-asyncio": `${PYTHON}/serial_asyncio/__init__.py`,
};

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

/** A tool as debian-packages.sh wants it: the package, and the file by which it is known where that is no command. */
export const packageArgument = (tool: DebianTool): string =>
  FILE_OF[tool] === undefined ? tool : `${tool}=${FILE_OF[tool]}`;

/** Where a tool lies on this machine, or null when it is missing or kept from the suites by WARDTWIN_TEST_TOOLS. */
export function toolPath(tool: DebianTool): string | null {
  const allowed = process.env[TOOLS_VARIABLE]?.split(",");
  if (allowed !== undefined && !allowed.includes(tool)) return null;
  const file = FILE_OF[tool];
  if (file !== undefined) return existsSync(file) ? file : null;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...DAEMON_FOLDERS];
  return folders.map((folder) => join(folder, tool)).find(isExecutable) ?? null;
}

export const hasTool = (tool: DebianTool): boolean => toolPath(tool) !== null;

export const missingTools = (): DebianTool[] => DEBIAN_TOOLS.filter((tool) => !hasTool(tool));

/** The command that a person types to have these tools. */
export const installCommand = (tools: readonly DebianTool[]): string =>
  `sudo apt-get install -y --no-install-recommends ${tools.join(" ")}`;
