import { type Decoded, merged } from "@wardtwin/device-profiles/codec/decoded";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import type { OpenStream } from "../link/byte-link.ts";
import { ListeningLink } from "../link/listening-link.ts";
import type { Log } from "../log.ts";
import type { LineReader, ReadFault } from "./device.ts";
import { orLinkFault } from "./or-link-fault.ts";
import type { StreamDecoder, StreamEvent } from "./stream-decoder.ts";

/** How often faults on a line are told of, ms. */
const TELL_EVERY_MS = 60_000;

interface ListenDeps {
  open: OpenStream;
  /** A decoder with nothing held, for a line that was opened anew. */
  openDecoder(): StreamDecoder;
  /** Who is expected on the line; what others say is let go. */
  units: readonly string[];
  profile: Profile;
  monoMs(): number;
  log: Log;
  line: string;
}

/** What a unit said since it was last asked about. */
interface Heard {
  atMonoMs: number;
  unread: Decoded | null;
}

/**
 * Reads devices that another master polls, by listening alone: not one byte of ours leaves. A poll is answered with what was
 * heard of its unit since the last one; a unit that nobody hears for as long as the poll's values stay fresh has timed out.
 */
export function listeningReader(deps: ListenDeps): LineReader {
  const { profile, monoMs } = deps;
  const ear = new Ear(deps);
  const link = new ListeningLink(
    async (timeoutMs) => {
      const stream = await deps.open(timeoutMs);
      ear.begin();
      return stream;
    },
    monoMs,
    (bytes) => ear.hear(bytes),
  );
  return {
    isListening: true,
    async read(unit, pollName) {
      const poll = profile.polls[pollName];
      if (poll === undefined) throw new Error(`${profile.id} has no poll ${pollName}`);
      const opened = await orLinkFault(() => link.ensureOpen());
      const unread = ear.taken(unit);
      if (unread !== null) return ok(unread);
      if (!opened.ok) return opened;
      return ear.silentMs(unit) >= poll.staleAfterMs ? fail("link.timeout") : null;
    },
    async close() {
      link.close();
      ear.tellFaults();
    },
  };
}

/** Gathers what is heard, by unit, and counts what could not be understood. */
class Ear {
  readonly #deps: ListenDeps;
  readonly #heard = new Map<string, Heard>();
  #decoder: StreamDecoder;
  readonly #sinceMonoMs: number;
  #faults: Partial<Record<ReadFault, number>> = {};
  #toldMonoMs: number;

  constructor(deps: ListenDeps) {
    this.#deps = deps;
    this.#decoder = deps.openDecoder();
    this.#sinceMonoMs = deps.monoMs();
    this.#toldMonoMs = this.#sinceMonoMs;
  }

  /** The line was opened anew: what was held of a frame has lost its end. */
  begin(): void {
    this.#take(this.#decoder.finish());
    this.#decoder = this.#deps.openDecoder();
  }

  hear(bytes: Uint8Array): void {
    this.#take(this.#decoder.push(bytes));
  }

  /** What a unit said since it was last asked about; null where it said nothing. */
  taken(unit: string): Decoded | null {
    const heard = this.#heard.get(unit);
    const unread = heard?.unread ?? null;
    if (heard !== undefined) heard.unread = null;
    return unread;
  }

  /** For how long nothing was heard of a unit. A line that opens anew begins no new time: else one that flaps would hide it. */
  silentMs(unit: string): number {
    return this.#deps.monoMs() - (this.#heard.get(unit)?.atMonoMs ?? this.#sinceMonoMs);
  }

  tellFaults(): void {
    this.#toldMonoMs = this.#deps.monoMs();
    if (Object.keys(this.#faults).length === 0) return;
    this.#deps.log.info({ line: this.#deps.line, faults: this.#faults }, "faults on a line that is listened to");
    this.#faults = {};
  }

  #take(events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (event.kind === "heard") this.#keep(event.unit, event.decoded);
      else if (event.kind === "fault") this.#faults[event.code] = (this.#faults[event.code] ?? 0) + 1;
    }
    if (this.#deps.monoMs() - this.#toldMonoMs >= TELL_EVERY_MS) this.tellFaults();
  }

  #keep(unit: string, decoded: Decoded): void {
    if (!this.#deps.units.includes(unit)) return;
    const before = this.#heard.get(unit)?.unread ?? null;
    // What one device said is never mixed with what its successor on the same place says.
    const goesOn = before !== null && !isAnother(before, decoded);
    const unread = goesOn ? merged([before, decoded]) : decoded;
    this.#heard.set(unit, { atMonoMs: this.#deps.monoMs(), unread });
  }
}

const isAnother = ({ identity: before }: Decoded, { identity: now }: Decoded): boolean =>
  before.serial !== undefined &&
  now.serial !== undefined &&
  normalisedSerial(before.serial) !== normalisedSerial(now.serial);
