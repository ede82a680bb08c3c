import fc from "fast-check";
import { expect, test } from "vitest";
import { IN_FLIGHT_MAX, SendWindow } from "./send-window.ts";

const batch = (sequence: number) => ({ epoch: 1, sequence });

/** Sends a batch and one after it, acknowledges the later one, and lets the time of the first run out. */
function passOver(window: SendWindow, nowMs: number, sequence: number, later: number) {
  window.sent(batch(sequence), nowMs);
  window.sent(batch(later), nowMs);
  window.acknowledged(1, [[later, later]]);
  return window.expire(nowMs + 40_000).hopeless;
}

test("a batch that is passed over is sent again three times, and given up after that", () => {
  const window = new SendWindow();
  for (const turn of [0, 1, 2]) expect(passOver(window, turn * 100_000, 1, 100 + turn)).toEqual([]);
  expect(passOver(window, 300_000, 1, 103)).toEqual([batch(1)]);
  // It begins anew should it ever be sent again.
  expect(passOver(window, 400_000, 1, 104)).toEqual([]);
});

test("the waits of one that is passed over grow, and it stays on its way meanwhile", () => {
  const window = new SendWindow();
  const waits: number[] = [];
  for (let nowMs = 0, later = 100; waits.length < 4; later++) {
    window.sent(batch(1), nowMs);
    window.sent(batch(later), nowMs);
    window.acknowledged(1, [[later, later]]);
    const sentMs = nowMs;
    for (; window.has(batch(1)); window.expire(nowMs)) nowMs += 1_000;
    waits.push(nowMs - sentMs);
  }
  expect(waits).toEqual([10_000, 10_000, 20_000, 40_000]);
});

test("while nothing is acknowledged, or only what was sent before, nothing counts against a batch", () => {
  const window = new SendWindow();
  for (let turn = 0; turn < 50; turn++) {
    const nowMs = turn * 100_000;
    window.sent(batch(1_000 + turn), nowMs);
    for (let n = 1; n <= 20; n++) window.sent(batch(n), nowMs);
    window.acknowledged(1, [[1_000 + turn, 1_000 + turn]]);
    expect(window.expire(nowMs + 99_000).hopeless).toEqual([]);
    expect(window.room).toBe(IN_FLIGHT_MAX);
  }
});

test("what is acknowledged late is no longer counted against, and a new connection begins no count anew", () => {
  const window = new SendWindow();
  for (const turn of [0, 1, 2]) passOver(window, turn * 100_000, 1, 100 + turn);
  window.clear();
  window.sent(batch(1), 300_000);
  window.sent(batch(103), 300_000);
  window.acknowledged(1, [[103, 103]]);
  window.acknowledged(1, [[1, 1]]);
  expect(window.expire(400_000).hopeless).toEqual([]);
  for (const turn of [5, 6, 7]) expect(passOver(window, turn * 100_000, 1, 100 + turn)).toEqual([]);
  window.clear();
  expect(passOver(window, 800_000, 1, 109)).toEqual([batch(1)]);
});

test("whatever is sent and acknowledged, a batch is given up only after four sends, each overtaken by a later one", () => {
  const step = fc.record({
    send: fc.integer({ min: 1, max: 6 }),
    acknowledge: fc.option(fc.nat({ max: 6 })),
    waitMs: fc.nat(15_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const window = new SendWindow();
      const sends = new Map<number, number>();
      let acknowledged = 0;
      let nowMs = 0;
      for (const { send, acknowledge, waitMs } of steps) {
        nowMs += waitMs;
        for (const { sequence } of window.expire(nowMs).hopeless) {
          expect(sends.get(sequence)).toBeGreaterThanOrEqual(4);
          expect(acknowledged).toBeGreaterThanOrEqual(4);
          sends.set(sequence, 0);
        }
        if (!window.has(batch(send))) {
          window.sent(batch(send), nowMs);
          sends.set(send, (sends.get(send) ?? 0) + 1);
        }
        if (acknowledge === null || !window.has(batch(acknowledge))) continue;
        window.acknowledged(1, [[acknowledge, acknowledge]]);
        acknowledged++;
        sends.set(acknowledge, 0);
      }
    }),
  );
});
