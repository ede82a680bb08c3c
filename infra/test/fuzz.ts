import { isDeepStrictEqual } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { chanceOf, fuzzInput, type Material, pieces } from "./fuzz-input.ts";

/** Set it to the seed that a failure printed, to see the failure again. */
export const SEED_VARIABLE = "WARDTWIN_FUZZ_SEED";

/** What a machine tells of a part of its stream. */
export interface Told {
  kind: string;
  at: number;
  bytes: number;
}

/** Bytes in, events out: a framer, or a framer and a codec in one. */
export interface StreamMachine {
  push(chunk: Uint8Array): readonly Told[];
  finish(): readonly Told[];
}

export interface FuzzSubject extends Material {
  name: string;
  open(): StreamMachine;
  /** So many of these end every frame that broke off. */
  separators: Uint8Array;
  /** The most bytes that it may hold back at any time. */
  heldMax: number;
  /** Its events come in the order in which they end, and the bytes of one need not lie side by side. */
  interleaves?: true;
  /** What of an event a golden frame gives again whatever came before it; all but its place unless said otherwise. */
  essence?(event: Told): unknown;
}

/** How much is tried: so many inputs, or as many as fit into a time. */
export type Extent = { inputs: number } | { ms: number };

/** How much more may live on the heap at the end than after the first inputs. */
const HEAP_GROWTH_BYTES_MAX = 16 * 1024 * 1024;
const WARM_UP_INPUTS = 2_000;
/** Every so many inputs a golden frame has to be found behind one. */
const FIND_AGAIN_EVERY = 5;

/** @returns a line that says what was tried. @throws with the seed, the input and the law that it broke */
export function fuzz(subject: FuzzSubject, extent: Extent): string {
  const seed = Number(process.env[SEED_VARIABLE] ?? Math.floor(Math.random() * 2 ** 32));
  const startedMs = performance.now();
  const goesOn = (tried: number) =>
    "inputs" in extent ? tried < extent.inputs : performance.now() - startedMs < extent.ms;
  const marathon = new Watched(subject);
  const whole = subject.golden.map((frame) => essencesOf(subject, new Watched(subject).push(frame)));
  let warmHeap = heapBytes();
  let tried = 0;
  let bytes = 0;
  for (; goesOn(tried); tried++) {
    const chance = chanceOf(seed + Math.imul(tried, 0x9e3779b1));
    const input = fuzzInput(subject, chance);
    try {
      tryCuts(subject, input, chance);
      if (tried % FIND_AGAIN_EVERY === 0) {
        const which = Math.floor(chance() * whole.length);
        findAgain(subject, input, subject.golden[which] ?? input, whole[which] ?? []);
      }
      marathon.push(input);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const hex = Buffer.from(input).toString("hex");
      const replay = `${SEED_VARIABLE}=${seed}`;
      throw new Error(`${subject.name}, input ${tried} of ${replay}: ${why}\n${hex}`, { cause: error });
    }
    bytes += input.length;
    if (tried === WARM_UP_INPUTS) warmHeap = heapBytes();
  }
  const grownBytes = heapBytes() - warmHeap;
  if (grownBytes > HEAP_GROWTH_BYTES_MAX) {
    throw new Error(`${subject.name}: the heap grew by ${grownBytes} bytes over ${tried} inputs`);
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  return `fuzz ${subject.name}: seed ${seed}, ${tried} inputs of ${bytes} bytes in ${seconds} s, heap grew by ${Math.round(grownBytes / 1_024)} KiB`;
}

function tryCuts(subject: FuzzSubject, input: Uint8Array, chance: () => number): void {
  const whole = new Watched(subject);
  const events = [...whole.push(input), ...whole.finish()];
  const cut = new Watched(subject);
  const again = [...pieces(input, chance).flatMap((piece) => cut.push(piece)), ...cut.finish()];
  if (!isDeepStrictEqual(events, again)) throw new Error("the events depend on how the bytes are cut");
}

/** @param expected what the golden frame is when nothing came before it */
function findAgain(subject: FuzzSubject, input: Uint8Array, golden: Uint8Array, expected: readonly unknown[]): void {
  const after = new Watched(subject);
  after.push(input);
  after.push(subject.separators);
  const found = essencesOf(subject, after.push(golden));
  const last = found.slice(Math.max(0, found.length - expected.length));
  if (!isDeepStrictEqual(last, expected)) throw new Error("a golden frame behind it is lost");
}

const essencesOf = ({ essence = allButPlace }: FuzzSubject, events: readonly Told[]): unknown[] => events.map(essence);
const allButPlace = ({ at: _, ...rest }: Told): unknown => rest;

/** A machine whose books are checked with every piece: every byte in one event, in order, or still held. */
class Watched {
  readonly #machine: StreamMachine;
  readonly #heldMax: number;
  readonly #interleaves: boolean;
  #pushed = 0;
  #told = 0;

  constructor({ open, heldMax, interleaves }: FuzzSubject) {
    this.#machine = open();
    this.#heldMax = heldMax;
    this.#interleaves = interleaves ?? false;
  }

  push(piece: Uint8Array): readonly Told[] {
    this.#pushed += piece.length;
    const events = this.#entered(this.#machine.push(piece));
    const held = this.#pushed - this.#told;
    if (held < 0) throw new Error(`${-held} bytes are told before they came`);
    if (held > this.#heldMax) throw new Error(`${held} bytes are held, ${this.#heldMax} at most`);
    return events;
  }

  finish(): readonly Told[] {
    const events = this.#entered(this.#machine.finish());
    if (this.#told !== this.#pushed) throw new Error(`${this.#pushed - this.#told} bytes are in no event`);
    return events;
  }

  #entered(events: readonly Told[]): readonly Told[] {
    for (const { at, bytes } of events) {
      const isPlaced = this.#interleaves ? at >= 0 && at + bytes <= this.#pushed : at === this.#told;
      if (!isPlaced) throw new Error(`an event begins at ${at}, where ${this.#told} is next`);
      if (!(bytes > 0)) throw new Error(`an event of ${bytes} bytes at ${at}`);
      this.#told += bytes;
    }
    return events;
  }
}

let collect: (() => void) | null = null;

/** What lives on the heap after everything that nobody holds is gone. */
function heapBytes(): number {
  if (collect === null) {
    // The engine's own collector has no name in a program unless it is asked for.
    setFlagsFromString("--expose-gc");
    const gc: unknown = runInNewContext("gc");
    collect = typeof gc === "function" ? () => void gc() : () => undefined;
  }
  collect();
  return process.memoryUsage().heapUsed;
}
