import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OpenStream, StreamListener } from "./event-stream.ts";
import { Hub } from "./hub.ts";
import { type OwnerMessage, TAB_SILENT_MAX_MS } from "./protocol.ts";
import type { Topic } from "./topics.ts";

interface Opened {
  topics: readonly Topic[];
  listener: StreamListener;
  closed: boolean;
}
let streams: Opened[] = [];
let hub: Hub;
const open: OpenStream = (topics, listener) => {
  const stream: Opened = { topics, listener, closed: false };
  streams.push(stream);
  return () => {
    stream.closed = true;
  };
};
const current = (): Opened => {
  const stream = streams.at(-1);
  if (stream === undefined) throw new Error("no stream was opened");
  return stream;
};

function tab() {
  const got: OwnerMessage[] = [];
  const seat = hub.join((message) => got.push(message));
  return {
    want: (topics: Topic[], user = "u-1") => seat.receive({ type: "want", user, topics }),
    bye: () => seat.receive({ type: "bye" }),
    nudge: () => seat.receive({ type: "nudge" }),
    events: () => got.flatMap((message) => (message.type === "event" ? [message.data] : [])),
    phase: () => got.findLast((message) => message.type === "status")?.status.phase,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  hub = new Hub(open, () => 0.5);
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});
const settle = () => vi.advanceTimersByTime(200);

test("tabs share one stream of everything they look at", () => {
  tab().want(["map"]);
  tab().want(["map", "twin:a"]);
  settle();
  expect(streams).toHaveLength(1);
  expect(current().topics).toEqual(["map", "twin:a"]);
});

test("an event reaches the tabs that look at it, and no other", () => {
  const [a, b] = [tab(), tab()];
  a.want(["map"]);
  b.want(["twin:x"]);
  settle();
  current().listener.event("twin", { id: "x" });
  expect(a.events()).toEqual([]);
  expect(b.events()).toEqual([{ id: "x" }]);
});

test("a tab that joins a running stream gets the latest at once", () => {
  tab().want(["map"]);
  settle();
  current().listener.event("map", { at: "now" });
  const late = tab();
  late.want(["map"]);
  settle();
  expect(late.events()).toEqual([{ at: "now" }]);
  expect(streams).toHaveLength(1);
});

test("a wish repeated opens nothing and tells nothing twice", () => {
  const a = tab();
  a.want(["map"]);
  settle();
  current().listener.event("map", { at: "now" });
  a.want(["map"]);
  settle();
  expect(a.events()).toHaveLength(1);
  expect(streams).toHaveLength(1);
});

test("the stream follows the union, and closes with the last tab", () => {
  const [a, b] = [tab(), tab()];
  a.want(["map"]);
  b.want(["twin:x"]);
  settle();
  b.bye();
  settle();
  expect(current().topics).toEqual(["map"]);
  a.bye();
  settle();
  expect(streams.every(({ closed }) => closed)).toBe(true);
});

test("a tab that vanished without a word is forgotten, and taken back when it speaks", () => {
  const [a, b] = [tab(), tab()];
  a.want(["map"]);
  b.want(["twin:x"]);
  for (let waitedMs = 0; waitedMs < TAB_SILENT_MAX_MS + 60_000; waitedMs += 10_000) {
    vi.advanceTimersByTime(10_000);
    current().listener.heard();
    a.want(["map"]);
  }
  expect(current().topics).toEqual(["map"]);
  b.want(["twin:x"]);
  settle();
  expect(current().topics).toEqual(["map", "twin:x"]);
});

test("a broken line is tried again, later each time, and at once when a tab wakes", () => {
  const a = tab();
  a.want(["map"]);
  settle();
  current().listener.ended(null);
  expect(a.phase()).toBe("connecting");
  vi.advanceTimersByTime(999);
  expect(streams).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(streams).toHaveLength(2);
  current().listener.ended(503);
  vi.advanceTimersByTime(1_000);
  expect(streams).toHaveLength(2);
  a.nudge();
  expect(streams).toHaveLength(3);
});

test("a line that falls silent is dead, though nothing says so", () => {
  const a = tab();
  a.want(["map"]);
  settle();
  current().listener.heard();
  expect(a.phase()).toBe("live");
  vi.advanceTimersByTime(20_000);
  expect(streams).toHaveLength(2);
  expect(streams[0]?.closed).toBe(true);
});

test("an ended session is not tried again, and another person's stream starts anew", () => {
  const a = tab();
  a.want(["map"]);
  settle();
  current().listener.event("map", { at: "secret" });
  current().listener.ended(401);
  vi.advanceTimersByTime(120_000);
  expect(streams).toHaveLength(1);
  expect(a.phase()).toBe("refused");
  const b = tab();
  b.want(["map"], "u-2");
  settle();
  expect(streams).toHaveLength(2);
  expect(b.events()).toEqual([]);
});
