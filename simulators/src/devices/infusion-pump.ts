import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import { MS_PER_H } from "./body.ts";
import type { Duty } from "./duty-cycle.ts";
import { DutyCycle } from "./duty-cycle.ts";
import type { GaugeRanges } from "./gauges.ts";
import { Gauges } from "./gauges.ts";
import { Wander } from "./wander.ts";

const RANGES: GaugeRanges = {
  infusionRateMlPerH: [0, 1200],
  volumeInfusedMl: [0, 1_000_000],
  linePressureMmHg: [-50, 1200],
  occlusionCount: [0, 4_294_967_295],
  batteryChargePct: [0, 100],
  mainsPresent: [0, 1],
  motorRunTimeH: [0, 1_000_000],
  technicalAlarm: [0, 1],
  deviceHealth: [0, 4],
};

const OCCLUSIONS_PER_INFUSING_H = 1 / 60;
/** How long an occluded line stays at pressure before somebody frees it. */
const OCCLUSION_MS = 90_000;
const OCCLUSION_MMHG = 450;
const BATTERY_RUN_MINUTES = 300;
const BATTERY_CHARGE_MINUTES = 240;

/** How a kind of pump is used: the rates it is set to, and what one found running has already infused. */
export interface PumpHabit {
  ratesMlPerH: readonly [number, ...number[]];
  infusedAtStartMl: readonly [min: number, max: number];
  /** Gauges that it has beside those of every pump. */
  gauges?: GaugeRanges;
}
const VOLUMETRIC: PumpHabit = {
  ratesMlPerH: [2, 5, 8.3, 12.5, 21, 42, 83, 100, 125, 250],
  infusedAtStartMl: [20, 900],
};

/** A pump, volumetric unless told otherwise; its rate is drawn anew at the start of each infusion. */
export class InfusionPump implements Body {
  readonly kind = "infusion-pump";
  readonly gauges: Gauges;
  readonly duty: DutyCycle;
  readonly #random: Random;
  readonly #habit: PumpHabit;
  readonly #pressure: Wander;
  #rateMlPerH = 0;
  #occludedMs = 0;
  #wasInUse = false;
  #wasOff = false;

  constructor(duty: Duty, random: Random, habit: PumpHabit = VOLUMETRIC) {
    this.#random = random;
    this.#habit = habit;
    this.gauges = new Gauges({ ...RANGES, ...habit.gauges });
    this.duty = new DutyCycle(duty, random.fork("duty"));
    this.#pressure = new Wander(30, 6, 45, random);
    this.gauges.set("volumeInfusedMl", this.duty.state === "in-use" ? random.between(...habit.infusedAtStartMl) : 0);
    this.gauges.set("occlusionCount", random.integer(0, 60));
    this.gauges.set("batteryChargePct", random.between(70, 100));
    this.gauges.set("mainsPresent", 1);
    this.gauges.set("motorRunTimeH", random.between(200, 16_000));
    this.gauges.set("technicalAlarm", 0);
    this.gauges.set("deviceHealth", 0);
    this.step(0);
  }

  step(elapsedMs: number): void {
    this.duty.step(elapsedMs);
    const inUse = this.duty.state === "in-use";
    if (inUse && !this.#wasInUse) this.#startInfusion();
    if (this.#wasOff && this.duty.state !== "off") this.gauges.set("volumeInfusedMl", 0);
    this.#wasInUse = inUse;
    this.#wasOff = this.duty.state === "off";
    this.gauges.set("infusionRateMlPerH", inUse ? this.#rateMlPerH : 0);
    if (inUse) this.#infuse(elapsedMs);
    this.#press(elapsedMs, inUse);
    this.#runOnPower(elapsedMs);
  }

  #startInfusion(): void {
    this.#rateMlPerH = this.#random.pick(this.#habit.ratesMlPerH);
    this.#pressure.mean = 18 + 3 * Math.sqrt(this.#rateMlPerH);
  }

  #infuse(elapsedMs: number): void {
    const { gauges } = this;
    const hours = elapsedMs / MS_PER_H;
    const occluded = this.#occludedMs > 0;
    const infusedMl = occluded ? 0 : gauges.read("infusionRateMlPerH") * hours;
    gauges.set("volumeInfusedMl", gauges.read("volumeInfusedMl") + infusedMl);
    gauges.set("motorRunTimeH", gauges.read("motorRunTimeH") + hours);
    if (!occluded && this.#random.chance(1 - Math.exp(-hours * OCCLUSIONS_PER_INFUSING_H))) {
      this.#occludedMs = OCCLUSION_MS;
      gauges.set("occlusionCount", gauges.read("occlusionCount") + 1);
    }
  }

  #press(elapsedMs: number, inUse: boolean): void {
    this.#occludedMs = inUse ? Math.max(0, this.#occludedMs - elapsedMs) : 0;
    const freeMmHg = inUse ? Math.max(this.#pressure.step(elapsedMs), 1) : 0;
    const risen = this.#occludedMs > 0 ? Math.min(1, (OCCLUSION_MS - this.#occludedMs) / 20_000) : 0;
    this.gauges.set("linePressureMmHg", freeMmHg + risen * (OCCLUSION_MMHG - freeMmHg));
  }

  #runOnPower(elapsedMs: number): void {
    const { gauges } = this;
    const minutes = elapsedMs / 60_000;
    const drainPct = this.duty.state === "off" ? 0 : (minutes * 100) / BATTERY_RUN_MINUTES;
    const changePct = gauges.read("mainsPresent") >= 0.5 ? (minutes * 100) / BATTERY_CHARGE_MINUTES : -drainPct;
    gauges.set("batteryChargePct", gauges.read("batteryChargePct") + changePct);
  }
}
