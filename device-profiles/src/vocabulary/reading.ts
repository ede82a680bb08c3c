import type { DeviceIdentity } from "./identity.ts";
import type { MetricName, OperatingState } from "./metrics.ts";
import type { Quality } from "./quality.ts";

/**
 * One value of one metric. `value` is in the metric's canonical unit, or the index of the word of a coded metric;
 * null where the device left the field blank (quality `good`) or did not answer (quality `unreachable`).
 */
export interface Reading {
  metric: MetricName;
  value: number | null;
  quality: Quality;
}

/** What one poll of one device said, stamped with the gateway's monotonic clock when its last byte arrived. */
export interface PollReport {
  poll: string;
  atMonoMs: number;
  identity: DeviceIdentity;
  operatingState: OperatingState;
  readings: Reading[];
}
