import fc from "fast-check";
import { expect, test } from "vitest";
import { isLively, nextSequenceNumber } from "./opc-ua-notification.ts";

type Told = { sequenceNumber: number; isKeepAlive: boolean };

/** What a server that keeps the rules sends: true for a keep-alive. */
function sent(keepAlives: readonly boolean[], first: number): Told[] {
  let next = first;
  return keepAlives.map((isKeepAlive) => {
    const told = { sequenceNumber: next, isKeepAlive };
    if (!isKeepAlive) next = next === 0xffff_ffff ? 1 : next + 1;
    return told;
  });
}

/** How many notifications are taken before one is found missing. */
function taken(notifications: readonly Told[]): number {
  let expected: number | null = null;
  for (const [count, notification] of notifications.entries()) {
    expected = nextSequenceNumber(expected, notification);
    if (expected === null) return count;
  }
  return notifications.length;
}

const keepAlives = fc.array(fc.boolean(), { minLength: 1, maxLength: 50 });
const first = fc.oneof(fc.constantFrom(1, 0xffff_fffe, 0xffff_ffff), fc.integer({ min: 1, max: 0xffff_ffff }));

test("all that a server sends is taken, around the largest number too", () => {
  fc.assert(fc.property(keepAlives, first, (run, start) => taken(sent(run, start)) === run.length));
});

test("one lost notification is missed at the next one, be it a keep-alive", () => {
  fc.assert(
    fc.property(keepAlives, first, fc.nat(), (run, start, at) => {
      const whole = sent([true, ...run, true], start);
      const lost = 1 + (at % run.length);
      fc.pre(whole[lost]?.isKeepAlive === false);
      return taken(whole.toSpliced(lost, 1)) === lost;
    }),
  );
});

test("silence means something where the server speaks in every other interval at least, as often as was wished", () => {
  const granted = { subscriptionId: 1, publishingMs: 1_000, keepAliveCount: 1 };
  expect(isLively(granted, 1_000)).toBe(true);
  expect(isLively({ ...granted, keepAliveCount: 2 }, 1_000)).toBe(true);
  expect(isLively({ ...granted, keepAliveCount: 3 }, 1_000)).toBe(false);
  expect(isLively({ ...granted, publishingMs: 3_000 }, 1_000)).toBe(true);
  expect(isLively({ ...granted, publishingMs: 3_001 }, 1_000)).toBe(false);
  expect(isLively({ ...granted, publishingMs: Number.NaN }, 1_000)).toBe(false);
});
