import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { EXIT_CONFIG, StartError } from "./start-error.ts";

export interface ChildSpec {
  name: string;
  /** Path of the program's .ts file and its arguments. */
  command: readonly string[];
  env: Record<string, string | undefined>;
  logFile: string;
}

export interface Child {
  name: string;
  pid: number;
  /** Resolves with the exit code, or null after a signal. */
  exited: Promise<number | null>;
  /** The first message over the channel, or the first JSON line on stdout, that `wanted` accepts. */
  told(wanted: (message: Record<string, unknown>) => boolean, timeoutMs: number): Promise<Record<string, unknown>>;
  /** Asks it to end, and ends it after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  killNow(): void;
}

const LOG_BYTES_MAX = 10 * 1024 * 1024;
const LAST_LINES = 20;

/** Appends lines to a file; at 10 MB it becomes `.1`, in place of the one before. */
function openLogFile(file: string): (line: string) => void {
  let bytes = existsSync(file) ? statSync(file).size : 0;
  return (line) => {
    if (bytes > LOG_BYTES_MAX) {
      renameSync(file, `${file}.1`);
      bytes = 0;
    }
    const text = `${line}\n`;
    appendFileSync(file, text, { mode: 0o600 });
    bytes += Buffer.byteLength(text);
  };
}

/**
 * Starts a program of the house in a process group of its own, so that Ctrl-C reaches this process alone, which then ends
 * the others in order. When this process dies, its channel closes and the child ends by itself.
 */
export function startChild({ name, command, env, logFile }: ChildSpec): Child {
  const process_ = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...command], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const log = openLogFile(logFile);
  const last: string[] = [];
  const listeners = new Set<(message: Record<string, unknown>) => void>();
  const hear = (message: unknown) => {
    if (typeof message !== "object" || message === null) return;
    for (const listener of listeners) listener({ ...message });
  };
  process_.on("message", hear);
  if (process_.stderr !== null) {
    createInterface({ input: process_.stderr }).on("line", (line) => {
      log(line);
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
    });
  }
  if (process_.stdout !== null) {
    createInterface({ input: process_.stdout }).on("line", (line) => {
      if (line.startsWith("{")) hear(jsonOf(line));
      else log(line);
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    process_.once("exit", (code) => resolve(code));
    process_.once("error", () => resolve(-1));
  });
  return {
    name,
    pid: process_.pid ?? -1,
    exited,
    told: (wanted, timeoutMs) => firstTold({ name, exited, listeners, last, logFile }, wanted, timeoutMs),
    stop: (graceMs) => stopChild(process_, exited, graceMs),
    killNow: () => killGroup(process_),
  };
}

interface Telling {
  name: string;
  exited: Promise<number | null>;
  listeners: Set<(message: Record<string, unknown>) => void>;
  last: readonly string[];
  logFile: string;
}

function firstTold(
  { name, exited, listeners, last, logFile }: Telling,
  wanted: (message: Record<string, unknown>) => boolean,
  timeoutMs: number,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      listeners.delete(listener);
    };
    const listener = (message: Record<string, unknown>) => {
      if (!wanted(message)) return;
      done();
      resolve(message);
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`${name} did not come up within ${timeoutMs / 1_000} s; ${logFile} may say why`));
    }, timeoutMs);
    listeners.add(listener);
    void exited.then((code) => {
      done();
      const said = last.at(-1) ?? `${name} ended with code ${code}`;
      reject(
        code === EXIT_CONFIG ? new StartError(said) : new Error(`${name} ended with code ${code}: ${last.join("\n")}`),
      );
    });
  });
}

async function stopChild(child: ChildProcess, exited: Promise<number | null>, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child), graceMs);
  await exited;
  clearTimeout(timer);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended in this moment.
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
