import type { WallTime } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import { MS_PER_H } from "./body.ts";
import type { Duty } from "./duty-cycle.ts";
import { DutyCycle } from "./duty-cycle.ts";
import type { GaugeRanges } from "./gauges.ts";
import { Gauges } from "./gauges.ts";
import { Wander } from "./wander.ts";

const flag = [0, 1] as const;
const hours = [0, 1_000_000] as const;
const RANGES: GaugeRanges = {
  coldHeadTemperatureK: [0, 400],
  coldHeadRunTimeH: hours,
  heliumLevelPct: [0, 100],
  heliumPressureKPa: [-100, 500],
  compressorRunTimeH: hours,
  chillerSupplyTemperatureCel: [-20, 100],
  chillerFlowLPerMin: [0, 500],
  examinationCount: [0, 4_294_967_295],
  magnetAtField: flag,
  mainsPresent: flag,
  technicalAlarm: flag,
  chillerAlarm: flag,
  deviceHealth: [0, 4],
};

/**
 * The cold head of this scanner leaves its normal range (3.8 to 4.5 K by the layout) after some 20,000 h. The law is an
 * assumption of the simulation: a new one holds 3.9 K, and the loss grows with the square of its run time.
 */
const COLD_HEAD_NEW_K = 3.9;
const COLD_HEAD_LIFE_H = 20_000;
const COLD_HEAD_LOSS_K = 0.6;
/** Without its compressor the cold head warms by so much an hour, up to a limit; with it the warmth fades again. */
const WARMING_K_PER_H = 6;
const WARMTH_MAX_K = 40;
const COOLING_H = 0.7;

/** Helium boils at 4.2 K at ambient pressure (NIST); what the cold head no longer condenses is lost. */
const HELIUM_BOILING_K = 4.2;
const BOIL_OFF_MAX_PCT_PER_H = 0.1;
/** Below this level the coil is no longer covered: the magnet quenches, and stays down until somebody ramps it up. */
const QUENCH_LEVEL_PCT = 25;
const HELIUM_LOW_PCT = 55;

const CHILLER_TRIPS_PER_H = 1 / 4_000;
const CHILLER_TRIP_MS = 20 * 60_000;
/** How far the water warms while the chiller stands. */
const CHILLER_WARMTH_CEL = 14;
const CHILLER_RELAXATION_H = 1 / 6;
const CHILLER_FLOW_L_PER_MIN = 95;

/** The phantom is measured once a day before the first examination. */
const SELF_TEST_HOUR = 6;
const SELF_TEST_MS = 10 * 60_000;

/** NAMUR NE 107 by its code in OPC 10000-100. */
const HEALTH = { normal: 0, failure: 1, checkFunction: 2, offSpec: 3, maintenanceRequired: 4 } as const;

/** A superconducting scanner. Its magnet is kept cold whether or not somebody scans, and whether or not its console is on. */
export class Mri implements Body {
  readonly kind = "imaging";
  readonly gauges = new Gauges(RANGES);
  readonly duty: DutyCycle;
  readonly #random: Random;
  readonly #wallTime: (atMs: number) => WallTime;
  readonly #coldHead: Wander;
  readonly #pressure: Wander;
  readonly #supply: Wander;
  readonly #flow: Wander;
  #warmthK = 0;
  #waterWarmthCel = 0;
  #trippedMs = 0;
  #wasInUse: boolean;
  #testedDay: number;
  #testEndsAtMs: number | null = null;

  constructor(duty: Duty, random: Random, nowMs: number, wallTime: (atMs: number) => WallTime) {
    this.#random = random;
    this.#wallTime = wallTime;
    this.duty = new DutyCycle(duty, random.fork("duty"));
    this.#wasInUse = this.duty.state === "in-use";
    this.#coldHead = new Wander(0, 0.015, 900, random);
    this.#pressure = new Wander(7, 0.15, 600, random);
    this.#supply = new Wander(18, 0.25, 300, random);
    this.#flow = new Wander(CHILLER_FLOW_L_PER_MIN, 0.6, 120, random);
    const { gauges } = this;
    const ageH = random.between(9_000, 60_000);
    gauges.set("compressorRunTimeH", ageH);
    gauges.set("coldHeadRunTimeH", ageH % random.between(11_000, 17_000));
    gauges.set("heliumLevelPct", random.between(68, 92));
    gauges.set("examinationCount", Math.round(ageH * random.between(0.5, 0.8)));
    gauges.set("magnetAtField", 1);
    gauges.set("mainsPresent", 1);
    const { hour, day } = wallTime(nowMs);
    this.#testedDay = hour >= SELF_TEST_HOUR ? day : 0;
    this.step(0, nowMs);
  }

  step(elapsedMs: number, nowMs: number): void {
    this.duty.step(elapsedMs);
    this.#testInTheMorning(nowMs);
    this.#count();
    this.#runChiller(elapsedMs);
    this.#cool(elapsedMs);
    this.#keepHelium(elapsedMs);
    this.#judge();
  }

  #is(metric: "mainsPresent" | "chillerAlarm" | "magnetAtField" | "technicalAlarm"): boolean {
    return this.gauges.read(metric) >= 0.5;
  }

  #testInTheMorning(nowMs: number): void {
    const { duty } = this;
    if (this.#testEndsAtMs !== null && nowMs >= this.#testEndsAtMs) {
      this.#testEndsAtMs = null;
      if (duty.state === "self-test" && !duty.held) duty.state = "standby";
    }
    if (duty.held || duty.state !== "standby") return;
    const { hour, day } = this.#wallTime(nowMs);
    if (hour < SELF_TEST_HOUR || day === this.#testedDay) return;
    this.#testedDay = day;
    duty.state = "self-test";
    this.#testEndsAtMs = nowMs + SELF_TEST_MS;
  }

  /** An examination counts when it is over. */
  #count(): void {
    const inUse = this.duty.state === "in-use";
    if (this.#wasInUse && !inUse) this.gauges.set("examinationCount", this.gauges.read("examinationCount") + 1);
    this.#wasInUse = inUse;
  }

  #runChiller(elapsedMs: number): void {
    const { gauges } = this;
    const elapsedH = elapsedMs / MS_PER_H;
    this.#trippedMs = Math.max(0, this.#trippedMs - elapsedMs);
    if (this.#random.chance(1 - Math.exp(-elapsedH * CHILLER_TRIPS_PER_H))) this.#trippedMs = CHILLER_TRIP_MS;
    gauges.set("chillerAlarm", this.#trippedMs > 0 || !this.#is("mainsPresent") ? 1 : 0);
    const isRunning = this.#isChilled();
    const target = isRunning ? 0 : CHILLER_WARMTH_CEL;
    this.#waterWarmthCel += (target - this.#waterWarmthCel) * (1 - Math.exp(-elapsedH / CHILLER_RELAXATION_H));
    const loadCel = this.duty.state === "in-use" ? 1.2 : 0;
    gauges.set("chillerSupplyTemperatureCel", this.#supply.step(elapsedMs) + loadCel + this.#waterWarmthCel);
    const flowLPerMin = this.#flow.step(elapsedMs);
    gauges.set("chillerFlowLPerMin", isRunning ? flowLPerMin : 0);
  }

  #isChilled(): boolean {
    return this.#is("mainsPresent") && !this.#is("chillerAlarm");
  }

  /** The compressor needs mains and water; it and the cold head run together. */
  #cool(elapsedMs: number): void {
    const { gauges } = this;
    const elapsedH = elapsedMs / MS_PER_H;
    if (this.#isChilled()) {
      this.#warmthK *= Math.exp(-elapsedH / COOLING_H);
      gauges.set("coldHeadRunTimeH", gauges.read("coldHeadRunTimeH") + elapsedH);
      gauges.set("compressorRunTimeH", gauges.read("compressorRunTimeH") + elapsedH);
    } else {
      this.#warmthK = Math.min(WARMTH_MAX_K, this.#warmthK + elapsedH * WARMING_K_PER_H);
    }
    const lossK = COLD_HEAD_LOSS_K * (gauges.read("coldHeadRunTimeH") / COLD_HEAD_LIFE_H) ** 2;
    gauges.set("coldHeadTemperatureK", COLD_HEAD_NEW_K + lossK + this.#warmthK + this.#coldHead.step(elapsedMs));
  }

  #keepHelium(elapsedMs: number): void {
    const { gauges } = this;
    const excessK = Math.max(0, gauges.read("coldHeadTemperatureK") - HELIUM_BOILING_K);
    const lostPct = Math.min(1, excessK) * BOIL_OFF_MAX_PCT_PER_H * (elapsedMs / MS_PER_H);
    gauges.set("heliumLevelPct", gauges.read("heliumLevelPct") - lostPct);
    gauges.set("heliumPressureKPa", this.#pressure.step(elapsedMs) + 8 * Math.min(3, excessK));
    if (gauges.read("heliumLevelPct") < QUENCH_LEVEL_PCT) gauges.set("magnetAtField", 0);
  }

  /** What the scanner says of itself: the gravest first, as NAMUR NE 107 ranks them. */
  #judge(): void {
    const { gauges } = this;
    const coldHeadK = gauges.read("coldHeadTemperatureK");
    const isOffSpec = coldHeadK > 4.5 || gauges.read("heliumLevelPct") < HELIUM_LOW_PCT || this.#is("chillerAlarm");
    const failed = !this.#is("magnetAtField") || !this.#is("mainsPresent");
    gauges.set("technicalAlarm", failed || isOffSpec ? 1 : 0);
    const isWorn = coldHeadK > 4.3 || gauges.read("coldHeadRunTimeH") > COLD_HEAD_LIFE_H;
    if (failed) gauges.set("deviceHealth", HEALTH.failure);
    else if (this.duty.state === "self-test") gauges.set("deviceHealth", HEALTH.checkFunction);
    else if (isOffSpec || this.#is("technicalAlarm")) gauges.set("deviceHealth", HEALTH.offSpec);
    else gauges.set("deviceHealth", isWorn ? HEALTH.maintenanceRequired : HEALTH.normal);
  }
}
