import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import type { Duty, DutyCycle } from "./duty-cycle.ts";
import type { GaugeRanges, Gauges } from "./gauges.ts";
import { PbAlarms } from "./pb-alarms.ts";
import {
  type PbModel,
  SETTING_RANGES,
  SETUPS_980,
  type Setup,
  setAtFirst,
  VOLUME_CONTROL,
  wordOf,
} from "./pb-settings.ts";
import { Ventilator, type VentilatorAlarm } from "./ventilator.ts";

/** What it measures beside what every ventilator does; absent while nothing breathes on it, or nothing of the kind. */
const MEASUREMENT_RANGES = {
  endInspiratoryPressureCmH2O: [-20, 130],
  ieExpiratoryRatio: [0, 599],
  tidalVolumeInspiredMl: [0, 6000],
  tidalVolumeSpontaneousMl: [0, 6000],
  minuteVolumeSpontaneousLPerMin: [0, 99],
  inspiratoryTimeSpontaneousS: [0, 10],
  inspiratoryTimeSpontaneousPct: [0, 100],
  rapidShallowBreathingIndexPerMinL: [0, 600],
  peakFlowSpontaneousLPerMin: [0, 200],
  peakFlowExpiratoryLPerMin: [0, 200],
  endExpiratoryFlowLPerMin: [0, 150],
  peepIntrinsicCmH2O: [0, 130],
  resistanceTotalCmH2OSPerL: [0, 100],
  resistancePatientCmH2OSPerL: [0, 100],
  elastancePatientCmH2OPerL: [0, 200],
  compliancePatientMlPerCmH2O: [0, 200],
  workOfBreathingJPerL: [0, 10],
  peepIntrinsicManeuverCmH2O: [0, 130],
  peepTotalManeuverCmH2O: [0, 130],
  complianceStaticMlPerCmH2O: [0, 500],
  resistanceStaticCmH2OSPerL: [0, 500],
  plateauPressureCmH2O: [0, 130],
  negativeInspiratoryForceCmH2O: [-50, 0],
  occlusionPressureCmH2O: [-20, 0],
  vitalCapacityMl: [0, 6000],
  leakPct: [0, 100],
  leakAtPeepLPerMin: [0, 200],
  leakVolumeMl: [0, 9000],
} as const satisfies GaugeRanges;

const isMeasurement = (metric: string): metric is keyof typeof MEASUREMENT_RANGES =>
  Object.hasOwn(MEASUREMENT_RANGES, metric);
const MEASUREMENTS = Object.keys(MEASUREMENT_RANGES).filter(isMeasurement);

/** What a ventilator's support adds to the effort of a person who breathes alone through a tube. */
const EFFORT_CMH2O = 8;
const SPONTANEOUS_INSPIRATION_S = 0.9;

/** A Puritan Bennett ventilator: an 840 in volume control, a 980 in one of several modes, drawn anew at each use. */
export class PbVentilator implements Body {
  readonly kind = "ventilator";
  readonly model: PbModel;
  readonly alarms = new PbAlarms();
  readonly #ventilator: Ventilator;
  readonly #random: Random;
  #wasInUse = false;

  constructor(model: PbModel, duty: Duty, random: Random) {
    this.model = model;
    this.#ventilator = new Ventilator(duty, random, {
      ...SETTING_RANGES,
      ...MEASUREMENT_RANGES,
      alarmAudioPaused: [0, 1],
    });
    this.#random = random.fork("puritan bennett");
    setAtFirst(this.gauges, model);
    this.gauges.set("alarmAudioPaused", 0);
    this.#setUp(model === "840" ? VOLUME_CONTROL : SETUPS_980[0]);
    this.#follow();
  }

  get gauges(): Gauges {
    return this.#ventilator.gauges;
  }

  get duty(): DutyCycle {
    return this.#ventilator.duty;
  }

  /** Technical alarms that are over and have not been cleared. */
  get reset(): ReadonlySet<VentilatorAlarm> {
    return this.#ventilator.reset;
  }

  step(elapsedMs: number): void {
    this.#ventilator.step(elapsedMs);
    this.#follow();
  }

  #setUp({ ventilationMode, mandatoryType, spontaneousType }: Setup): void {
    const { gauges } = this;
    gauges.set("ventilationMode", ventilationMode);
    gauges.set("mandatoryType", mandatoryType);
    if (spontaneousType === null) gauges.clear(["spontaneousType"]);
    else gauges.set("spontaneousType", spontaneousType);
    gauges.set("peepLowSetCmH2O", gauges.read("peepSetCmH2O"));
    gauges.set("peepHighSetCmH2O", gauges.read("peepSetCmH2O") + 12);
  }

  /** Brings what is beside the breath of every ventilator to where that has gone. */
  #follow(): void {
    const { gauges } = this;
    const inUse = this.duty.state === "in-use";
    const begins = inUse && !this.#wasInUse;
    if (begins) this.#setUp(this.model === "840" ? VOLUME_CONTROL : this.#random.pick(SETUPS_980));
    this.#wasInUse = inUse;
    if (inUse) {
      this.#breatheByPressure();
      this.#measureBreath();
      this.#measureOwnBreaths();
      this.#measureLeak();
      if (begins) this.#tryManeuvers();
    } else {
      gauges.clear(MEASUREMENTS);
    }
    this.alarms.step(gauges, inUse);
  }

  /** The pressure above PEEP that drives a breath where the volume follows from it, or null in volume control. */
  #drivingCmH2O(): number | null {
    const { gauges } = this;
    const mode = wordOf(gauges, "ventilationMode");
    if (mode === "bilevel") return gauges.read("peepHighSetCmH2O") - gauges.read("peepLowSetCmH2O");
    if (mode !== "spontaneous") {
      return wordOf(gauges, "mandatoryType") === "pressure-control" ? gauges.read("inspiratoryPressureSetCmH2O") : null;
    }
    switch (wordOf(gauges, "spontaneousType")) {
      case "pressure-support":
        return gauges.read("supportPressureSetCmH2O");
      case "volume-support":
        return gauges.read("volumeSupportTargetSetMl") / Math.max(gauges.read("complianceDynamicMlPerCmH2O"), 1);
      case "proportional-assist":
        return (EFFORT_CMH2O * gauges.read("proportionalSupportSetPct")) / 50;
      default:
        return EFFORT_CMH2O;
    }
  }

  #inspirationS(): number {
    const { gauges } = this;
    const mode = wordOf(gauges, "ventilationMode");
    if (mode === "spontaneous") return SPONTANEOUS_INSPIRATION_S;
    if (mode === "bilevel") return gauges.read("peepHighTimeSetS");
    if (wordOf(gauges, "mandatoryType") !== "volume-control") return gauges.read("inspiratoryTimeSetS");
    const flowMlPerS = (Math.max(gauges.read("peakFlowSetLPerMin"), 1) * 1000) / 60;
    return gauges.read("tidalVolumeSetMl") / flowMlPerS + gauges.read("plateauTimeSetS");
  }

  /** A breath at constant pressure fills the lung by its compliance: pressures and volumes of such a breath. */
  #breatheByPressure(): void {
    const { gauges } = this;
    const drivingCmH2O = this.#drivingCmH2O();
    if (drivingCmH2O === null) return;
    const ratePerMin = gauges.read("respiratoryRatePerMin");
    const peep = gauges.read("peepCmH2O");
    const share = Math.min((this.#inspirationS() * ratePerMin) / 60, 0.9);
    gauges.set("tidalVolumeExpiredMl", drivingCmH2O * gauges.read("complianceDynamicMlPerCmH2O"));
    gauges.set("minuteVolumeExpiredLPerMin", (ratePerMin * gauges.read("tidalVolumeExpiredMl")) / 1000);
    gauges.set("airwayPressurePeakCmH2O", peep + drivingCmH2O);
    gauges.set("airwayPressureMeanCmH2O", peep + drivingCmH2O * share);
  }

  #measureBreath(): void {
    const { gauges } = this;
    const cycleS = 60 / Math.max(gauges.read("respiratoryRatePerMin"), 0.1);
    const inspirationS = Math.max(this.#inspirationS(), 0.1);
    const volumeMl = gauges.read("tidalVolumeExpiredMl");
    const timeConstantS = this.#timeConstantS();
    gauges.set("endInspiratoryPressureCmH2O", gauges.read("airwayPressurePeakCmH2O"));
    gauges.set("ieExpiratoryRatio", Math.max(cycleS - inspirationS, 0) / inspirationS);
    gauges.set("tidalVolumeInspiredMl", volumeMl * 1.02);
    gauges.set("peakFlowExpiratoryLPerMin", (volumeMl / 1000 / timeConstantS) * 60);
    const flowLeft = Math.exp(-Math.max(cycleS - inspirationS, 0) / timeConstantS);
    gauges.set("endExpiratoryFlowLPerMin", gauges.read("peakFlowExpiratoryLPerMin") * flowLeft);
  }

  #timeConstantS(): number {
    const { gauges } = this;
    const litresPerCmH2O = gauges.read("complianceDynamicMlPerCmH2O") / 1000;
    return Math.max(gauges.read("resistanceDynamicCmH2OSPerL") * litresPerCmH2O, 0.05);
  }

  /** What there is to say of breaths that the person begins and ends alone, and of a lung that PAV+ has measured. */
  #measureOwnBreaths(): void {
    const { gauges } = this;
    const type = wordOf(gauges, "spontaneousType");
    if (type === "unknown" || type === "none") {
      gauges.clear(OWN_BREATHS);
      return;
    }
    const isAlone = wordOf(gauges, "ventilationMode") === "spontaneous";
    const ratePerMin = gauges.read("respiratoryRatePerMin");
    const mandatoryPerMin = isAlone ? 0 : gauges.read("respiratoryRateSetPerMin");
    const supportedMl = gauges.read("supportPressureSetCmH2O") * gauges.read("complianceDynamicMlPerCmH2O");
    const volumeMl = isAlone ? gauges.read("tidalVolumeExpiredMl") : supportedMl;
    const cycleS = 60 / Math.max(ratePerMin, 0.1);
    const values = {
      tidalVolumeSpontaneousMl: volumeMl,
      minuteVolumeSpontaneousLPerMin: (Math.max(ratePerMin - mandatoryPerMin, 0) * volumeMl) / 1000,
      inspiratoryTimeSpontaneousS: SPONTANEOUS_INSPIRATION_S,
      inspiratoryTimeSpontaneousPct: (SPONTANEOUS_INSPIRATION_S / cycleS) * 100,
      rapidShallowBreathingIndexPerMinL: ratePerMin / Math.max(volumeMl / 1000, 0.05),
      peakFlowSpontaneousLPerMin: (volumeMl / 1000 / SPONTANEOUS_INSPIRATION_S) * 60 * 1.6,
    };
    for (const [metric, value] of Object.entries(values)) if (isMeasurement(metric)) gauges.set(metric, value);
    if (type === "proportional-assist") this.#measureLung();
    else gauges.clear(LUNG);
  }

  #measureLung(): void {
    const { gauges } = this;
    const compliance = Math.max(gauges.read("complianceDynamicMlPerCmH2O"), 1);
    const resistance = gauges.read("resistanceDynamicCmH2OSPerL");
    gauges.set("peepIntrinsicCmH2O", 0.3);
    gauges.set("resistanceTotalCmH2OSPerL", resistance);
    gauges.set("resistancePatientCmH2OSPerL", resistance * 0.7);
    gauges.set("compliancePatientMlPerCmH2O", compliance);
    gauges.set("elastancePatientCmH2OPerL", 1000 / compliance);
    gauges.set("workOfBreathingJPerL", 0.7);
  }

  #measureLeak(): void {
    const { gauges } = this;
    if (wordOf(gauges, "leakCompensation") !== "on") {
      gauges.clear(LEAK);
      return;
    }
    gauges.set("leakPct", 4);
    gauges.set("leakAtPeepLPerMin", 1.2);
    gauges.set("leakVolumeMl", gauges.read("tidalVolumeExpiredMl") * 0.04);
  }

  /** Somebody holds the breath once when a use begins; the other maneuvers stay undone, which is told as 0. */
  #tryManeuvers(): void {
    const { gauges } = this;
    const compliance = Math.max(gauges.read("complianceDynamicMlPerCmH2O"), 1);
    for (const metric of UNDONE) gauges.set(metric, 0);
    gauges.set("peepTotalManeuverCmH2O", gauges.read("peepCmH2O"));
    gauges.set("complianceStaticMlPerCmH2O", compliance);
    gauges.set("resistanceStaticCmH2OSPerL", gauges.read("resistanceDynamicCmH2OSPerL"));
    gauges.set("plateauPressureCmH2O", gauges.read("peepCmH2O") + gauges.read("tidalVolumeExpiredMl") / compliance);
  }
}

const UNDONE = [
  "peepIntrinsicManeuverCmH2O",
  "negativeInspiratoryForceCmH2O",
  "occlusionPressureCmH2O",
  "vitalCapacityMl",
] as const satisfies readonly MetricName[];
const LUNG = [
  "peepIntrinsicCmH2O",
  "resistanceTotalCmH2OSPerL",
  "resistancePatientCmH2OSPerL",
  "compliancePatientMlPerCmH2O",
  "elastancePatientCmH2OPerL",
  "workOfBreathingJPerL",
] as const satisfies readonly MetricName[];
const OWN_BREATHS = [
  ...LUNG,
  "tidalVolumeSpontaneousMl",
  "minuteVolumeSpontaneousLPerMin",
  "inspiratoryTimeSpontaneousS",
  "inspiratoryTimeSpontaneousPct",
  "rapidShallowBreathingIndexPerMinL",
  "peakFlowSpontaneousLPerMin",
] as const satisfies readonly MetricName[];
const LEAK = ["leakPct", "leakAtPeepLPerMin", "leakVolumeMl"] as const satisfies readonly MetricName[];
