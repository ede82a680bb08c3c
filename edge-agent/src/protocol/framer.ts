/**
 * What a framer makes of a stream. `at` is the offset of the event's first byte in the stream and `bytes` how many bytes it
 * accounts for: every byte that was pushed belongs to exactly one event, or is still held.
 */
export type FrameEvent<Frame, Fault extends string> =
  | { kind: "frame"; frame: Frame; at: number; bytes: number }
  | { kind: "fault"; code: Fault; at: number; bytes: number };

/** A framer's event before its place in the stream is known. */
export type Unplaced<Event extends { at: number }> = Event extends unknown ? Omit<Event, "at"> : never;

/**
 * A pure machine that finds frames in a stream of bytes, in whatever pieces they come. It needs no request of ours, keeps at
 * most one frame, and takes every byte string there is: what is no frame is a fault.
 */
export interface Framer<Frame, Fault extends string> {
  push(chunk: Uint8Array): FrameEvent<Frame, Fault>[];
  /** The line is silent and no more will come: whatever is held is a fault. */
  finish(): FrameEvent<Frame, Fault>[];
}

/** Gives each of a framer's events its offset, where they follow one another without a gap. */
export class Placer<Frame, Fault extends string> {
  #at = 0;

  place(events: readonly Unplaced<FrameEvent<Frame, Fault>>[]): FrameEvent<Frame, Fault>[] {
    return events.map((event) => {
      const at = this.#at;
      this.#at += event.bytes;
      return { ...event, at };
    });
  }
}
