import { expect, test } from "vitest";
import { ReconnectGate } from "./reconnect-gate.ts";

function gateAt() {
  const clock = { nowMs: 0 };
  const gate = new ReconnectGate<string>(() => clock.nowMs);
  return { clock, gate };
}

test("pauses grow with each failure up to 4 s, and an opening ends them", () => {
  const { clock, gate } = gateAt();
  const pauses = Array.from({ length: 7 }, (_, times) => {
    gate.failed(`reason ${times}`, clock.nowMs);
    expect(gate.blockedBy()).toBe(`reason ${times}`);
    const from = clock.nowMs;
    while (gate.blockedBy() !== null) clock.nowMs += 10;
    return clock.nowMs - from;
  });
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
  gate.opened();
  gate.failed("again", clock.nowMs);
  clock.nowMs += 250;
  expect(gate.blockedBy()).toBeNull();
});

test("an attempt that waited long is followed by twice that time, so that the line's other units need not wait", () => {
  const { clock, gate } = gateAt();
  clock.nowMs = 1_000;
  gate.failed("no answer", 0);
  clock.nowMs = 2_999;
  expect(gate.blockedBy()).toBe("no answer");
  clock.nowMs = 3_000;
  expect(gate.blockedBy()).toBeNull();
});
