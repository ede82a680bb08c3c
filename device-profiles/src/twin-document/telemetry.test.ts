import fc from "fast-check";
import { expect, test } from "vitest";
import { METRIC_NAMES, OPERATING_STATES } from "../vocabulary/metrics.ts";
import type { TelemetryBatch } from "./batch.ts";
import { decodeBody, encodeBody } from "./body.ts";
import { crc32 } from "./crc32.ts";
import { decodeFrame, encodeFrame, type FrameHeader } from "./frame.ts";

const text = fc.string({ maxLength: 20 });
const time = fc.integer({ min: 0, max: 2 ** 45 });
const value = fc.oneof(
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 100),
  fc.double(),
  fc.constant(Number.NaN),
);
const group = fc.array(time, { minLength: 1, maxLength: 12 }).chain((times) =>
  fc.record({
    timesMonoMs: fc.constant(Float64Array.from(times.toSorted((a, b) => a - b))),
    columns: fc.array(
      fc.record({
        metric: fc.constantFrom(...METRIC_NAMES),
        values: fc.array(value, { minLength: times.length, maxLength: times.length }).map((v) => Float64Array.from(v)),
        qualities: fc
          .array(fc.integer({ min: 0, max: 3 }), { minLength: times.length, maxLength: times.length })
          .map((q) => Uint8Array.from(q)),
      }),
      { maxLength: 5 },
    ),
  }),
);
const device = fc.record({
  subject: fc.record(
    {
      line: text,
      unit: text,
      profile: text,
      profileRevision: fc.nat(),
      identity: fc.record({ manufacturer: text, model: text, serial: text, firmware: text }, { requiredKeys: [] }),
      attachment: text,
    },
    { requiredKeys: ["line", "unit", "profile", "profileRevision", "identity"] },
  ),
  previousState: fc.option(fc.record({ state: fc.constantFrom(...OPERATING_STATES), atMonoMs: time })),
  groups: fc.array(group, { maxLength: 3 }),
});
const clock = fc.double({ noNaN: true, noDefaultInfinity: true });
const batch: fc.Arbitrary<TelemetryBatch> = fc.record({
  bootId: text,
  anchor: fc.record({ monoMs: clock, wallMs: clock }),
  cloudOffsetMs: fc.option(clock),
  simulated: fc.boolean(),
  devices: fc.array(device, { maxLength: 3 }),
});
const header: fc.Arbitrary<FrameHeader> = fc.record({
  lane: fc.constantFrom("live", "backlog", "history"),
  compression: fc.constantFrom("none", "zstd"),
  epoch: fc.integer({ min: 1, max: 0xffff_ffff }),
  sequence: fc.maxSafeNat().map((n) => Math.max(1, n)),
});

test("a batch survives the wire unchanged", () => {
  fc.assert(
    fc.property(batch, (sent) => {
      const read = decodeBody(encodeBody(sent));
      expect(read).toEqual({ ok: true, value: { batch: sent, unknown: [] } });
    }),
  );
});

test("any byte string is a batch or one sentence, never an exception", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof decodeBody(bytes).ok === "boolean"));
  fc.assert(
    fc.property(batch, fc.nat(), fc.integer({ min: 0, max: 255 }), (sent, at, byte) => {
      const bytes = encodeBody(sent);
      bytes[at % bytes.length] = byte;
      return typeof decodeBody(bytes).ok === "boolean";
    }),
  );
});

test("an unknown metric sets aside its own column and nothing else", () => {
  const known = { metric: "batteryChargePct" as const, values: Float64Array.of(87), qualities: Uint8Array.of(0) };
  const sent: TelemetryBatch = {
    bootId: "b",
    anchor: { monoMs: 1, wallMs: 2 },
    cloudOffsetMs: null,
    simulated: true,
    devices: [
      {
        subject: { line: "l", unit: "1", profile: "p", profileRevision: 1, identity: {} },
        previousState: null,
        groups: [
          // The cast plays a newer gateway, whose vocabulary has a word that this one lacks.
          {
            timesMonoMs: Float64Array.of(5),
            columns: [{ ...known, metric: "fluxDensityMt" as "batteryChargePct" }, known],
          },
        ],
      },
    ],
  };
  const read = decodeBody(encodeBody(sent));
  expect(read.ok && read.value.unknown).toEqual([{ line: "l", unit: "1", metric: "fluxDensityMt" }]);
  expect(read.ok && read.value.batch.devices[0]?.groups[0]?.columns).toEqual([known]);
});

test("a frame survives the wire, and one flipped bit does not", () => {
  fc.assert(
    fc.property(
      header,
      fc.uint8Array({ maxLength: 64 }),
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      (sent, body, at, bit) => {
        const frame = encodeFrame(sent, body);
        expect(decodeFrame(frame)).toEqual({ ok: true, value: { header: sent, body } });
        const index = at % frame.length;
        frame[index] = (frame[index] as number) ^ (1 << bit);
        expect(decodeFrame(frame).ok).toBe(false);
      },
    ),
  );
});

test("the header stands where the layout says, byte for byte", () => {
  const frame = encodeFrame({ lane: "backlog", compression: "zstd", epoch: 7, sequence: 500 }, Uint8Array.of(0xaa));
  expect(Buffer.from(frame.subarray(0, 20)).toString("hex")).toBe("5754010101000000" + "00000007" + "00000000000001f4");
  expect(Buffer.from(frame.subarray(24)).toString("hex")).toBe("aa");
});

test("CRC-32 of the check string of the catalogue of CRCs", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
});
