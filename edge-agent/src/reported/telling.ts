import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { isTechnicalAlarm, type MetricName, type OperatingState } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";
import type { DeviceLink, Sighting } from "../reading/device-watch.ts";

/** A value that has not changed is told again after so long, ms, so that the cloud can tell slow from dead. */
const HEARTBEAT_MS = 30_000;
/**
 * From this share of a poll on that is worth telling, all of it is told: rows of the same metrics share a group of a batch,
 * and a value that did not change costs less there than a group of its own.
 */
const WHOLE_FROM_SHARE = 0.25;
/** Below this number of values a group of its own is small anyway. */
const WHOLE_FROM = 8;

/** What of a sighting is worth telling, and whether it is worth telling at once. */
export interface Telling {
  readings: readonly Reading[];
  urgent: boolean;
}

interface LastTold {
  value: number | null;
  quality: Reading["quality"];
  /** -Infinity before anything was told. */
  atMonoMs: number;
  readonly deadBand: number;
  readonly isAlarm: boolean;
}

/** What was last told of one device, and so what is worth telling next. It grows with the metrics of its profile alone. */
export class Teller {
  readonly #last = new Map<MetricName, LastTold>();
  #link: DeviceLink | null = null;
  #operatingState: OperatingState | null = null;

  /**
   * Picks what changed beyond its dead band, changed in quality, or was not told for a heartbeat. Operating state and link
   * are not among the readings: they are told with every sighting. A change of either, or of a technical alarm, is urgent.
   */
  tell(sighting: Sighting): Telling {
    const { readings: all, atMonoMs, device, link, operatingState } = sighting;
    const worth: Reading[] = [];
    const lasts: LastTold[] = [];
    let urgent = this.#link !== link || this.#operatingState !== operatingState;
    for (const reading of all) {
      const last = this.#lastOf(reading.metric, device.profile);
      if (isWorthTelling(reading, last, atMonoMs)) {
        worth.push(reading);
        lasts.push(last);
        urgent ||= last.isAlarm && last.value !== reading.value;
      }
    }
    const whole = worth.length >= WHOLE_FROM && worth.length > all.length * WHOLE_FROM_SHARE;
    const readings = whole ? all : worth;
    readings.forEach(({ metric, value, quality }, at) => {
      const last = whole ? this.#lastOf(metric, device.profile) : lasts[at];
      if (last !== undefined) Object.assign(last, { value, quality, atMonoMs });
    });
    this.#link = link;
    this.#operatingState = operatingState;
    return { readings, urgent };
  }

  #lastOf(metric: MetricName, profile: Profile): LastTold {
    const known = this.#last.get(metric);
    if (known !== undefined) return known;
    const last: LastTold = {
      value: null,
      quality: "good",
      atMonoMs: Number.NEGATIVE_INFINITY,
      deadBand: deadBandOf(profile, metric),
      isAlarm: isTechnicalAlarm(metric),
    };
    this.#last.set(metric, last);
    return last;
  }
}

function isWorthTelling({ value, quality }: Reading, last: LastTold, atMonoMs: number): boolean {
  if (last.quality !== quality || atMonoMs - last.atMonoMs >= HEARTBEAT_MS) return true;
  if (last.value === null || value === null) return last.value !== value;
  return last.value !== value && Math.abs(value - last.value) > last.deadBand;
}

function deadBandOf({ metrics, residuals }: Profile, metric: MetricName): number {
  return metrics[metric]?.deadBand ?? residuals.find((residual) => residual.metric === metric)?.deadBand ?? 0;
}
