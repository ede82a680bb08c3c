import { expect, test } from "vitest";
import { KeepAlive } from "./keep-alive.ts";

test("a host with a session is asked at its time and kept as long as it answers", () => {
  const keepAlive = new KeepAlive(5000);
  expect(keepAlive.due(0, false)).toBeNull();
  expect([keepAlive.due(1000, true), keepAlive.due(5999, true), keepAlive.due(6000, true)]).toEqual([
    null,
    null,
    "ask",
  ]);
  keepAlive.answered();
  expect([keepAlive.due(10_999, true), keepAlive.due(11_000, true)]).toEqual([null, "ask"]);
});

test("a host that has not answered when the next question falls due is given up, and begins anew", () => {
  const keepAlive = new KeepAlive(5000);
  keepAlive.due(0, true);
  expect([keepAlive.due(5000, true), keepAlive.due(10_000, true)]).toEqual(["ask", "close"]);
  expect([keepAlive.due(10_020, false), keepAlive.due(12_000, true), keepAlive.due(17_000, true)]).toEqual([
    null,
    null,
    "ask",
  ]);
});
