import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Type from "typebox";
import Value from "typebox/value";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { type Attachment, attached, isSelfNaming } from "./attachment.ts";
import type { Outcome } from "./device.ts";

const FILE = "attachments.json";
/** A restart of the agent is bridged only while the file is younger than the profiles' values stay fresh. */
const WRITE_EVERY_MS = 2_000;

const Stored = Type.Array(
  Type.Object({
    key: Type.String(),
    id: Type.String(),
    answeredWallMs: Type.Number(),
    identity: Type.Record(Type.String(), Type.String()),
    counters: Type.Record(Type.String(), Type.Number()),
  }),
  { maxItems: 100_000 },
);

/** Which presence of which device each place of this gateway has; kept in a file, so that a short restart breaks none. */
export class Attachments {
  readonly #file: string;
  readonly #deps: { clock: Clock; random: Random; log: Log };
  readonly #byPlace: Map<string, Attachment>;
  #writtenMonoMs = Number.NEGATIVE_INFINITY;

  constructor(dataDir: string, deps: { clock: Clock; random: Random; log: Log }) {
    this.#file = join(dataDir, FILE);
    this.#deps = deps;
    this.#byPlace = readAll(this.#file);
  }

  /** The id of the presence that an outcome belongs to; null where the device names itself, or nothing has answered yet. */
  after(outcome: Outcome): string | null {
    const { device, atMonoMs } = outcome;
    if (isSelfNaming(device)) return null;
    const { clock, random } = this.#deps;
    const key = JSON.stringify([device.line, device.unit]);
    const before = this.#byPlace.get(key) ?? null;
    const now = attached(before, outcome, { wallMs: clock.wallMs(), newId: () => random.id() });
    if (now === null) return null;
    this.#byPlace.set(key, now);
    if (now.id !== before?.id || atMonoMs - this.#writtenMonoMs >= WRITE_EVERY_MS) this.save();
    return now.id;
  }

  save(): void {
    this.#writtenMonoMs = this.#deps.clock.monoMs();
    const rows = [...this.#byPlace].map(([key, attachment]) => ({ key, ...attachment }));
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify(rows), { mode: 0o600 });
      renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      // Without the file a restart is a break: devices that do not name themselves ask to be confirmed, and nothing is guessed.
      this.#deps.log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        "attachments not written",
      );
    }
  }
}

/** What a file holds that can be read; anything else is no knowledge, and so a break. */
function readAll(file: string): Map<string, Attachment> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!Value.Check(Stored, value)) return new Map();
    return new Map(value.map(({ key, ...attachment }) => [key, attachment]));
  } catch {
    return new Map();
  }
}
