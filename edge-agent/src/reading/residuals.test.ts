import ventilator from "@wardtwin/device-profiles/catalog/ventilator/puritan-bennett-840";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import fc from "fast-check";
import { expect, test } from "vitest";
import { residualsOf } from "./residuals.ts";

const good = (metric: Reading["metric"], value: number | null): Reading => ({ metric, value, quality: "good" });
const residuals = (...readings: Reading[]) =>
  Object.fromEntries(residualsOf(ventilator, readings).map(({ metric, value }) => [metric, value]));

test("a residual in % is a share of what was set, any other one a difference", () => {
  expect(
    residuals(
      good("tidalVolumeSetMl", 500),
      good("tidalVolumeExpiredMl", 490),
      good("oxygenConcentrationSetPct", 40),
      good("oxygenConcentrationPct", 42),
      good("peepSetCmH2O", 8),
      good("peepCmH2O", 7.8),
    ),
  ).toEqual({ tidalVolumeResidualPct: -2, oxygenConcentrationResidualPct: 5, peepResidualCmH2O: -0.2 });
});

test("there is none from a value that is blank, missing, implausible or stale, and no share of nothing", () => {
  const set = good("tidalVolumeSetMl", 500);
  expect(residuals(set)).toEqual({});
  expect(residuals(set, good("tidalVolumeExpiredMl", null))).toEqual({});
  for (const quality of ["implausible", "stale", "unreachable"] as const) {
    expect(residuals(set, { metric: "tidalVolumeExpiredMl", value: 490, quality })).toEqual({});
    expect(residuals({ ...set, quality }, good("tidalVolumeExpiredMl", 490))).toEqual({});
  }
  expect(residuals(good("tidalVolumeSetMl", 0), good("tidalVolumeExpiredMl", 490))).toEqual({});
  expect(residuals(good("peepSetCmH2O", 0), good("peepCmH2O", 0.4))).toEqual({ peepResidualCmH2O: 0.4 });
});

test("what was delivered can be drawn from what was set and the residual", () => {
  const decimal = (min: number, max: number) => fc.integer({ min, max }).map((tenths) => tenths / 10);
  fc.assert(
    fc.property(decimal(1, 30_000), decimal(0, 60_000), (set, delivered) => {
      const { tidalVolumeResidualPct: share = Number.NaN } = residuals(
        good("tidalVolumeSetMl", set),
        good("tidalVolumeExpiredMl", delivered),
      );
      expect(set * (1 + (share ?? Number.NaN) / 100)).toBeCloseTo(delivered, 4);
    }),
  );
});
