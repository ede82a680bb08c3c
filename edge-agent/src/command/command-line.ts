import type { Readable, Writable } from "node:stream";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { systemClock } from "../clock.ts";
import { CommandError, EXIT } from "./command-error.ts";

const USAGE = `usage: wardtwin-agent run --config <file>
       wardtwin-agent enrol --claim <file or folder> --broker mqtts://<host>[:<port>] --gateway <name> --to <folder>
       wardtwin-agent read --profile <id> --line <url> [--unit <u>] [--credentials <file>] [--server-certificate <file>]
       wardtwin-agent decode --profile <id> [--hex] [<file>]
       wardtwin-agent profiles [--json] [<id>]
read, decode and profiles take --profiles <folder> with profiles of your own.`;

/** What a command reads and writes. */
export interface Terminal {
  stdin: Readable;
  stdout: Writable;
  /** Says something that is no result, such as progress. */
  tell(sentence: string): void;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** A command loads what it needs when it runs: a table of profiles has no use for a broker's library. */
const COMMANDS: Readonly<Record<string, (args: string[], terminal: Terminal) => Promise<void>>> = {
  async run(args) {
    const { values } = parsed(args, { config: text }, 0);
    const configFile = required("config", values.config);
    const { run } = await import("./run.ts");
    run(configFile);
  },

  async enrol(args, { stdout }) {
    const { values } = parsed(args, { claim: text, broker: text, gateway: text, to: text }, 0);
    const options = {
      claim: required("claim", values.claim),
      broker: required("broker", values.broker),
      gateway: required("gateway", values.gateway),
      to: required("to", values.to),
    };
    const { enrol } = await import("./enrol.ts");
    stdout.write(`${await enrol(options)}\n`);
    // Native threads of the MQTT library keep the process alive after all is done.
    process.exit(0);
  },

  async read(args, { stdout, tell }) {
    const known = { profile: text, profiles: text, line: text, unit: text, credentials: text } as const;
    const { values } = parsed(args, { ...known, "server-certificate": text }, 0);
    const options = {
      profile: required("profile", values.profile),
      profilesDir: values.profiles,
      line: required("line", values.line),
      unit: values.unit ?? "1",
      credentialsFile: values.credentials,
      serverCertificateFile: values["server-certificate"],
    };
    const { readOnce } = await import("./read.ts");
    stdout.write(await readOnce(options, { clock: systemClock(), tell }));
  },

  async decode(args, terminal) {
    const { values, positionals } = parsed(args, { profile: text, profiles: text, hex: flag }, 1);
    const [file = "-"] = positionals;
    const options = {
      profile: required("profile", values.profile),
      profilesDir: values.profiles,
      file: file === "-" ? null : file,
      isHex: values.hex === true,
    };
    const { decode } = await import("./decode.ts");
    await decode(options, terminal, systemClock());
  },

  async profiles(args, { stdout }) {
    const { values, positionals } = parsed(args, { json: flag, profiles: text }, 1);
    const { profileText, profilesText } = await import("./profiles.ts");
    const { knownProfile, knownProfiles } = await import("./known-profile.ts");
    const [id] = positionals;
    const isJson = values.json === true;
    stdout.write(
      id === undefined
        ? profilesText(knownProfiles(values.profiles), isJson)
        : profileText(knownProfile(id, values.profiles), isJson),
    );
  },
};

/** Does what a command line says. @throws CommandError, and ConfigError of `run` */
export async function commandLine([name, ...args]: readonly string[], terminal: Terminal): Promise<void> {
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new CommandError(EXIT.usage, USAGE);
  await command(args, terminal);
}

function parsed<const Options extends ParseArgsOptionsConfig>(args: string[], options: Options, wordsMax: number) {
  try {
    const found = parseArgs({ args, options, allowPositionals: true });
    const [word] = found.positionals.slice(wordsMax);
    if (word === undefined) return found;
    throw new CommandError(EXIT.usage, `"${word}" is one word too many\n${USAGE}`);
  } catch (error) {
    // An option that nobody knows, or one without its value.
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(EXIT.usage, `${error.message}\n${USAGE}`, { cause: error });
  }
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new CommandError(EXIT.usage, `--${name} is missing\n${USAGE}`);
}
