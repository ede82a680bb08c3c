import { createRing } from "../ring.ts";

const LATEST_MAX = 20;

/** What a device was told to do and did not do. */
export interface Refusals {
  /** Commands that are not readings, whole and well formed, since the start. */
  controlCount: number;
  /** Frames with a wrong checksum or without an end, since the start. */
  brokenCount: number;
  /** The latest of either, oldest first, as they were heard. */
  latest: { atMs: number; kind: "control" | "broken"; text: string }[];
}

/** Keeps account of whatever came in on a line and was not a reading, so that a proof can look for it. */
export class RefusalLog {
  readonly #count = { control: 0, broken: 0 };
  readonly #latest = createRing<Refusals["latest"][number]>(LATEST_MAX);

  record(atMs: number, kind: "control" | "broken", text: string): void {
    this.#count[kind] += 1;
    this.#latest.push({ atMs, kind, text });
  }

  read(): Refusals {
    const { control, broken } = this.#count;
    return { controlCount: control, brokenCount: broken, latest: this.#latest.items() };
  }
}
