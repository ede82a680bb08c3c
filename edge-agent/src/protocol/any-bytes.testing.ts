import fc from "fast-check";
import { expect } from "vitest";

/** What a framer makes of chunks and of the end behind them. */
type EventsOf = (...chunks: Uint8Array[]) => { bytes: number }[];

/** Any bytes end in frames and faults that account for every byte once, and say the same however they are cut. */
export function accountsForEveryByte(eventsOf: EventsOf, garbage: fc.Arbitrary<Uint8Array>): void {
  fc.assert(
    fc.property(fc.array(garbage, { maxLength: 6 }), fc.nat(), (chunks, cut) => {
      const all = Buffer.concat(chunks);
      const events = eventsOf(all);
      const at = all.length === 0 ? 0 : cut % all.length;
      expect(events.reduce((sum, event) => sum + event.bytes, 0)).toBe(all.length);
      expect(events.every((event) => event.bytes > 0)).toBe(true);
      expect(eventsOf(all.subarray(0, at), all.subarray(at))).toEqual(events);
    }),
    { numRuns: 500 },
  );
}
