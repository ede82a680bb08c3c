/** Chance that can be replayed: the same seed gives the same numbers. Mulberry32 (Tommy Ettinger, public domain). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What inputs are made of. */
export interface Material {
  /** Frames as real devices send them. */
  golden: readonly Uint8Array[];
  /** Pieces that look like a frame: its beginning, its end, a separator. */
  words: readonly Uint8Array[];
}

const RANDOM_BYTES_MAX = 300;
const WORDS_MAX = 12;
const MUTATIONS_MAX = 6;
/** A long frame is mostly tried by its pieces: where it breaks matters, and not how long it goes on. */
const PIECE_BYTES_MAX = 100;

/** One input: golden frames that something happened to, pieces of frames, or bytes that never were any. */
export function fuzzInput(material: Material, chance: () => number): Uint8Array {
  const dice = diceOf(chance);
  const { below, pick, random } = dice;
  const kind = chance();
  if (kind < 0.2) return random(RANDOM_BYTES_MAX);
  const parts: Uint8Array[] = [];
  if (kind < 0.4) {
    for (let left = below(WORDS_MAX); left >= 0; left--) parts.push(pick(material.words) ?? random(8), random(2));
    return Buffer.concat(parts);
  }
  for (let left = kind < 0.9 ? 1 : 3; left > 0; left--) parts.push(pieceOf(pick(material.golden) ?? random(8), dice));
  let bytes: Uint8Array = Buffer.concat(parts);
  for (let left = below(MUTATIONS_MAX + 1); left > 0; left--) bytes = mutated(bytes, material, dice);
  return bytes;
}

/** A short frame whole; of a long one mostly its beginning, its end, or something between. */
function pieceOf(frame: Uint8Array, { below }: Dice): Uint8Array {
  if (frame.length <= PIECE_BYTES_MAX || below(10) === 0) return frame;
  const length = below(PIECE_BYTES_MAX + 1);
  const from = [0, frame.length - length, below(frame.length)][below(3)] ?? 0;
  return frame.subarray(from, from + length);
}

interface Dice {
  below(end: number): number;
  pick<Item>(items: readonly Item[]): Item | undefined;
  random(bytesMax: number): Uint8Array;
}

function diceOf(chance: () => number): Dice {
  const below = (end: number) => Math.floor(chance() * end);
  return {
    below,
    pick: (items) => items[below(items.length)],
    random: (bytesMax) => Uint8Array.from({ length: below(bytesMax + 1) }, () => below(256)),
  };
}

/** A bit that turned over, a truncation, a splice, a repetition, a loss, or something between the bytes. */
function mutated(bytes: Uint8Array, { golden, words }: Material, { below, pick, random }: Dice): Uint8Array {
  const at = below(bytes.length + 1);
  const end = Math.min(bytes.length, at + below(40));
  const join = (...middle: Uint8Array[]) => Buffer.concat([bytes.subarray(0, at), ...middle, bytes.subarray(at)]);
  switch (below(7)) {
    case 0:
      return at === bytes.length ? bytes : bytes.with(at, (bytes[at] ?? 0) ^ (1 << below(8)));
    case 1:
      return bytes.subarray(0, at);
    case 2: {
      const other = pick(golden) ?? bytes;
      return Buffer.concat([bytes.subarray(0, at), other.subarray(below(other.length))]);
    }
    case 3:
      return join(bytes.subarray(at, end));
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 5:
      return join(random(8));
    default:
      return join(pick(words) ?? random(8));
  }
}

/** The same bytes in pieces of any length, one byte and none at all among them. */
export function pieces(bytes: Uint8Array, chance: () => number): Uint8Array[] {
  const cut: Uint8Array[] = [];
  const longest = chance() < 0.3 ? 3 : 200;
  for (let at = 0; at < bytes.length; ) {
    const length = Math.floor(chance() * (longest + 1));
    cut.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cut;
}
