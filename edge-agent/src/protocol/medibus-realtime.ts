/** One value of a curve, 0 to 4095, by the number of the stream that it travels in, 1 to 12. */
export interface RealtimeSample {
  stream: number;
  raw: number;
}

/** One cycle of the fast data: a value of each stream that it announces, and the commands that stand between them. */
export interface RealtimeRecord {
  samples: readonly RealtimeSample[];
  /** Sync commands C0 to CF, and the low half of the byte after each. */
  commands: readonly { command: number; argument: number }[];
  /** A breath's phase that begins in this cycle. */
  breath: "inspiration" | "expiration" | null;
  /** The device says that the values of this cycle are wrong. */
  isCorrupt: boolean;
}

/** What the fast bytes come to: a record, or bytes that are none. */
export type RealtimeEvent =
  | { kind: "record"; record: RealtimeRecord; at: number; bytes: number }
  | { kind: "fault"; cause: "broken" | "truncated"; at: number; bytes: number };

const COMMAND_FIRST = 0xc0;
const SYNC_FIRST = 0xd0;
const SYNC_LAST = 0xdf;
/** Sync commands: more streams in this record, a breath's phase, a corrupt record. */
const STREAMS_5_TO_8 = 0xc4;
const STREAMS_9_TO_12 = 0xc5;
const BREATH = 0xc6;
const CORRUPT = 0xcf;

/** Twelve values and every command once have 37 bytes; a record that is longer has lost the next one's beginning. */
const RECORD_BYTES_MAX = 64;
/** So many bytes outside any record are told as a fault of their own. */
const STRAY_BYTES_MAX = 2_048;
const HALF_BITS = 6;
const HALF_MASK = 0x3f;

/** The numbers of the streams in a bitmap of four, the lowest of them being `first`. */
const streamsOf = (bitmap: number, first: number): number[] =>
  [0, 1, 2, 3].filter((bit) => (bitmap & (1 << bit)) !== 0).map((bit) => first + bit);

interface Held {
  at: number;
  bytes: number;
  streams: number[];
  raws: number[];
  /** The low half of a value whose high half has not come. */
  low: number | null;
  /** A command whose argument has not come. */
  command: number | null;
  commands: { command: number; argument: number }[];
}

/**
 * Reads the fast data of MEDIBUS, the bytes with bit 7 set. A record lasts from its sync byte to the next one, so that it is
 * told when the next begins. Bytes in, events out; it keeps at most one record.
 */
export class RealtimeReader {
  #held: Held | null = null;
  #stray: { at: number; bytes: number } | null = null;

  /** @param at the byte's offset in the whole stream */
  take(byte: number, at: number): RealtimeEvent[] {
    if (byte >= SYNC_FIRST && byte <= SYNC_LAST) {
      const events = [...this.#tellStray(), ...this.#close("broken")];
      const streams = streamsOf(byte & 0x0f, 1);
      this.#held = { at, bytes: 1, streams, raws: [], low: null, command: null, commands: [] };
      return events;
    }
    if (this.#held === null) return this.#takeStray(at);
    this.#held.bytes++;
    return added(this.#held, byte) && this.#held.bytes < RECORD_BYTES_MAX ? [] : this.#drop();
  }

  /** No more will come. */
  finish(): RealtimeEvent[] {
    return [...this.#tellStray(), ...this.#close("truncated")];
  }

  #takeStray(at: number): RealtimeEvent[] {
    this.#stray ??= { at, bytes: 0 };
    return ++this.#stray.bytes === STRAY_BYTES_MAX ? this.#tellStray() : [];
  }

  #tellStray(): RealtimeEvent[] {
    const stray = this.#stray;
    this.#stray = null;
    return stray === null ? [] : [{ kind: "fault", cause: "broken", ...stray }];
  }

  #drop(): RealtimeEvent[] {
    const held = this.#held;
    this.#held = null;
    return held === null ? [] : [{ kind: "fault", cause: "broken", at: held.at, bytes: held.bytes }];
  }

  #close(cause: "broken" | "truncated"): RealtimeEvent[] {
    const held = this.#held;
    this.#held = null;
    if (held === null) return [];
    const { at, bytes } = held;
    const isCorrupt = held.commands.some(({ command }) => command === CORRUPT);
    const isWhole = held.raws.length === held.streams.length && held.low === null && held.command === null;
    return isWhole || isCorrupt
      ? [{ kind: "record", record: recordOf(held, isCorrupt), at, bytes }]
      : [{ kind: "fault", cause, at, bytes }];
  }
}

/** Adds a byte to a record; false when it has no place there. */
function added(held: Held, byte: number): boolean {
  if (held.command !== null) {
    if (byte < COMMAND_FIRST || byte > SYNC_LAST) return false;
    apply(held, { command: held.command, argument: byte & 0x0f });
    held.command = null;
    return true;
  }
  if (byte >= COMMAND_FIRST) {
    // A value may not be parted by a command; bytes from E0 on mean nothing.
    if (byte > SYNC_LAST || held.low !== null) return false;
    held.command = byte;
    return true;
  }
  if (held.low === null) {
    held.low = byte & HALF_MASK;
    return held.raws.length < held.streams.length;
  }
  held.raws.push(held.low | ((byte & HALF_MASK) << HALF_BITS));
  held.low = null;
  return true;
}

function apply(held: Held, { command, argument }: { command: number; argument: number }): void {
  held.commands.push({ command, argument });
  if (command === STREAMS_5_TO_8) held.streams.push(...streamsOf(argument, 5));
  if (command === STREAMS_9_TO_12) held.streams.push(...streamsOf(argument, 9));
}

function recordOf({ streams, raws, commands }: Held, isCorrupt: boolean): RealtimeRecord {
  const phase = commands.findLast(({ command }) => command === BREATH)?.argument;
  return {
    samples: raws.map((raw, index) => ({ stream: streams[index] ?? 0, raw })),
    commands,
    breath: phase === 0 ? "inspiration" : phase === 1 ? "expiration" : null,
    isCorrupt,
  };
}
