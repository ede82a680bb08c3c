/**
 * The realtime stream of MEDIBUS, as the device sends it and as the host turns it on.
 * Source: fact sheet draeger-medibus.md, sections 4 and 5.
 */
import { hex } from "./frame.ts";
import { MAX_BIN, type RealtimeStream } from "./records.ts";

const SYNC = 0xd0;
const VALUE = 0x80;
const END = 0xc0;
const ENABLE_FIRST_FOUR = 0xc1;
const BREATH_PHASE = 0xc6;
const INSPIRATION_BEGINS = 0xc0;
const EXPIRATION_BEGINS = 0xc1;

/** Three or four streams are what such a line was seen to carry. */
const STREAMS_MAX = 4;
const SEQUENCE_BYTES_MAX = 16;
const CYCLES_BEHIND_MAX = 50;
/** `code` and `multiplier`, two digits each. */
const PAIR = /([0-9A-F]{2})([0-9A-F]{2})/g;

/** One moment of the breath on the ventilator's screen. */
export interface Moment {
  inspiring: boolean;
  valueOf(code: number): number;
}

/** One 12-bit sample: the low six bits first. */
export function sampleBytes(value: number, { min, max }: RealtimeStream): [number, number] {
  const share = Math.min(Math.max((value - min) / (max - min), 0), 1);
  const raw = Math.round(share * MAX_BIN);
  return [VALUE | (raw & 0x3f), VALUE | (raw >> 6)];
}

/** What the host configured and turned on, and the bytes that are due for it. */
export class Realtime {
  readonly #intervalMs: number;
  readonly #offered: readonly RealtimeStream[];
  #streams: { stream: RealtimeStream; multiplier: number }[] = [];
  #enabled = 0;
  #startedMs = 0;
  #cycles = 0;
  #inspiring = false;
  #sequence: number[] = [];

  /** @param offered all of one interval. */
  constructor(offered: readonly RealtimeStream[]) {
    this.#offered = offered;
    this.#intervalMs = (offered[0]?.intervalUs ?? 20_000) / 1000;
  }

  /** Takes the pairs of code and multiplier that come with 54H; what is not offered is passed over. */
  configure(data: string): void {
    this.stop();
    for (const [, code = "", multiplier = ""] of data.matchAll(PAIR)) {
      const stream = this.#offered.find((one) => hex(one.code) === code);
      const times = Number.parseInt(multiplier, 16);
      if (stream !== undefined && times > 0 && this.#streams.length < STREAMS_MAX) {
        this.#streams.push({ stream, multiplier: times });
      }
    }
  }

  /** Forgets what was configured and turned on. */
  stop(): void {
    this.#streams = [];
    this.#enabled = 0;
    this.#sequence = [];
  }

  /** Takes a realtime byte of the host; returns the whole sequence when this ended one, or what is none. */
  hear(byte: number, nowMs: number): string | null {
    if ((byte & 0xf0) === SYNC) this.#sequence = [byte];
    else this.#sequence.push(byte);
    const { length } = this.#sequence;
    const begun = ((this.#sequence[0] ?? 0) & 0xf0) === SYNC;
    const ended = begun && length >= 3 && length % 2 === 1 && this.#sequence[length - 2] === END;
    if (begun && !ended && length < SEQUENCE_BYTES_MAX) return null;
    const text = `fast ${this.#sequence.map(hex).join(" ")}`;
    if (ended) this.#obey(nowMs);
    this.#sequence = [];
    return text;
  }

  #obey(nowMs: number): void {
    for (let index = 1; index < this.#sequence.length; index += 2) {
      if (this.#sequence[index] !== ENABLE_FIRST_FOUR) continue;
      this.#enabled = (this.#sequence[index + 1] ?? 0) & 0x0f;
      this.#startedMs = nowMs;
      this.#cycles = 0;
    }
  }

  /** The bytes of all cycles that have come due. A cycle in which no stream is due has none. */
  due(nowMs: number, momentAt: (atMs: number) => Moment): number[] {
    if (this.#enabled === 0) return [];
    const dueCycles = Math.floor((nowMs - this.#startedMs) / this.#intervalMs);
    if (dueCycles - this.#cycles > CYCLES_BEHIND_MAX) this.#cycles = dueCycles - CYCLES_BEHIND_MAX;
    const bytes: number[] = [];
    for (; this.#cycles < dueCycles; this.#cycles += 1) {
      bytes.push(...this.#cycle(this.#cycles, momentAt(this.#startedMs + this.#cycles * this.#intervalMs)));
    }
    return bytes;
  }

  #cycle(count: number, moment: Moment): number[] {
    let mask = 0;
    const values: number[] = [];
    for (const [index, { stream, multiplier }] of this.#streams.entries()) {
      if ((this.#enabled & (1 << index)) === 0 || count % multiplier !== 0) continue;
      mask |= 1 << index;
      values.push(...sampleBytes(moment.valueOf(stream.code), stream));
    }
    if (mask === 0) return [];
    const turned = moment.inspiring !== this.#inspiring;
    this.#inspiring = moment.inspiring;
    const phase = [BREATH_PHASE, moment.inspiring ? INSPIRATION_BEGINS : EXPIRATION_BEGINS];
    return [SYNC | mask, ...(turned ? phase : []), ...values];
  }
}
