import { normalisedSerial } from "@wardtwin/device-profiles/vocabulary/identity";
import { metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Log } from "../log.ts";
import type { Attachments } from "./attachments.ts";
import { type ClinicalTally, settled, tallied } from "./clinical-counter.ts";
import type { Device, Outcome } from "./device.ts";
import { type Sighting, UNWATCHED, type Watch, watched } from "./device-watch.ts";
import { residualsOf } from "./residuals.ts";

export interface JudgingDeps {
  attachments: Attachments;
  log: Log;
  /** Whether what was measured on a person goes any further than this; what is drawn from it here is drawn all the same. */
  keepPatientDerived: boolean;
  onSighting(sighting: Sighting): void;
}

/**
 * Judges each outcome by what came before on the same place: residuals and counts join it, a device that comes or goes is
 * logged, and what the site does not keep is dropped before anything is written.
 */
export function judging({ attachments, log, keepPatientDerived, onSighting }: JudgingDeps): (outcome: Outcome) => void {
  const watches = new WeakMap<Device, Watch>();
  const tallies = new WeakMap<Device, ClinicalTally>();

  /** What a full hour came to joins the last sighting; without one it waits for the next. */
  function withCounts(outcome: Outcome, sightings: readonly Sighting[]): readonly Sighting[] {
    const { device } = outcome;
    const last = sightings.at(-1);
    const who = last === undefined ? "" : whoIn(last);
    const tally = tallied(tallies.get(device) ?? null, outcome, who);
    if (tally === null) {
      tallies.delete(device);
      return sightings;
    }
    const isTold = last !== undefined && tally.who === who;
    tallies.set(device, isTold ? settled(tally) : tally);
    return isTold ? [...sightings.slice(0, -1), { ...last, readings: [...last.readings, ...tally.due] }] : sightings;
  }

  return (outcome) => {
    const { device } = outcome;
    const before = watches.get(device) ?? UNWATCHED;
    const { watch, sightings } = watched(before, withResiduals(outcome), attachments.after(outcome));
    watches.set(device, watch);
    if (watch.link !== before.link) {
      const reason = outcome.result.ok ? undefined : outcome.result.fault;
      log.info({ line: device.line, unit: device.unit, link: watch.link, reason }, "device link");
    }
    for (const sighting of withCounts(outcome, sightings)) {
      onSighting(keepPatientDerived ? sighting : withoutPatientDerived(sighting));
    }
  };
}

function withResiduals(outcome: Outcome): Outcome {
  const { device, result } = outcome;
  if (!result.ok || device.profile.residuals.length === 0) return outcome;
  const readings = [...result.value.readings, ...residualsOf(device.profile, result.value.readings)];
  return { ...outcome, result: { ...result, value: { ...result.value, readings } } };
}

const whoIn = ({ attachment, identity }: Sighting): string => attachment ?? normalisedSerial(identity.serial ?? "");

const withoutPatientDerived = (sighting: Sighting): Sighting => ({
  ...sighting,
  readings: sighting.readings.filter(({ metric }) => metricTerm(metric).origin !== "patient-derived"),
});
