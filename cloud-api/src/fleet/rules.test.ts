import fc from "fast-check";
import { expect, test } from "vitest";
import { type Claim, SILENT_AFTER_MS, whereabouts } from "./rules.ts";

const NOW_MS = 1_000_000_000;
/** gw-b reports a ventilator in standby that it has heard for 4 s; gw-a, to which it is bound, stopped hearing it 6 s ago. */
const carried = (change: Partial<Claim> = {}): Claim => ({
  gateway: "gw-b",
  boundTo: "gw-a",
  inConflict: false,
  overruled: false,
  here: { fromMs: NOW_MS - 4_000, toMs: NOW_MS - 500, state: "standby" },
  there: { toMs: NOW_MS - 10_000, answers: false, state: "standby" },
  reportedMs: null,
  nowMs: NOW_MS,
  ...change,
});
const heardThere = (agoMs: number, answers = true) => ({
  there: { toMs: NOW_MS - agoMs, answers, state: "standby" } as const,
});

test("a device out of use moves with one report, once the gateway that had it no longer hears it", () => {
  expect(whereabouts(carried())).toBe("bind");
  expect(whereabouts(carried({ there: null }))).toBe("bind");
  expect(whereabouts(carried(heardThere(SILENT_AFTER_MS + 1)))).toBe("bind");
});

test("while the other gateway may still hear it, it stays", () => {
  expect(whereabouts(carried(heardThere(10_000)))).toBe("held");
});

test("a device that nobody has is the first one's who reports it", () => {
  expect(whereabouts(carried({ boundTo: null, there: null }))).toBe("bind");
  expect(whereabouts(carried({ boundTo: "gw-b" }))).toBe("bound");
});

test.each(["in-use", "unknown"] as const)("a device that is %s never moves by one report", (state) => {
  for (const claim of [
    carried({ here: { ...carried().here, state } }),
    carried({ there: { toMs: NOW_MS - 10_000, answers: false, state } }),
  ]) {
    expect(whereabouts(claim)).toBe("wait");
    expect(whereabouts({ ...claim, reportedMs: NOW_MS - 1_000 })).toBe("wait");
    expect(whereabouts({ ...claim, reportedMs: NOW_MS - 5_000 })).toBe("bind");
  }
});

test("two that answer at the same time are a conflict, which no later report ends", () => {
  const here = { fromMs: NOW_MS - 20_000, toMs: NOW_MS - 200, state: "standby" } as const;
  expect(whereabouts(carried({ here, ...heardThere(1_500) }))).toBe("conflict");
  // Whether it still answers there or has fallen silent meanwhile: it did while it was here.
  expect(whereabouts(carried({ here, ...heardThere(12_000, false) }))).toBe("conflict");
  expect(whereabouts(carried({ inConflict: true, boundTo: "gw-b" }))).toBe("conflict");
});

test("a device that went back answers after it was last heard here, and that is no conflict", () => {
  const here = { fromMs: NOW_MS - 60_000, toMs: NOW_MS - 3_000, state: "standby" } as const;
  expect(whereabouts(carried({ here, ...heardThere(500) }))).toBe("held");
});

test("what a person overruled is held, whatever the other gateway hears", () => {
  const here = { fromMs: NOW_MS - 20_000, toMs: NOW_MS - 200, state: "standby" } as const;
  expect(whereabouts(carried({ overruled: true, here, ...heardThere(1_500) }))).toBe("held");
  expect(whereabouts(carried({ overruled: true }))).toBe("held");
});

test("one report never takes a device from a gateway that has just heard it, nor one that may be in use from anybody", () => {
  const state = fc.constantFrom("in-use", "standby", "off", "unknown", "self-test" as const);
  const ago = fc.integer({ min: 0, max: 120_000 });
  fc.assert(
    fc.property(state, state, ago, ago, ago, fc.boolean(), (hereState, thereState, from, to, there, answers) => {
      const claim = carried({
        here: { fromMs: NOW_MS - Math.max(from, to), toMs: NOW_MS - Math.min(from, to), state: hereState },
        there: { toMs: NOW_MS - there, answers, state: thereState },
      });
      const word = whereabouts(claim);
      if (answers && there <= SILENT_AFTER_MS) expect(word).not.toBe("bind");
      if ([hereState, thereState].some((one) => one === "in-use" || one === "unknown")) expect(word).not.toBe("bind");
    }),
  );
});
