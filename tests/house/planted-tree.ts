import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const PACKAGES = [
  "device-profiles",
  "edge-agent",
  "cloud-api",
  "cloud-api/console",
  "prisma",
  "simulators",
  "infra",
  "tests",
];

/** Files by path. */
export type Plant = Readonly<Record<string, string>>;

/**
 * Writes files into a folder that has the rooms of the house, their exports maps and every package that any room has
 * installed, so that an import resolves there as it would at home; hands it over and removes it.
 */
export async function withPlantedTree<T>(files: Plant, use: (root: string) => Promise<T>): Promise<T> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "wardtwin-planted-")));
  try {
    for (const name of PACKAGES) {
      mkdirSync(join(root, name), { recursive: true });
      cpSync(join(ROOT, name, "package.json"), join(root, name, "package.json"));
    }
    linkPackages(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function linkPackages(root: string): void {
  for (const folder of ["", ...PACKAGES].map((name) => join(ROOT, name, "node_modules")).filter(existsSync)) {
    for (const name of packagesIn(folder)) link(join(folder, name), join(root, "node_modules", name));
  }
  for (const name of PACKAGES) link(join(root, name), join(root, "node_modules/@wardtwin", name.replace(/^.*\//, "")));
}

/** Without our own, which have to be those of the planted tree. */
function packagesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith(".") && name !== "@wardtwin");
  return names.flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(folder, name)).map((it) => `${name}/${it}`) : [name],
  );
}

function link(target: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
