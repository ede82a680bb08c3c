import { scaled } from "@wardtwin/device-profiles/codec/decoded";
import type { ProfileCore } from "@wardtwin/device-profiles/profile/profile";
import { metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";

/**
 * What was delivered less what was set, from the readings of one poll: a share of the set value in % where the metric's unit
 * is %, else the difference in the metric's unit. Only from values that are both known and good; a share of nothing is none.
 */
export function residualsOf({ residuals }: Pick<ProfileCore, "residuals">, readings: readonly Reading[]): Reading[] {
  const known = new Map(
    readings.flatMap(({ metric, value, quality }) => (quality === "good" ? [[metric, value]] : [])),
  );
  return residuals.flatMap(({ metric, delivered, set }): Reading[] => {
    const [is, should] = [known.get(delivered) ?? null, known.get(set) ?? null];
    if (is === null || should === null) return [];
    const isShare = metricTerm(metric).ucum === "%";
    if (isShare && should === 0) return [];
    const value = scaled(isShare ? ((is - should) / should) * 100 : is - should);
    return [{ metric, value, quality: "good" }];
  });
}
