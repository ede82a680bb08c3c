/** What a gateway thins while much waits must tell the cloud the same time in each state, and the same extremes. */
import { addMinutes, type Minutes, type Span, spansOf } from "@wardtwin/cloud-api/observation/rules";
import type { TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { runOf } from "@wardtwin/edge-agent/uplink/run.testing";
import { thin } from "@wardtwin/edge-agent/uplink/thin";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Of one device: its time in each state, joined where one stretch meets the next. */
function timeOf(batches: readonly TelemetryBatch[], unit: string): Span[] {
  const spans = batches
    .flatMap(({ devices }) => devices.filter(({ subject }) => subject.unit === unit))
    .flatMap((section) => spansOf(section, 0))
    .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && last.state === span.state && span.fromMs <= last.toMs) {
      last.toMs = Math.max(last.toMs, span.toMs);
    } else joined.push({ ...span });
  }
  return joined;
}

test("the time in each state is the same, to the millisecond", () => {
  fc.assert(
    fc.property(runOf(), (batches) => {
      const thinned = thin(batches);
      for (const unit of ["1", "2"]) expect(timeOf(thinned, unit)).toEqual(timeOf(batches, unit));
    }),
    { numRuns: 1_000 },
  );
});

test("each minute has the same lowest and highest value", () => {
  const extremes = (batches: readonly TelemetryBatch[]) => {
    const minutes: Minutes = new Map();
    for (const section of batches.flatMap(({ devices }) => devices))
      addMinutes(minutes, Number(section.subject.unit), section, 0);
    return [...minutes]
      .flatMap(([device, ofDevice]) =>
        [...ofDevice].flatMap(([minuteMs, { metrics, mins, maxs }]) =>
          metrics.map((metric, place) => [`${device} ${metric} ${minuteMs}`, mins[place], maxs[place]]),
        ),
      )
      .sort();
  };
  fc.assert(
    fc.property(runOf(), (batches) => {
      expect(extremes(thin(batches))).toEqual(extremes(batches));
    }),
  );
});
