import type { Gauges } from "./gauges.ts";

/** A moment of a breath, as the curves on a ventilator's screen show it. */
export interface BreathMoment {
  inspiring: boolean;
  pressureCmH2O: number;
  /** Into the lung; negative on the way out. */
  flowLPerMin: number;
  volumeMl: number;
}

const REST: BreathMoment = { inspiring: false, pressureCmH2O: 0, flowLPerMin: 0, volumeMl: 0 };

/**
 * The breath of a ventilator's gauges at a moment: constant flow in, then a passive way out, by the equation of motion of
 * the respiratory system. At rest while there is no breath on the gauges.
 */
export function breathAt(gauges: Gauges, atMs: number): BreathMoment {
  const ratePerMin = gauges.read("respiratoryRatePerMin");
  const volumeMl = gauges.read("tidalVolumeExpiredMl");
  if (ratePerMin <= 0 || volumeMl <= 0) return REST;
  const peep = gauges.read("peepCmH2O");
  const compliance = Math.max(gauges.read("complianceDynamicMlPerCmH2O"), 1);
  const resistance = gauges.read("resistanceDynamicCmH2OSPerL");
  const flowLPerS = Math.max(gauges.read("peakFlowSetLPerMin"), 1) / 60;
  const sinceBeginS = (atMs / 1000) % (60 / ratePerMin);
  const inspirationS = volumeMl / 1000 / flowLPerS;
  if (sinceBeginS < inspirationS) {
    const insideMl = flowLPerS * 1000 * sinceBeginS;
    const pressureCmH2O = peep + insideMl / compliance + resistance * flowLPerS;
    return { inspiring: true, pressureCmH2O, flowLPerMin: flowLPerS * 60, volumeMl: insideMl };
  }
  const timeConstantS = Math.max((resistance * compliance) / 1000, 0.05);
  const insideMl = volumeMl * Math.exp(-(sinceBeginS - inspirationS) / timeConstantS);
  const flowLPerMin = -((insideMl / 1000 / timeConstantS) * 60);
  return { inspiring: false, pressureCmH2O: peep, flowLPerMin, volumeMl: insideMl };
}
