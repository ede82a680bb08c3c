import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arrival, acknowledgements, multirangeText, offsetOf, rangesOf } from "./rules.ts";

const sequences = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });

test("ranges hold exactly the sequences they were made of, and never touch", () => {
  fc.assert(
    fc.property(sequences, (list) => {
      const ranges = rangesOf(list);
      const held = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
      expect(held).toEqual([...new Set(list)].sort((a, b) => a - b));
      for (let i = 1; i < ranges.length; i++) expect(ranges[i]?.[0]).toBeGreaterThan((ranges[i - 1]?.[1] ?? 0) + 1);
    }),
  );
});

test("a multirange is written with its upper bound excluded", () => {
  expect(
    multirangeText([
      [1, 3],
      [7, 7],
    ]),
  ).toBe("{[1,4),[7,8)}");
});

const arrival = (gatewayId: string, epoch: number, sequence: number): Arrival => ({
  siteId: "s",
  gatewayId,
  header: { lane: "live", compression: "none", epoch, sequence },
  body: new Uint8Array(),
  message: new Uint8Array(),
  receivedAtMs: 0,
});

test("a backlog sequence below a live one is acknowledged alone, never up to a mark", () => {
  const settled = [1000, 500].map((sequence) => ({
    arrival: arrival("g", 3, sequence),
    outcome: { kind: "committed" } as const,
    devices: [],
  }));
  expect(acknowledgements(settled)).toEqual([
    {
      siteId: "s",
      gatewayId: "g",
      ack: {
        epoch: 3,
        committed: [
          [500, 500],
          [1000, 1000],
        ],
        setAside: [],
      },
    },
  ]);
});

test("what is set aside is told with its reason, apart from what is committed", () => {
  const settled = [
    { arrival: arrival("g", 1, 1), outcome: { kind: "committed" } as const, devices: [] },
    { arrival: arrival("g", 1, 2), outcome: { kind: "set-aside", reason: "a body of 0 bytes" } as const, devices: [] },
    { arrival: arrival("h", 1, 1), outcome: { kind: "committed" } as const, devices: [] },
  ];
  const acks = acknowledgements(settled);
  expect(acks.map(({ gatewayId }) => gatewayId)).toEqual(["g", "h"]);
  expect(acks[0]?.ack.setAside).toEqual([{ range: [2, 2], reason: "a body of 0 bytes" }]);
});

test("time comes from the gateway's measurement, else the cloud's, else the gateway's wall clock", () => {
  const anchor = { monoMs: 1_000, wallMs: 51_000 };
  expect(offsetOf({ cloudOffsetMs: 7, anchor }, 9, 60_000)).toBe(7);
  expect(offsetOf({ cloudOffsetMs: null, anchor }, 9, 60_000)).toBe(9);
  expect(offsetOf({ cloudOffsetMs: null, anchor }, null, 60_000)).toBe(50_000);
  expect(offsetOf({ cloudOffsetMs: null, anchor }, null, 41_000)).toBe(40_000);
});
