/**
 * The one source of chance. A stream is a function of its seed and its label alone, so that a hospital of the same seed is
 * the same hospital, and a device added to it does not change the luck of the others.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform in [min, max). */
  between(min: number, max: number): number;
  /** A whole number from min to max, both included. */
  integer(min: number, max: number): number;
  /** Normal, mean 0, standard deviation 1 (Box and Muller 1958). */
  gauss(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** An independent stream, the same for the same label however far this one has run. */
  fork(label: string): Random;
}

/** The 32-bit finaliser of MurmurHash3 (Appleby, public domain): spreads every bit of its input over all of its output. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hashLabel(seed: number, label: string): number {
  let h = mix(seed ^ 0x9e3779b9);
  for (const character of label) h = mix(Math.imul(h, 31) ^ (character.codePointAt(0) ?? 0));
  return h >>> 0;
}

/** sfc32 of PractRand (Doty-Humphrey): 128 bits of state, period at least 2^32. */
function sfc32(seed: number): () => number {
  let a = mix(seed);
  let b = mix(seed + 0x9e3779b9);
  let c = mix(seed + 0x3c6ef372);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}

/** @param seed any 32-bit whole number; higher bits are ignored. */
export function createRandom(seed: number): Random {
  const next = sfc32(seed >>> 0);
  return {
    next,
    between: (min, max) => min + next() * (max - min),
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    gauss: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    fork: (label) => createRandom(hashLabel(seed >>> 0, label)),
  };
}
