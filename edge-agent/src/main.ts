#!/usr/bin/env node
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { systemClock } from "./clock.ts";
import { CommandError, EXIT } from "./command/command-error.ts";
import { ConfigError } from "./config-error.ts";

const USAGE = `usage: wardtwin-agent run --config <file>
       wardtwin-agent read --profile <id> --line <url> [--unit <u>] [--credentials <file>] [--server-certificate <file>]
       wardtwin-agent decode --profile <id> [--hex] [<file>]
       wardtwin-agent profiles [--json]
read, decode and profiles take --profiles <folder> with profiles of your own.
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** A command loads what it needs when it runs: a table of profiles has no use for a broker's library. */
const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  async run(args) {
    const { config } = parsed(args, { config: text }, 0).values;
    const { run } = await import("./command/run.ts");
    run(required("config", config));
  },

  async read(args) {
    const { values } = parsed(
      args,
      { profile: text, profiles: text, line: text, unit: text, credentials: text, "server-certificate": text },
      0,
    );
    const { readOnce } = await import("./command/read.ts");
    const options = {
      profile: required("profile", values.profile),
      profilesDir: values.profiles,
      line: required("line", values.line),
      unit: values.unit ?? "1",
      credentialsFile: values.credentials,
      serverCertificateFile: values["server-certificate"],
    };
    process.stdout.write(await readOnce(options, { clock: systemClock(), tell: complain }));
  },

  async decode(args) {
    const { values, positionals } = parsed(args, { profile: text, profiles: text, hex: flag }, 1);
    const { decode } = await import("./command/decode.ts");
    const [file = "-"] = positionals;
    const options = {
      profile: required("profile", values.profile),
      profilesDir: values.profiles,
      file: file === "-" ? null : file,
      isHex: values.hex === true,
    };
    await decode(options, process, systemClock());
  },

  async profiles(args) {
    const { values } = parsed(args, { json: flag, profiles: text }, 0);
    const { profilesText } = await import("./command/profiles.ts");
    const { knownProfiles } = await import("./command/known-profile.ts");
    process.stdout.write(profilesText(knownProfiles(values.profiles), values.json === true));
  },
};

function parsed<const Options extends ParseArgsOptionsConfig>(args: string[], options: Options, wordsMax: number) {
  try {
    const found = parseArgs({ args, options, allowPositionals: true });
    const [word] = found.positionals.slice(wordsMax);
    if (word === undefined) return found;
    throw new CommandError(EXIT.usage, `"${word}" is one word too many\n${USAGE}`.trimEnd());
  } catch (error) {
    // An option that nobody knows, or one without its value.
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(EXIT.usage, `${error.message}\n${USAGE}`.trimEnd(), { cause: error });
  }
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new CommandError(EXIT.usage, `--${name} is missing\n${USAGE}`.trimEnd());
}

const complain = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

async function main([name, ...args]: string[]): Promise<void> {
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new CommandError(EXIT.usage, USAGE.trimEnd());
  await command(args);
}

function end(error: unknown): void {
  const exitCode = error instanceof CommandError ? error.exitCode : error instanceof ConfigError ? EXIT.config : null;
  if (exitCode === null || !(error instanceof Error)) throw error;
  complain(error.message);
  process.exit(exitCode);
}

// Whoever reads our lines may have enough of them, as `head` does.
process.stdout.on("error", (error: Error & { code?: string }) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
main(process.argv.slice(2)).catch(end);
