import { configurationTopics } from "@wardtwin/device-profiles/twin-document/configuration";
import type { JsonObject } from "@wardtwin/device-profiles/vocabulary/json";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigurationShadow } from "./configuration-shadow.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = configurationTopics("gw-icu");
/** A gateway that takes any batch interval, and a broker in the test's hand. */
function setUp() {
  const said: { topic: string; message: JsonObject }[] = [];
  const wishes: JsonObject[] = [];
  let ids = 0;
  // The cast stands in for pino's many call signatures.
  const log = { info() {}, warn() {}, debug() {}, error() {} } as never;
  const shadow = new ConfigurationShadow({
    gateway: "gw-icu",
    random: { unit: () => 0, id: () => `token-${++ids}` },
    log,
    onDesired: (desired) => {
      wishes.push(desired);
      return { agentVersion: "1", batchEveryMs: desired["batchEveryMs"] ?? 1_000 };
    },
  });
  const hear = (topic: string, message: unknown) =>
    shadow.onMessage(topic, new TextEncoder().encode(typeof message === "string" ? message : JSON.stringify(message)));
  const last = () => said.at(-1) ?? { topic: "", message: {} };
  return {
    said,
    wishes,
    shadow,
    hear,
    last,
    up: () => shadow.onUp(async (topic, payload) => void said.push({ topic, message: JSON.parse(payload) })),
    /** Answers what was said last, as the service would. */
    answer: (topic: string, message: JsonObject) =>
      hear(topic, { ...message, clientToken: last().message["clientToken"] }),
  };
}

test("C2: over a connection it gets, applies and reports what differs from what the shadow says of it, once", () => {
  const it = setUp();
  it.up();
  expect(it.last().topic).toBe(at.get);
  const reported = { agentVersion: "0", batchEveryMs: 1_000, lines: { gone: { everyMs: { a: 1 } } } };
  it.answer(at.got, { version: 5, state: { desired: { batchEveryMs: 2_000 }, reported } });
  expect(it.wishes).toEqual([{ batchEveryMs: 2_000 }]);
  expect(it.last().topic).toBe(at.update);
  expect(it.last().message["state"]).toEqual({ reported: { agentVersion: "1", batchEveryMs: 2_000, lines: null } });
  it.answer(at.updated, { version: 6, state: {} });
  it.hear(at.delta, { version: 7, state: { batchEveryMs: 3_000 } });
  expect(it.last().message["state"]).toEqual({ reported: { batchEveryMs: 3_000 } });
  it.up();
  it.answer(at.got, {
    version: 8,
    state: { desired: { batchEveryMs: 3_000 }, reported: { agentVersion: "1", batchEveryMs: 3_000 } },
  });
  expect(it.last().topic).toBe(at.get);
});

test("what cannot be read, and what answers another's update, changes nothing", () => {
  const it = setUp();
  it.up();
  it.answer(at.got, { version: 5, state: {} });
  const [said, wishes] = [it.said.length, it.wishes.length];
  for (const nonsense of [
    "{",
    "[]",
    "null",
    { version: "6", state: { batchEveryMs: 9_000 } },
    { state: {} },
    " ".repeat(200_000),
  ])
    it.hear(at.delta, nonsense);
  it.hear(at.updated, { version: 9, state: {}, clientToken: "another's" });
  it.hear(at.updated, { version: 9, state: {} });
  expect([it.said.length, it.wishes.length]).toEqual([said, wishes]);
});

test("a question or a report without an answer is followed by another look, and so is a quiet time", async () => {
  const it = setUp();
  it.up();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(it.said.map(({ topic }) => topic)).toEqual([at.get, at.get]);
  it.answer(at.got, { version: 5, state: {} });
  expect(it.last().topic).toBe(at.update);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(it.last().topic).toBe(at.get);
  it.answer(at.got, { version: 5, state: { reported: { agentVersion: "1", batchEveryMs: 1_000 } } });
  const quiet = it.said.length;
  await vi.advanceTimersByTimeAsync(299_000);
  expect(it.said).toHaveLength(quiet);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(it.last().topic).toBe(at.get);
});

test("a report that the service has no time for is made again soon, one that it refuses with the next look", async () => {
  for (const [code, afterMs] of [
    [500, 30_000],
    [413, 300_000],
  ] as const) {
    const it = setUp();
    it.up();
    it.answer(at.got, { version: 5, state: {} });
    it.answer(at.notUpdated, { code, message: "no" });
    await vi.advanceTimersByTimeAsync(afterMs - 1);
    expect(it.last().topic).toBe(at.update);
    await vi.advanceTimersByTimeAsync(1);
    expect(it.last().topic).toBe(at.get);
    it.shadow.stop();
  }
});

test("stopped, it says nothing more", async () => {
  const it = setUp();
  it.up();
  it.shadow.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(it.said).toHaveLength(1);
});
