import type { DeviceKind } from "@wardtwin/device-profiles/vocabulary/device-kind";
import type { DutyCycle } from "./duty-cycle.ts";
import type { Gauges } from "./gauges.ts";

/**
 * A device as a thing in the world, apart from any wire. `gauges` hold the truth; a wire only renders them. Wear and
 * drift will stand between the two: a body will then keep what is true and what its worn sensors show side by side.
 */
export interface Body {
  readonly kind: DeviceKind;
  readonly gauges: Gauges;
  readonly duty: DutyCycle;
  /** Passes time. `nowMs` is the wall time at the end of the step; `elapsedMs` may be 0 to let pins carry through. */
  step(elapsedMs: number, nowMs: number): void;
}

export const MS_PER_H = 3_600_000;
