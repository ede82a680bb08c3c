#!/usr/bin/env node
import { CommandError, EXIT } from "./command/command-error.ts";
import { commandLine } from "./command/command-line.ts";
import { ConfigError } from "./config-error.ts";

const tell = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** One sentence and an exit code for what a person can mend; everything for what only we can. */
function end(error: unknown): void {
  if (error instanceof CommandError) {
    tell(error.message);
    process.exit(error.exitCode);
  }
  if (!(error instanceof ConfigError)) throw error;
  tell(error.message);
  process.exit(EXIT.config);
}

// Whoever reads our lines may have enough of them, as `head` does.
process.stdout.on("error", (error: Error & { code?: string }) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
const { stdin, stdout } = process;
commandLine(process.argv.slice(2), { stdin, stdout, tell }).catch(end);
