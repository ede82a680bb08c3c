import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import { MS_PER_H } from "./body.ts";
import type { Duty } from "./duty-cycle.ts";
import { DutyCycle } from "./duty-cycle.ts";
import type { GaugeRanges } from "./gauges.ts";
import { Gauges } from "./gauges.ts";
import { Wander } from "./wander.ts";

/** The technical alarms of a ventilator, as 0 or 1. */
export const VENTILATOR_ALARMS = [
  "acPowerLossAlarm",
  "batteryInoperativeAlarm",
  "batteryLowAlarm",
  "powerLossAlarm",
  "airSupplyLowAlarm",
  "oxygenSupplyLowAlarm",
  "compressorInoperativeAlarm",
  "procedureErrorAlarm",
  "technicalMalfunctionAlarm",
] as const satisfies readonly MetricName[];
export type VentilatorAlarm = (typeof VENTILATOR_ALARMS)[number];

/** What is measured of the breath, and so is absent while nothing breathes on the ventilator. */
export const VENTILATOR_MEASUREMENTS = [
  "respiratoryRatePerMin",
  "tidalVolumeExpiredMl",
  "minuteVolumeExpiredLPerMin",
  "airwayPressurePeakCmH2O",
  "airwayPressureMeanCmH2O",
  "peepCmH2O",
  "oxygenConcentrationPct",
  "complianceDynamicMlPerCmH2O",
  "resistanceDynamicCmH2OSPerL",
] as const satisfies readonly MetricName[];

/** Each upper limit still fits the six characters of its field at the report's resolution. */
const RANGES: GaugeRanges = {
  respiratoryRateSetPerMin: [1, 100],
  tidalVolumeSetMl: [5, 2500],
  peakFlowSetLPerMin: [1, 150],
  oxygenConcentrationSetPct: [21, 100],
  peepSetCmH2O: [0, 45],
  respiratoryRatePerMin: [0, 200],
  tidalVolumeExpiredMl: [0, 6000],
  minuteVolumeExpiredLPerMin: [0, 99],
  airwayPressurePeakCmH2O: [-20, 130],
  airwayPressureMeanCmH2O: [-20, 120],
  peepCmH2O: [-20, 130],
  oxygenConcentrationPct: [0, 103],
  complianceDynamicMlPerCmH2O: [0, 200],
  resistanceDynamicCmH2OSPerL: [0, 100],
  mainsPresent: [0, 1],
  batteryChargePct: [0, 100],
  operatingTimeH: [0, 1_000_000],
  ...Object.fromEntries(VENTILATOR_ALARMS.map((alarm) => [alarm, [0, 1] as const])),
};

const BATTERY_RUN_MINUTES = 45;
const BATTERY_CHARGE_MINUTES = 480;

/** A ventilator in volume control; the lung it works against is drawn anew at the start of each use. */
export class Ventilator implements Body {
  readonly kind = "ventilator";
  readonly gauges: Gauges;
  readonly duty: DutyCycle;
  /** Alarms that have been active and are over, but have not been cleared: the report says RESET. */
  readonly reset = new Set<VentilatorAlarm>();
  readonly #random: Random;
  readonly #active = new Set<VentilatorAlarm>();
  #breathRate: Wander;
  #volumeShare: Wander;
  #compliance: Wander;
  #resistance: Wander;
  #wasInUse = false;

  /** @param more gauges that another make has beside those of every ventilator. */
  constructor(duty: Duty, random: Random, more: GaugeRanges = {}) {
    this.#random = random;
    this.gauges = new Gauges({ ...RANGES, ...more });
    this.duty = new DutyCycle(duty, random.fork("duty"));
    this.#breathRate = new Wander(0, 0.8, 40, random);
    this.#volumeShare = new Wander(0.975, 0.012, 20, random);
    this.#compliance = new Wander(45, 1.5, 300, random);
    this.#resistance = new Wander(9, 0.5, 300, random);
    for (const alarm of VENTILATOR_ALARMS) this.gauges.set(alarm, 0);
    this.gauges.set("mainsPresent", 1);
    this.gauges.set("batteryChargePct", random.between(92, 100));
    this.gauges.set("operatingTimeH", random.between(800, 38_000));
    this.#drawSettings();
    this.step(0);
  }

  step(elapsedMs: number): void {
    this.duty.step(elapsedMs);
    const inUse = this.duty.state === "in-use";
    if (inUse && !this.#wasInUse) this.#drawSettings();
    if (!inUse && this.#wasInUse) this.reset.clear();
    this.#wasInUse = inUse;
    this.#runOnPower(elapsedMs);
    if (inUse) this.#breathe(elapsedMs);
    else this.gauges.clear(VENTILATOR_MEASUREMENTS);
    this.#latchAlarms();
  }

  #drawSettings(): void {
    const { gauges } = this;
    const random = this.#random;
    gauges.set("respiratoryRateSetPerMin", random.integer(10, 20));
    gauges.set("tidalVolumeSetMl", random.integer(36, 56) * 10);
    gauges.set("peakFlowSetLPerMin", random.integer(9, 14) * 5);
    gauges.set("oxygenConcentrationSetPct", random.integer(5, 12) * 5);
    gauges.set("peepSetCmH2O", random.integer(5, 10));
    this.#breathRate = new Wander(random.pick([0, 0, 1, 3]), 0.6, 40, random);
    this.#compliance = new Wander(random.between(32, 62), 1.2, 300, random);
    this.#resistance = new Wander(random.between(6, 13), 0.4, 300, random);
  }

  /** Pressures of a square-flow breath: PEEP + elastic + resistive part (equation of motion of the respiratory system). */
  #breathe(elapsedMs: number): void {
    const { gauges } = this;
    const extraBreaths = Math.max(0, this.#breathRate.step(elapsedMs));
    gauges.set("respiratoryRatePerMin", gauges.read("respiratoryRateSetPerMin") + extraBreaths);
    gauges.set("tidalVolumeExpiredMl", gauges.read("tidalVolumeSetMl") * this.#volumeShare.step(elapsedMs));
    gauges.set("complianceDynamicMlPerCmH2O", this.#compliance.step(elapsedMs));
    gauges.set("resistanceDynamicCmH2OSPerL", this.#resistance.step(elapsedMs));
    gauges.set("peepCmH2O", gauges.read("peepSetCmH2O") - 0.1);
    gauges.set("oxygenConcentrationPct", gauges.read("oxygenConcentrationSetPct"));
    const ratePerMin = gauges.read("respiratoryRatePerMin");
    const volumeMl = gauges.read("tidalVolumeExpiredMl");
    const flowLPerMin = Math.max(gauges.read("peakFlowSetLPerMin"), 1);
    const elastic = volumeMl / Math.max(gauges.read("complianceDynamicMlPerCmH2O"), 1);
    const resistive = (gauges.read("resistanceDynamicCmH2OSPerL") * flowLPerMin) / 60;
    const inspiredShare = Math.min(((volumeMl / 1000 / flowLPerMin) * 60 * ratePerMin) / 60, 1);
    const peep = gauges.read("peepCmH2O");
    gauges.set("minuteVolumeExpiredLPerMin", (ratePerMin * volumeMl) / 1000);
    gauges.set("airwayPressurePeakCmH2O", peep + elastic + resistive);
    gauges.set("airwayPressureMeanCmH2O", peep + (elastic / 2 + resistive) * inspiredShare);
  }

  #runOnPower(elapsedMs: number): void {
    const { gauges } = this;
    const running = this.duty.state !== "off";
    const onMains = gauges.read("mainsPresent") >= 0.5;
    if (running) gauges.set("operatingTimeH", gauges.read("operatingTimeH") + elapsedMs / MS_PER_H);
    const minutes = elapsedMs / 60_000;
    const drainPct = running ? (minutes * 100) / BATTERY_RUN_MINUTES : 0;
    const changePct = onMains ? (minutes * 100) / BATTERY_CHARGE_MINUTES : -drainPct;
    gauges.set("batteryChargePct", gauges.read("batteryChargePct") + changePct);
    gauges.set("acPowerLossAlarm", onMains ? 0 : 1);
    gauges.set("batteryLowAlarm", !onMains && gauges.read("batteryChargePct") < 20 ? 1 : 0);
    gauges.set("powerLossAlarm", !onMains && gauges.read("batteryChargePct") <= 0 ? 1 : 0);
  }

  #latchAlarms(): void {
    for (const alarm of VENTILATOR_ALARMS) {
      const active = this.gauges.read(alarm) >= 0.5;
      if (active) {
        this.#active.add(alarm);
        this.reset.delete(alarm);
      } else if (this.#active.delete(alarm)) {
        this.reset.add(alarm);
      }
    }
  }
}
