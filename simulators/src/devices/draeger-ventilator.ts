import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import { MS_PER_H } from "./body.ts";
import type { BodyState, Duty, DutyCycle } from "./duty-cycle.ts";
import type { GaugeRanges, Gauges } from "./gauges.ts";
import { VENTILATOR_MEASUREMENTS, Ventilator } from "./ventilator.ts";
import { Wander } from "./wander.ts";

/** Technical alarms that a Dräger has beside those of every ventilator, as 0 or 1. */
export const DRAEGER_ALARMS = [
  "onBatteryAlarm",
  "batteryEmptyAlarm",
  "powerSupplyAlarm",
  "internalCommunicationAlarm",
  "communicationLossAlarm",
  "deviceTemperatureHighAlarm",
  "fanAlarm",
  "speakerAlarm",
  "gasSupplyHighAlarm",
  "gasSupplyFailureAlarm",
  "oxygenSensorInoperativeAlarm",
  "oxygenSensorNotCalibratedAlarm",
  "flowSensorAlarm",
  "flowCalibrationAlarm",
  "expiratoryValveAlarm",
  "pressureMeasurementAlarm",
  "volumeMeasurementAlarm",
  "gasMixerAlarm",
  "blowerTemperatureHighAlarm",
  "coolingAlarm",
  "humidifierAlarm",
  "hoseSystemAlarm",
  "ambientSensorAlarm",
  "temperatureSensorAlarm",
  "gasMeasurementAlarm",
  "nebuliserAlarm",
  "leakageAlarm",
] as const satisfies readonly MetricName[];

/** What is measured of the breath beside what every ventilator measures. */
const MORE_MEASUREMENTS = [
  "respiratoryRateSpontaneousPerMin",
  "tidalVolumeInspiredMl",
  "plateauPressureCmH2O",
  "leakPct",
  "leakLPerMin",
] as const satisfies readonly MetricName[];
export const DRAEGER_MEASUREMENTS: readonly MetricName[] = [...VENTILATOR_MEASUREMENTS, ...MORE_MEASUREMENTS];

/** Each limit still fits the four or five characters of its field in the units of the wire. */
const RANGES: GaugeRanges = {
  respiratoryRateSpontaneousPerMin: [0, 200],
  tidalVolumeInspiredMl: [0, 9000],
  plateauPressureCmH2O: [-20, 130],
  leakPct: [0, 100],
  leakLPerMin: [0, 99],
  circuitLeakMlPerMin: [0, 9000],
  circuitComplianceMlPerCmH2O: [0, 90],
  hoseComplianceMlPerCmH2O: [0, 90],
  hoseResistanceCmH2OSPerL: [0, 90],
  ambientPressureHPa: [500, 1200],
  oxygenSupplyPressureKPa: [0, 900],
  oxygenSensorBiasPct: [-99, 99],
  ventilationMode: [1, 12],
  ventilationType: [1, 2],
  patientCategory: [1, 3],
  pressureLimitSetCmH2O: [5, 100],
  flowTriggerSetLPerMin: [0.3, 15],
  airwayPressureHighLimitCmH2O: [10, 100],
  minuteVolumeHighLimitLPerMin: [1, 60],
  minuteVolumeLowLimitLPerMin: [0.1, 40],
  respiratoryRateHighLimitPerMin: [5, 120],
  oxygenConcentrationHighLimitPct: [21, 100],
  oxygenConcentrationLowLimitPct: [18, 100],
  tidalVolumeInspiredHighLimitMl: [20, 4000],
  alarmAudioPaused: [0, 1],
  deviceCheck: [0, 3],
  selfTestAgeH: [0, 100_000],
  leakTestAgeH: [0, 100_000],
  ...Object.fromEntries(DRAEGER_ALARMS.map((alarm) => [alarm, [0, 1] as const])),
};

const BATTERY_EMPTY_PCT = 5;
/** Words of `deviceCheck`. */
const CHECK = { functional: 1, conditional: 2, failed: 3 } as const;
const FORBIDS_USE = ["technicalMalfunctionAlarm", "expiratoryValveAlarm", "pressureMeasurementAlarm"] as const;
const LIMITS_USE = [
  "oxygenSensorInoperativeAlarm",
  "oxygenSensorNotCalibratedAlarm",
  "flowSensorAlarm",
  "flowCalibrationAlarm",
  "batteryInoperativeAlarm",
  "leakageAlarm",
] as const;

/** Alarms about the person or the therapy. They have no place on a twin; a wire tells them all the same. */
export const CLINICAL_ALARMS = [
  "apnea",
  "disconnected",
  "pressure-high",
  "minute-volume-low",
  "minute-volume-high",
  "rate-high",
  "oxygen-low",
  "oxygen-high",
] as const;
export type ClinicalAlarm = (typeof CLINICAL_ALARMS)[number];

/** What a ventilator may know of the person on it. Every name is made up: it is there to be seen not to travel. */
export interface PatientRecord {
  firstName: string;
  lastName: string;
  sex: "male" | "female";
  ageY: number;
  weightKg: number;
}
export const MADE_UP_PATIENT: PatientRecord = {
  firstName: "QUIRINUS",
  lastName: "NOBODYSSON",
  sex: "male",
  ageY: 67,
  weightKg: 81.5,
};

/** A ventilator that also tells of itself: its sensors, its supplies, its circuit and the check before its use. */
export class DraegerVentilator implements Body {
  readonly kind = "ventilator";
  /** Set by a test alone. */
  patient: PatientRecord | null = null;
  readonly #ventilator: Ventilator;
  readonly #ambient: Wander;
  readonly #supply: Wander;
  readonly #bias: Wander;
  readonly #leak: Wander;
  #before: BodyState | null = null;

  constructor(duty: Duty, random: Random) {
    this.#ventilator = new Ventilator(duty, random, RANGES);
    const own = random.fork("draeger");
    this.#ambient = new Wander(1013, 6, 6 * 3600, own);
    this.#supply = new Wander(480, 5, 120, own);
    this.#bias = new Wander(own.between(-1.5, 1.5), 0.3, 3600, own);
    this.#leak = new Wander(own.between(2, 7), 1, 60, own);
    const { gauges } = this;
    for (const alarm of DRAEGER_ALARMS) gauges.set(alarm, 0);
    gauges.set("ventilationMode", 2);
    gauges.set("ventilationType", 1);
    gauges.set("patientCategory", 1);
    gauges.set("alarmAudioPaused", 0);
    gauges.set("selfTestAgeH", own.between(1, 60));
    gauges.set("leakTestAgeH", gauges.read("selfTestAgeH"));
    gauges.set("circuitLeakMlPerMin", own.between(20, 180));
    gauges.set("circuitComplianceMlPerCmH2O", own.between(1.4, 2.6));
    gauges.set("hoseComplianceMlPerCmH2O", own.between(0.9, 1.3));
    gauges.set("hoseResistanceCmH2OSPerL", own.between(1.5, 3.5));
    this.#check();
    this.step(0);
  }

  get gauges(): Gauges {
    return this.#ventilator.gauges;
  }

  get duty(): DutyCycle {
    return this.#ventilator.duty;
  }

  step(elapsedMs: number): void {
    this.#ventilator.step(elapsedMs);
    const { gauges, duty } = this;
    const { state } = duty;
    gauges.set("selfTestAgeH", gauges.read("selfTestAgeH") + elapsedMs / MS_PER_H);
    gauges.set("leakTestAgeH", gauges.read("leakTestAgeH") + elapsedMs / MS_PER_H);
    const begins = state === "in-use" && this.#before !== "in-use" && this.#before !== null;
    if (begins || (this.#before === "self-test" && state !== "self-test")) this.#test();
    this.#before = state;
    gauges.set("ambientPressureHPa", this.#ambient.step(elapsedMs));
    gauges.set("oxygenSupplyPressureKPa", this.#supply.step(elapsedMs));
    gauges.set("oxygenSensorBiasPct", this.#bias.step(elapsedMs));
    this.#runOnPower();
    this.#limit();
    if (state === "in-use") this.#measure(elapsedMs);
    else gauges.clear(MORE_MEASUREMENTS);
  }

  /** What its clinical alarms would be, by its gauges and limits; none while nobody breathes on it. */
  get clinicalAlarms(): ClinicalAlarm[] {
    if (this.duty.state !== "in-use") return [];
    const { gauges } = this;
    const rate = gauges.read("respiratoryRatePerMin");
    const minuteVolume = gauges.read("minuteVolumeExpiredLPerMin");
    const pressure = gauges.read("airwayPressurePeakCmH2O");
    const oxygen = gauges.read("oxygenConcentrationPct");
    const active: Record<ClinicalAlarm, boolean> = {
      apnea: rate < 1,
      disconnected: pressure < 4,
      "pressure-high": pressure > gauges.read("airwayPressureHighLimitCmH2O"),
      "minute-volume-low": minuteVolume < gauges.read("minuteVolumeLowLimitLPerMin"),
      "minute-volume-high": minuteVolume > gauges.read("minuteVolumeHighLimitLPerMin"),
      "rate-high": rate > gauges.read("respiratoryRateHighLimitPerMin"),
      "oxygen-low": oxygen < gauges.read("oxygenConcentrationLowLimitPct"),
      "oxygen-high": oxygen > gauges.read("oxygenConcentrationHighLimitPct"),
    };
    return CLINICAL_ALARMS.filter((alarm) => active[alarm]);
  }

  /** The check before use, the leak test among it; both stand there with their time until the next. */
  #test(): void {
    this.gauges.set("selfTestAgeH", 0);
    this.gauges.set("leakTestAgeH", 0);
    this.#check();
  }

  #check(): void {
    const active = (alarm: MetricName): boolean => this.gauges.read(alarm) >= 0.5;
    const limited = LIMITS_USE.some(active) ? CHECK.conditional : CHECK.functional;
    this.gauges.set("deviceCheck", FORBIDS_USE.some(active) ? CHECK.failed : limited);
  }

  #runOnPower(): void {
    const { gauges } = this;
    const onBattery = gauges.read("mainsPresent") < 0.5;
    gauges.set("onBatteryAlarm", onBattery ? 1 : 0);
    gauges.set("batteryEmptyAlarm", onBattery && gauges.read("batteryChargePct") < BATTERY_EMPTY_PCT ? 1 : 0);
  }

  /** Limits lie about the settings, far enough for a calm breath. */
  #limit(): void {
    const { gauges } = this;
    const oxygen = gauges.read("oxygenConcentrationSetPct");
    const setLPerMin = (gauges.read("respiratoryRateSetPerMin") * gauges.read("tidalVolumeSetMl")) / 1000;
    gauges.set("pressureLimitSetCmH2O", 55);
    gauges.set("flowTriggerSetLPerMin", 3);
    gauges.set("airwayPressureHighLimitCmH2O", 60);
    gauges.set("minuteVolumeLowLimitLPerMin", setLPerMin * 0.5);
    gauges.set("minuteVolumeHighLimitLPerMin", setLPerMin * 2.5);
    gauges.set("respiratoryRateHighLimitPerMin", 40);
    gauges.set("oxygenConcentrationLowLimitPct", oxygen - 6);
    gauges.set("oxygenConcentrationHighLimitPct", oxygen + 6);
    gauges.set("tidalVolumeInspiredHighLimitMl", gauges.read("tidalVolumeSetMl") * 2);
  }

  #measure(elapsedMs: number): void {
    const { gauges } = this;
    gauges.set("leakPct", this.#leak.step(elapsedMs));
    const lost = Math.min(gauges.read("leakPct") / 100, 0.99);
    const volumeMl = gauges.read("tidalVolumeExpiredMl");
    const ratePerMin = gauges.read("respiratoryRatePerMin");
    gauges.set("tidalVolumeInspiredMl", volumeMl / (1 - lost));
    gauges.set("leakLPerMin", (gauges.read("minuteVolumeExpiredLPerMin") * lost) / (1 - lost));
    gauges.set("respiratoryRateSpontaneousPerMin", ratePerMin - gauges.read("respiratoryRateSetPerMin"));
    const compliance = Math.max(gauges.read("complianceDynamicMlPerCmH2O"), 1);
    gauges.set("plateauPressureCmH2O", gauges.read("peepCmH2O") + volumeMl / compliance);
  }
}
