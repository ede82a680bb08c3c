import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../clock.ts";
import { openDecoder, whyUnheard } from "../reading/open-decoder.ts";
import type { StreamDecoder, StreamEvent } from "../reading/stream-decoder.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { DecodedLines } from "./decoded-lines.ts";
import { HexText } from "./hex-text.ts";
import { knownProfile } from "./known-profile.ts";

export interface DecodeOptions {
  profile: string;
  profilesDir: string | undefined;
  /** null for the standard input. */
  file: string | null;
  isHex: boolean;
}

export interface Streams {
  stdin: Readable;
  stdout: Writable;
}

/**
 * Reads a captured stream of bytes from beginning to end and writes a line of JSON for each reading and each fault. It holds
 * a piece of the input and one frame, however long the stream is.
 * @throws CommandError
 */
export async function decode(options: DecodeOptions, { stdin, stdout }: Streams, clock: Clock): Promise<void> {
  const profile = knownProfile(options.profile, options.profilesDir);
  const decoder = openDecoder(profile, { clock });
  if (decoder === null) throw new CommandError(EXIT.usage, `${whyUnheard(profile.protocol)}`);
  const lines = new DecodedLines(profile);
  for await (const events of eventsOf(options, stdin, decoder)) {
    await write(
      stdout,
      events.flatMap((event) => lines.of(event)),
    );
  }
  await write(stdout, lines.last());
}

async function* eventsOf(
  options: DecodeOptions,
  stdin: Readable,
  decoder: StreamDecoder,
): AsyncGenerator<StreamEvent[]> {
  for await (const bytes of bytesOf(options, stdin)) yield decoder.push(bytes);
  yield decoder.finish();
}

async function* bytesOf({ file, isHex }: DecodeOptions, stdin: Readable): AsyncGenerator<Uint8Array> {
  const name = file ?? "the standard input";
  const hex = new HexText();
  try {
    for await (const chunk of file === null ? stdin : createReadStream(file)) {
      yield isHex ? dump(name, hex.push(Buffer.from(chunk).toString("latin1"))) : chunk;
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new CommandError(EXIT.badInput, `${name} cannot be read (${error.code})`, { cause: error });
  }
  if (isHex) yield dump(name, hex.finish());
}

function dump(name: string, bytes: ReturnType<HexText["push"]>): Uint8Array {
  if (!bytes.ok) throw new CommandError(EXIT.badInput, `${name}, ${bytes.fault}`);
  return bytes.value;
}

/** Waits while the reader of the lines is slower than we are. */
async function write(stdout: Writable, lines: readonly object[]): Promise<void> {
  if (lines.length === 0) return;
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  if (!stdout.write(text)) await once(stdout, "drain");
}
