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
  atMonoMs: number;
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
    const worth = sighting.readings.filter((reading) => this.#isWorthTelling(reading, sighting));
    const whole = worth.length >= WHOLE_FROM && worth.length > sighting.readings.length * WHOLE_FROM_SHARE;
    const readings = whole ? sighting.readings : worth;
    const urgent = this.#isUrgent(sighting, worth);
    for (const { metric, value, quality } of readings) this.#remember(metric, value, quality, sighting.atMonoMs);
    this.#link = sighting.link;
    this.#operatingState = sighting.operatingState;
    return { readings, urgent };
  }

  #remember(metric: MetricName, value: number | null, quality: Reading["quality"], atMonoMs: number): void {
    const last = this.#last.get(metric);
    if (last === undefined) this.#last.set(metric, { value, quality, atMonoMs });
    else {
      last.value = value;
      last.quality = quality;
      last.atMonoMs = atMonoMs;
    }
  }

  #isWorthTelling(reading: Reading, { atMonoMs, device }: Sighting): boolean {
    const last = this.#last.get(reading.metric);
    if (last === undefined || last.quality !== reading.quality) return true;
    if (atMonoMs - last.atMonoMs >= HEARTBEAT_MS) return true;
    if (last.value === null || reading.value === null) return last.value !== reading.value;
    if (last.value === reading.value) return false;
    return Math.abs(reading.value - last.value) > deadBandOf(device.profile, reading.metric);
  }

  #isUrgent(sighting: Sighting, worth: readonly Reading[]): boolean {
    if (this.#link !== sighting.link || this.#operatingState !== sighting.operatingState) return true;
    return worth.some(({ metric, value }) => isTechnicalAlarm(metric) && this.#last.get(metric)?.value !== value);
  }
}

function deadBandOf({ metrics, residuals }: Profile, metric: MetricName): number {
  return metrics[metric]?.deadBand ?? residuals.find((residual) => residual.metric === metric)?.deadBand ?? 0;
}
