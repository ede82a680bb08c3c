import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Decoded, merged } from "@wardtwin/device-profiles/codec/decoded";
import type { Result } from "@wardtwin/device-profiles/vocabulary/result";
import pino from "pino";
import type { Clock } from "../clock.ts";
import { type LineSettings, lineOf } from "../config.ts";
import type { LineReader, ReadFault } from "../reading/device.ts";
import { openReader } from "../reading/open-reader.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { faultWords } from "./fault-sentence.ts";
import { knownProfile, knownProfiles } from "./known-profile.ts";
import { readingsTable } from "./readings-table.ts";

export interface ReadOptions {
  profile: string;
  profilesDir: string | undefined;
  line: string;
  unit: string;
  credentialsFile: string | undefined;
  serverCertificateFile: string | undefined;
}

interface Deps {
  clock: Clock;
  /** Says something that is no result: progress, and what did not answer. */
  tell(sentence: string): void;
}

/** One reading is told whole on the terminal, and has no log. */
const UNLOGGED = pino({ enabled: false });
/** Somebody who waits longer than this wants to know for what, ms. */
const PATIENCE_MS = 2_000;
/** How often a line that is only listened to is asked what was heard, ms. */
const LISTEN_EVERY_MS = 100;

/**
 * Polls one device once, with every poll of its profile.
 * @returns a table for a person
 * @throws CommandError where nothing answers, or not what the profile expects
 */
export async function readOnce(options: ReadOptions, deps: Deps): Promise<string> {
  const line = lineSettings(options);
  const { profile } = line;
  const pkiDir = mkdtempSync(join(tmpdir(), "wardtwin-read-"));
  const reader = openReader(line, { clock: deps.clock, log: UNLOGGED, pkiDir });
  const late = setTimeout(
    () => deps.tell(`waiting for ${profile.id} at ${options.line}, unit ${options.unit} …`),
    PATIENCE_MS,
  );
  try {
    return readingsTable(profile, await allPolls(reader, line, options, deps));
  } finally {
    clearTimeout(late);
    await reader.close();
    rmSync(pkiDir, { recursive: true, force: true });
  }
}

/** What all polls brought. A poll that fails is told; only when none answers is that the end. */
async function allPolls(
  reader: LineReader,
  { profile }: LineSettings,
  options: ReadOptions,
  { tell }: Deps,
): Promise<Decoded> {
  const heard: Decoded[] = [];
  const faults: [poll: string, fault: ReadFault][] = [];
  for (const poll of Object.keys(profile.polls)) {
    const result = await answer(reader, options.unit, poll);
    if (result.ok) heard.push(result.value);
    else faults.push([poll, result.fault]);
    // A line that does not open opens for no other poll either.
    if (!result.ok && heard.length === 0 && result.fault.startsWith("link.")) break;
  }
  const [first] = faults;
  if (heard.length === 0 && first !== undefined) throw unanswered(first[1], options);
  for (const [poll, fault] of faults) tell(`poll ${poll}: ${faultWords(fault)} (${fault})`);
  return merged(heard);
}

async function answer(reader: LineReader, unit: string, poll: string): Promise<Result<Decoded, ReadFault>> {
  for (;;) {
    const result = await reader.read(unit, poll);
    if (result !== null) return result;
    await pause(LISTEN_EVERY_MS);
  }
}

function unanswered(fault: ReadFault, { profile, line, unit }: ReadOptions): CommandError {
  const where = `${line}, unit ${unit}`;
  if (fault === "link.credentials" || fault === "link.certificate") {
    return new CommandError(EXIT.config, `${where} cannot be used: ${faultWords(fault)}`);
  }
  if (fault.startsWith("link.") || fault === "codec.vacant") {
    return new CommandError(EXIT.unreachable, `nothing answers at ${where}: ${faultWords(fault)}`);
  }
  return new CommandError(EXIT.badInput, `what answers at ${where} is not ${profile}: ${faultWords(fault)}`);
}

const OPTION_OF: Readonly<Record<string, string>> = {
  "/url": "--line",
  "/units/0": "--unit",
  "/credentialsFile": "--credentials",
  "/serverCertificateFile": "--server-certificate",
};

/** The line that the options describe, checked as one of a configuration is. */
function lineSettings(options: ReadOptions): LineSettings {
  const { line: url, unit, credentialsFile, serverCertificateFile } = options;
  const profile = knownProfile(options.profile, options.profilesDir);
  const line = {
    id: "line",
    url,
    protocol: profile.protocol,
    profile: profile.id,
    units: [unit],
    ...(credentialsFile === undefined ? {} : { credentialsFile }),
    ...(serverCertificateFile === undefined ? {} : { serverCertificateFile }),
  };
  const refuse = (path: string, reason: string): never => {
    const exitCode = path.endsWith("File") ? EXIT.config : EXIT.usage;
    throw new CommandError(exitCode, `${OPTION_OF[path] ?? "read"}: ${reason}`);
  };
  return lineOf(line, "", knownProfiles(options.profilesDir), refuse, (path, name) => fileAt(path, name, refuse));
}

function fileAt(path: string, name: string, refuse: (path: string, reason: string) => never): Buffer {
  try {
    return readFileSync(name);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return refuse(path, `${name} cannot be read (${code})`);
  }
}
