import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import { MS_PER_H } from "./body.ts";
import type { Duty, DutyCycle } from "./duty-cycle.ts";
import type { Gauges } from "./gauges.ts";
import { InfusionPump, type PumpHabit } from "./infusion-pump.ts";

const HABIT: PumpHabit = {
  ratesMlPerH: [0.5, 1, 2, 2.5, 4, 5, 8, 10, 12.5, 20],
  infusedAtStartMl: [1, 45],
  gauges: {
    bolusRateMlPerH: [0, 1200],
    bolusVolumeMl: [0, 1000],
    pumpControl: [1, 2],
    pumpErrorCode: [0, 255],
    unclassifiedAlarm: [0, 1],
  },
};
const MANUAL = 1;
const BOLUSES_PER_INFUSING_H = 0.4;
const BOLUS_ML_PER_H = 100;
const OCCLUSION_ALARM_MMHG = 300;
const BATTERY_LOW_PCT = 20;
/** What it tells in a technical fault; the maker's numbers are not known, and this one is ours. */
const FAULT_CODE = 0x11;

/** A syringe pump module of a rack. It is worked by hand, which nothing on its wire can change. */
export class DpsModule implements Body {
  readonly kind = "infusion-pump";
  readonly #pump: InfusionPump;
  readonly #random: Random;
  #bolusLeftMl = 0;
  #wasInUse = false;

  constructor(duty: Duty, random: Random) {
    this.#pump = new InfusionPump(duty, random, HABIT);
    this.#random = random.fork("module");
    this.gauges.set("bolusVolumeMl", 0);
    this.gauges.set("bolusRateMlPerH", 0);
    this.gauges.set("pumpControl", MANUAL);
    this.step(0);
  }

  get gauges(): Gauges {
    return this.#pump.gauges;
  }

  get duty(): DutyCycle {
    return this.#pump.duty;
  }

  step(elapsedMs: number): void {
    this.#pump.step(elapsedMs);
    const { gauges } = this;
    const inUse = this.duty.state === "in-use";
    if (inUse && !this.#wasInUse) gauges.set("bolusVolumeMl", 0);
    this.#wasInUse = inUse;
    this.#bolus(elapsedMs / MS_PER_H, inUse);
    const isFaulty = gauges.read("technicalAlarm") >= 0.5;
    const isOccluded = gauges.read("linePressureMmHg") >= OCCLUSION_ALARM_MMHG;
    const isLow = gauges.read("batteryChargePct") < BATTERY_LOW_PCT || gauges.read("mainsPresent") < 0.5;
    gauges.set("pumpErrorCode", isFaulty ? FAULT_CODE : 0);
    gauges.set("unclassifiedAlarm", isFaulty || isOccluded || isLow ? 1 : 0);
  }

  /** Somebody now and then pushes a small volume at a high rate. */
  #bolus(hours: number, inUse: boolean): void {
    const { gauges } = this;
    const pushedMl = inUse ? Math.min(this.#bolusLeftMl, gauges.read("bolusRateMlPerH") * hours) : 0;
    gauges.set("bolusVolumeMl", gauges.read("bolusVolumeMl") + pushedMl);
    gauges.set("volumeInfusedMl", gauges.read("volumeInfusedMl") + pushedMl);
    this.#bolusLeftMl = inUse ? this.#bolusLeftMl - pushedMl : 0;
    if (inUse && this.#bolusLeftMl <= 0 && this.#random.chance(1 - Math.exp(-hours * BOLUSES_PER_INFUSING_H))) {
      this.#bolusLeftMl = this.#random.between(0.5, 3);
    }
    gauges.set("bolusRateMlPerH", this.#bolusLeftMl > 0 ? BOLUS_ML_PER_H : 0);
  }
}
