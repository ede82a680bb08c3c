import {
  SIGHTINGS_MAX,
  type SightingAnswer,
  type SightingReport,
} from "@wardtwin/device-profiles/twin-document/messages";
import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import type { Sighting } from "../reading/device-watch.ts";

/** How soon a device is reported again that nobody has said is this gateway's, at first and at most, ms. */
const AGAIN_MIN_MS = 5_000;
const AGAIN_MAX_MS = 60_000;
/** How often even one that is: bindings are changed by others, too, ms. */
const SETTLED_AGAIN_MS = 10 * 60_000;

/** A device that names itself, in one unbroken presence on its place. */
interface Met {
  seen: Sighting;
  serial: string;
  sinceMonoMs: number;
  dueMonoMs: number;
  pauseMs: number;
}

/**
 * Which devices the cloud has still to be told of. Whose a device is, the cloud alone knows; so each one that names itself is
 * reported when it is met, and on each connection anew, until the cloud says that it is this gateway's.
 */
export class SightingReports {
  readonly #met = new Map<string, Met>();

  take(seen: Sighting): void {
    const { device, identity, link, atMonoMs } = seen;
    if (device.profile.identity !== "self") return;
    const key = placeKey(device.line, device.unit);
    const { serial } = identity;
    const before = this.#met.get(key);
    if (link !== "connected" || serial === undefined) this.#met.delete(key);
    else if (before !== undefined && normalisedSerial(before.serial) === normalisedSerial(serial)) before.seen = seen;
    else this.#met.set(key, { seen, serial, sinceMonoMs: atMonoMs, dueMonoMs: atMonoMs, pauseMs: AGAIN_MIN_MS });
  }

  /** What is to be said now; null where nothing is. */
  due(nowMonoMs: number): SightingReport | null {
    const due = [...this.#met.values()].filter(({ dueMonoMs }) => dueMonoMs <= nowMonoMs).slice(0, SIGHTINGS_MAX);
    for (const met of due) {
      met.dueMonoMs = nowMonoMs + met.pauseMs;
      met.pauseMs = Math.min(AGAIN_MAX_MS, met.pauseMs * 2);
    }
    return due.length === 0 ? null : { devices: due.map((met) => told(met, nowMonoMs)) };
  }

  answered({ devices }: SightingAnswer, nowMonoMs: number): void {
    for (const { line, unit, serial, verdict } of devices) {
      const met = this.#met.get(placeKey(line, unit));
      if (met === undefined || met.serial !== serial || verdict !== "bound") continue;
      met.dueMonoMs = nowMonoMs + SETTLED_AGAIN_MS;
      met.pauseMs = AGAIN_MIN_MS;
    }
  }

  /** The connection is a new one, and what was settled before it may no longer be so. */
  all(nowMonoMs: number): void {
    for (const met of this.#met.values()) Object.assign(met, { dueMonoMs: nowMonoMs, pauseMs: AGAIN_MIN_MS });
  }
}

const placeKey = (line: string, unit: string): string => JSON.stringify([line, unit]);

function told({ seen, serial, sinceMonoMs }: Met, nowMonoMs: number): SightingReport["devices"][number] {
  const { device, operatingState, atMonoMs } = seen;
  const { manufacturer, model, firmware } = seen.identity;
  return {
    line: device.line,
    unit: device.unit,
    profile: device.profile.id,
    serial,
    ...(manufacturer !== undefined && { manufacturer }),
    ...(model !== undefined && { model }),
    ...(firmware !== undefined && { firmware }),
    operatingState,
    forMs: Math.max(0, nowMonoMs - sinceMonoMs),
    agoMs: Math.max(0, nowMonoMs - atMonoMs),
  };
}
