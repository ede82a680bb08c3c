import defibReady from "@wardtwin/device-profiles/catalog/defibrillator/defib-ready-1";
import { fail, ok } from "@wardtwin/device-profiles/vocabulary/result";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DeviceReader, Outcome } from "./device.ts";
import { type Pace, runLine } from "./line-scheduler.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 0 }));
afterEach(() => void vi.useRealTimers());

const clock = { monoMs: () => Date.now(), wallMs: () => 0, zoneOffsetMs: () => 0, bootId: "boot" };
const random = { unit: () => 0, id: () => "id" };
const seen: Outcome["result"] = ok({ identity: {}, operatingState: "standby", readings: [] });

/** Runs a line of two units for a while: one that answers in 50 ms, and one that takes a second to say nothing. */
async function run(forMs: number) {
  const outcomes: Outcome[] = [];
  let inFlight = 0;
  let most = 0;
  const reader: DeviceReader = {
    async read(unit) {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, unit === "dead" ? 1_000 : 50));
      inFlight--;
      return unit === "dead" ? fail("link.timeout") : seen;
    },
    close: async () => {},
  };
  const stopping = new AbortController();
  const devices = ["dead", "well"].map((unit) => ({ line: "dock", unit, profile: defibReady }));
  const line = runLine(
    { id: "dock", devices, reader },
    { clock, random },
    (outcome) => outcomes.push(outcome),
    stopping.signal,
  );
  await vi.advanceTimersByTimeAsync(forMs);
  stopping.abort();
  await vi.advanceTimersByTimeAsync(2_000);
  await line;
  return { outcomes, most };
}
const of = (unit: string, outcomes: Outcome[]) => outcomes.filter(({ device }) => device.unit === unit);

test("one request is in flight at a time, and a dead unit costs its neighbour no poll", async () => {
  const { outcomes, most } = await run(10 * 60_000);
  expect(most).toBe(1);
  expect(of("well", outcomes).length).toBeGreaterThanOrEqual(118);
  expect(of("dead", outcomes).length).toBeGreaterThan(15);
  expect(of("dead", outcomes).length).toBeLessThan(35);
});

test("the polls of a profile come in the order of their priorities", async () => {
  const timing = { everyMs: 4_000, staleAfterMs: 8_000, replyMs: 500 };
  const polls = { trend: { ...timing, priority: 1 }, status: timing };
  const asked: string[] = [];
  const reader: DeviceReader = {
    async read(_, poll) {
      asked.push(poll);
      return seen;
    },
    close: async () => {},
  };
  const stopping = new AbortController();
  const devices = [{ line: "dock", unit: "1", profile: { ...defibReady, polls } }];
  const line = runLine({ id: "dock", devices, reader }, { clock, random }, () => {}, stopping.signal);
  await vi.advanceTimersByTimeAsync(100);
  stopping.abort();
  await line;
  expect(asked).toEqual(["status", "trend"]);
});

test("a line is asked at another pace within a second, and at its profile's own when that is given up", async () => {
  const everyMs = 2_000;
  const asked: number[] = [];
  const reader: DeviceReader = {
    async read() {
      asked.push(Date.now());
      return seen;
    },
    close: async () => {},
  };
  const stopping = new AbortController();
  const pace: Pace = { everyMs: new Map() };
  const polls = { status: { everyMs, staleAfterMs: 8_000, replyMs: 500 } };
  const devices = [{ line: "dock", unit: "1", profile: { ...defibReady, polls } }];
  const line = runLine({ id: "dock", devices, reader, pace }, { clock, random }, () => {}, stopping.signal);
  for (const slow of [new Map<string, number>(), new Map([["status", everyMs + 1_500]]), new Map<string, number>()]) {
    pace.everyMs = slow;
    await vi.advanceTimersByTimeAsync(2 * (everyMs + 1_500) + 1);
  }
  stopping.abort();
  await line;
  const gaps = asked.slice(1).map((atMs, index) => atMs - (asked[index] ?? 0));
  expect(gaps).toContain(everyMs + 1_500);
  expect(gaps[0]).toBe(everyMs);
  expect(gaps.at(-1)).toBe(everyMs);
});

test("a line that is told to stop ends, and tells nothing more", async () => {
  const { outcomes } = await run(20);
  expect(outcomes).toEqual([]);
});
