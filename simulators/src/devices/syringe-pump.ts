import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import type { Duty, DutyCycle } from "./duty-cycle.ts";
import type { Gauges } from "./gauges.ts";
import { InfusionPump, type PumpHabit } from "./infusion-pump.ts";
import type { AlarmCode } from "./syringe-pump-alarm.ts";

const HABIT: PumpHabit = { ratesMlPerH: [0.5, 1, 2, 2.5, 4, 5, 8, 10, 12.5, 20], infusedAtStartMl: [1, 45] };
const OCCLUSION_ALARM_MMHG = 300;
const BATTERY_LOW_PCT = 20;
const NEAR_END_H = 5 / 60;
/** Of a 50 ml syringe there is always something left for what holds the line open. */
const VTBI_MAX_ML = 45;

/** A syringe pump: an infusion pump of low rates, which may have been told how much to infuse. */
export class SyringePump implements Body {
  readonly kind = "infusion-pump";
  /** The number of the latest entry in its log; it counts on with each change of state or alarm. */
  eventId: number;
  readonly #pump: InfusionPump;
  readonly #random: Random;
  #toInfuseMl: number | null = null;
  #wasInUse = false;
  #logged: string | null = null;

  constructor(duty: Duty, random: Random) {
    this.#pump = new InfusionPump(duty, random, HABIT);
    this.#random = random.fork("syringe");
    this.eventId = this.#random.integer(10_000, 200_000);
    this.step(0);
  }

  get gauges(): Gauges {
    return this.#pump.gauges;
  }

  get duty(): DutyCycle {
    return this.#pump.duty;
  }

  /** What is still to be infused of the volume that was set, or null where none was set or nothing runs. */
  get toInfuseMl(): number | null {
    return this.#toInfuseMl;
  }

  /** Hours until that volume is in; infinite where there is no such end. */
  get remainingH(): number {
    const rateMlPerH = this.gauges.read("infusionRateMlPerH");
    return this.#toInfuseMl === null || rateMlPerH <= 0 ? Number.POSITIVE_INFINITY : this.#toInfuseMl / rateMlPerH;
  }

  /** The alarm on its screen, the gravest first; AL_NOALM for none. */
  get alarm(): AlarmCode {
    const { gauges } = this;
    const onMains = gauges.read("mainsPresent") >= 0.5;
    const batteryPct = gauges.read("batteryChargePct");
    if (gauges.read("technicalAlarm") >= 0.5) return "AL_FAULT";
    if (!onMains && batteryPct <= 0) return "AL_EMBAT";
    if (gauges.read("linePressureMmHg") >= OCCLUSION_ALARM_MMHG) return "AL_OCCLU";
    if (batteryPct < BATTERY_LOW_PCT) return onMains ? "AL_LBTAC" : "AL_LWBAT";
    if (!onMains) return "AL_ACDIS";
    return this.remainingH < NEAR_END_H ? "AL_NEOIN" : "AL_NOALM";
  }

  step(elapsedMs: number): void {
    const { gauges } = this;
    const infusedBeforeMl = gauges.read("volumeInfusedMl");
    this.#pump.step(elapsedMs);
    const infusedMl = Math.max(0, gauges.read("volumeInfusedMl") - infusedBeforeMl);
    const inUse = this.duty.state === "in-use";
    if (!inUse) this.#toInfuseMl = null;
    else if (!this.#wasInUse || this.#toInfuseMl === 0) this.#toInfuseMl = this.#drawVolumeMl();
    else if (this.#toInfuseMl !== null) this.#toInfuseMl = Math.max(0, this.#toInfuseMl - infusedMl);
    this.#wasInUse = inUse;
    this.#log();
  }

  /** Every other infusion has an end set to it, of one to eight hours. */
  #drawVolumeMl(): number | null {
    const hours = this.#random.between(1, 8);
    if (!this.#random.chance(0.5)) return null;
    return Math.min(VTBI_MAX_ML, Math.max(1, hours * this.gauges.read("infusionRateMlPerH")));
  }

  #log(): void {
    const now = `${this.duty.state} ${this.alarm}`;
    if (this.#logged !== null && now !== this.#logged) this.eventId += 1;
    this.#logged = now;
  }
}
