import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Random } from "../random.ts";
import type { Body } from "./body.ts";
import { MS_PER_H } from "./body.ts";
import type { Duty } from "./duty-cycle.ts";
import { DutyCycle } from "./duty-cycle.ts";
import type { GaugeRanges } from "./gauges.ts";
import { Gauges } from "./gauges.ts";
import { Wander } from "./wander.ts";

const flag = [0, 1] as const;
/** What an unsigned and a signed register of tenths can carry, and two registers together. */
const unsignedTenths = [0, 6553.5] as const;
const signedTenths = [-3276.8, 3276.7] as const;
const UINT32_MAX = 4_294_967_295;

/** The alarms of a panel in the order of its discrete inputs, as 0 or 1. */
export const GAS_ALARMS = [
  "oxygenPressureHighAlarm",
  "oxygenPressureLowAlarm",
  "airPressureLowAlarm",
  "vacuumLowAlarm",
  "primarySourceEmptyAlarm",
  "reserveSourceLowAlarm",
  "plantFaultAlarm",
] as const satisfies readonly MetricName[];
type GasAlarm = (typeof GAS_ALARMS)[number];

const RANGES: GaugeRanges = {
  oxygenLinePressureKPa: unsignedTenths,
  airLinePressureKPa: unsignedTenths,
  vacuumPressureKPa: signedTenths,
  primarySourcePressureKPa: [0, 65_535],
  reserveSourcePressureKPa: [0, 65_535],
  airDewPointCel: signedTenths,
  oxygenFlowLPerMin: [0, 100_000],
  compressorRunTimeH: [0, UINT32_MAX / 10],
  compressorStartCount: [0, UINT32_MAX],
  oxygenPressureHighLimitKPa: unsignedTenths,
  oxygenPressureLowLimitKPa: unsignedTenths,
  mainsPresent: flag,
  serviceDue: flag,
  alarmAudioPaused: flag,
  ...Object.fromEntries(GAS_ALARMS.map((alarm) => [alarm, flag])),
};

/** The layout calls 400 to 500 kPa normal for oxygen and air, -60 to -40 kPa for vacuum, and a dew point below -46 Cel. */
const LINE_KPA = 450;
const AIR_LOW_KPA = 350;
const VACUUM_KPA = -50;
const VACUUM_WEAK_KPA = -40;
const DEW_POINT_MAX_CEL = -46;

/** A tank of liquid oxygen feeds the line; when it is empty, bottles do. */
const PRIMARY_KPA = 1_050;
const PRIMARY_EMPTY_KPA = 600;
const RESERVE_FULL_KPA = 15_000;
const RESERVE_LOW_KPA = 7_000;
/** Ten bottles of 50 L give 5 L of gas for each kilopascal (Boyle). */
const RESERVE_L_PER_KPA = 5;

/** How the compressor of medical air keeps its receiver full: one start in each cycle, running for a share of it. */
const COMPRESSOR_CYCLE_H = 0.1;
const COMPRESSOR_RUN_SHARE = 0.4;
/** The dryer is serviced with the compressor; its dew point rises with the square of the hours since. An assumption of the simulation. */
const SERVICE_EVERY_H = 4_000;
const DEW_POINT_LOSS_CEL = 9;
/** How fast receivers run empty while the plant stands. */
const PLANT_RELAXATION_H = 1 / 3;

/** A medical gas supply: the panel of an area, and the sources and plant behind it. */
export class GasPanel implements Body {
  readonly kind = "medical-gas";
  readonly gauges = new Gauges(RANGES);
  readonly duty: DutyCycle;
  readonly #random: Random;
  readonly #oxygen: Wander;
  readonly #air: Wander;
  readonly #vacuum: Wander;
  readonly #dewPoint: Wander;
  readonly #source: Wander;
  readonly #flow: Wander;
  readonly #servicedAtH: number;
  #cycle: number;
  #emptied = 0;
  #wasInUse = false;

  constructor(duty: Duty, random: Random) {
    this.#random = random;
    this.duty = new DutyCycle(duty, random.fork("duty"));
    this.#oxygen = new Wander(0, 2, 120, random);
    this.#air = new Wander(0, 2, 60, random);
    this.#vacuum = new Wander(0, 0.7, 90, random);
    this.#dewPoint = new Wander(-62, 0.5, 1_800, random);
    this.#source = new Wander(PRIMARY_KPA, 12, 3_600, random);
    this.#flow = new Wander(0, 8, 45, random);
    this.#cycle = random.next();
    const { gauges } = this;
    const runTimeH = random.between(6_000, 40_000);
    this.#servicedAtH = runTimeH - random.between(100, SERVICE_EVERY_H * 1.05);
    gauges.set("compressorRunTimeH", runTimeH);
    gauges.set("compressorStartCount", Math.round((runTimeH / COMPRESSOR_RUN_SHARE / COMPRESSOR_CYCLE_H) * 0.9));
    gauges.set("reserveSourcePressureKPa", random.between(0.85, 1) * RESERVE_FULL_KPA);
    gauges.set("oxygenPressureHighLimitKPa", 550);
    gauges.set("oxygenPressureLowLimitKPa", 360);
    gauges.set("mainsPresent", 1);
    gauges.set("alarmAudioPaused", 0);
    this.step(0);
  }

  step(elapsedMs: number): void {
    const elapsedH = elapsedMs / MS_PER_H;
    this.duty.step(elapsedMs);
    this.#runPlant(elapsedH);
    this.#supplyAir(elapsedMs);
    this.#supplyOxygen(elapsedMs);
    this.#judge();
  }

  #runPlant(elapsedH: number): void {
    const { gauges } = this;
    const isRunning = gauges.read("mainsPresent") >= 0.5;
    this.#emptied += ((isRunning ? 0 : 1) - this.#emptied) * (1 - Math.exp(-elapsedH / PLANT_RELAXATION_H));
    if (!isRunning) return;
    const cycles = this.#cycle + elapsedH / COMPRESSOR_CYCLE_H;
    this.#cycle = cycles % 1;
    gauges.set("compressorStartCount", gauges.read("compressorStartCount") + Math.floor(cycles));
    gauges.set("compressorRunTimeH", gauges.read("compressorRunTimeH") + elapsedH * COMPRESSOR_RUN_SHARE);
  }

  #supplyAir(elapsedMs: number): void {
    const { gauges } = this;
    const left = 1 - this.#emptied;
    const swingKPa = this.#cycle < COMPRESSOR_RUN_SHARE ? 3 : -3;
    gauges.set("airLinePressureKPa", (LINE_KPA + swingKPa + this.#air.step(elapsedMs)) * left);
    gauges.set("vacuumPressureKPa", (VACUUM_KPA + this.#vacuum.step(elapsedMs)) * left);
    const sinceServiceH = Math.max(0, gauges.read("compressorRunTimeH") - this.#servicedAtH);
    const lossCel = DEW_POINT_LOSS_CEL * (sinceServiceH / SERVICE_EVERY_H) ** 2;
    gauges.set("airDewPointCel", this.#dewPoint.step(elapsedMs) + lossCel);
    gauges.set("serviceDue", sinceServiceH > SERVICE_EVERY_H ? 1 : 0);
  }

  #supplyOxygen(elapsedMs: number): void {
    const { gauges } = this;
    const inUse = this.duty.state === "in-use";
    if (inUse && !this.#wasInUse) this.#flow.mean = this.#random.between(60, 180);
    this.#wasInUse = inUse;
    const drawnLPerMin = Math.max(1, this.#flow.step(elapsedMs));
    gauges.set("oxygenFlowLPerMin", inUse ? drawnLPerMin : 0);
    gauges.set("primarySourcePressureKPa", this.#source.step(elapsedMs));
    const flowLPerMin = gauges.read("oxygenFlowLPerMin");
    const reserveKPa = gauges.read("reserveSourcePressureKPa");
    const isOnReserve = gauges.read("primarySourcePressureKPa") < PRIMARY_EMPTY_KPA;
    const drawnL = isOnReserve ? flowLPerMin * (elapsedMs / 60_000) : 0;
    gauges.set("reserveSourcePressureKPa", reserveKPa - drawnL / RESERVE_L_PER_KPA);
    const sourceKPa = Math.max(gauges.read("primarySourcePressureKPa"), gauges.read("reserveSourcePressureKPa"));
    const regulatedKPa = LINE_KPA + this.#oxygen.step(elapsedMs) - 0.06 * flowLPerMin;
    gauges.set("oxygenLinePressureKPa", Math.min(regulatedKPa, sourceKPa));
  }

  #judge(): void {
    const { gauges } = this;
    const oxygenKPa = gauges.read("oxygenLinePressureKPa");
    const alarms: Record<GasAlarm, boolean> = {
      oxygenPressureHighAlarm: oxygenKPa > gauges.read("oxygenPressureHighLimitKPa"),
      oxygenPressureLowAlarm: oxygenKPa < gauges.read("oxygenPressureLowLimitKPa"),
      airPressureLowAlarm: gauges.read("airLinePressureKPa") < AIR_LOW_KPA,
      vacuumLowAlarm: gauges.read("vacuumPressureKPa") > VACUUM_WEAK_KPA,
      primarySourceEmptyAlarm: gauges.read("primarySourcePressureKPa") < PRIMARY_EMPTY_KPA,
      reserveSourceLowAlarm: gauges.read("reserveSourcePressureKPa") < RESERVE_LOW_KPA,
      plantFaultAlarm: gauges.read("mainsPresent") < 0.5 || gauges.read("airDewPointCel") > DEW_POINT_MAX_CEL,
    };
    for (const alarm of GAS_ALARMS) gauges.set(alarm, alarms[alarm] ? 1 : 0);
  }
}
