/** What the devices of the made-up hospital read. */
import { METRIC_NAMES, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import { VENTILATOR_METRICS } from "@wardtwin/device-profiles/vocabulary/metrics/ventilator";
import type { DeviceKind, MetricName, TwinMetric } from "../src/api/types.ts";

/** Somewhere in the middle of what a unit measures, for the many metrics of a ventilator that nobody thought of here. */
const MIDDLE: Readonly<Record<string, number>> = {
  "1": 2,
  s: 1.2,
  h: 3.4,
  "%": 25,
  "/min": 15,
  "cm[H2O]": 12.4406,
  "cm[H2O].s/L": 9.3814,
  "mL/cm[H2O]": 48.0524,
  "cm[H2O]/L": 20.3944,
  mL: 470,
  "L/min": 6.8,
  kPa: 412,
  hPa: 1_013,
  Cel: 36.4,
};

/** One of the device's units in the metric's, as the twin's profile would say: mbar is not cm[H2O]. */
const TOLD: Readonly<Record<string, { ucum: string; scale: number }>> = {
  "cm[H2O]": { ucum: "mbar", scale: 1.01972 },
  "cm[H2O].s/L": { ucum: "mbar.s/L", scale: 1.01972 },
  "cm[H2O]/L": { ucum: "mbar/L", scale: 1.01972 },
  "mL/cm[H2O]": { ucum: "mL/mbar", scale: 1 / 1.01972 },
};

export function toldOf(kind: DeviceKind, ucum: string, value: number): TwinMetric["asTold"] {
  const told = kind === "ventilator" ? TOLD[ucum] : undefined;
  return told === undefined ? null : { value: Number((value / told.scale).toPrecision(3)), ucum: told.ucum };
}

const isOfVentilators = (name: MetricName): boolean => Object.hasOwn(VENTILATOR_METRICS, name);
/** An alarm is clear, a choice is the first that is one, and a quantity lies in the middle. */
const middleOf = (name: MetricName): number => {
  const { codes, ucum, category } = metricTerm(name);
  return codes === undefined ? (MIDDLE[ucum] ?? 5) : category === "setting" ? 1 : 0;
};
const everyOfVentilators = Object.fromEntries(
  METRIC_NAMES.filter(isOfVentilators).map((name) => [name, middleOf(name)]),
);

export const VALUES: Record<DeviceKind, Partial<Record<MetricName, number>>> = {
  ventilator: {
    ...everyOfVentilators,
    operatingState: 3,
    deviceLink: 1,
    deviceHealth: 0,
    deviceClockOffsetS: 14,
    alarmAudioPaused: 0,
    clinicalAlarmsPerH: 3,
    ventilationMode: 2,
    respiratoryRateSetPerMin: 14,
    tidalVolumeSetMl: 480,
    oxygenConcentrationSetPct: 40,
    peepSetCmH2O: 5.0986,
    tidalVolumeExpiredMl: 471,
    minuteVolumeExpiredLPerMin: 7.06,
    airwayPressurePeakCmH2O: 21.822,
    airwayPressureMeanCmH2O: 9.9933,
    peepCmH2O: 5.2006,
    oxygenConcentrationPct: 40.6,
    deviceCheck: 1,
    batteryChargePct: 97,
    batteryLowAlarm: 0,
    technicalMalfunctionAlarm: 0,
    acPowerLossAlarm: 0,
    fanAlarm: 0,
    unclassifiedAlarm: 0,
  },
  defibrillator: {
    operatingState: 2,
    deviceLink: 1,
    readinessIndicator: 1,
    batteryChargePct: 96,
    batteryHealthPct: 88,
    batteryAgeMonths: 19,
    selfTestEnergy: 0,
    selfTestCharge: 0,
    selfTestBattery: 0,
    selfTestPads: 0,
    selfTestAgeH: 5.2,
    testEnergySetJ: 30,
    testEnergyDeliveredJ: 29.7,
    chargeTimeS: 4.1,
    capacitorChargeCount: 1_874,
    padsImpedanceOhm: 52,
    padsExpiryD: 311,
    onCharger: 1,
    docked: 1,
  },
  "infusion-pump": {
    operatingState: 3,
    deviceLink: 1,
    deviceHealth: 0,
    infusionRateMlPerH: 42.5,
    volumeInfusedMl: 318.2,
    linePressureMmHg: 96,
    batteryChargePct: 81,
    batteryHealthPct: 93,
    batteryCycleCount: 214,
    occlusionCount: 3,
    motorRunTimeH: 2_204.7,
    mainsPresent: 1,
  },
  imaging: {
    operatingState: 3,
    deviceLink: 1,
    deviceHealth: 0,
    coldHeadTemperatureK: 4.12,
    coldHeadRunTimeH: 21_480.2,
    heliumLevelPct: 83.5,
    heliumPressureKPa: 27.4,
    chillerSupplyTemperatureCel: 11.8,
    chillerFlowLPerMin: 92,
    compressorRunTimeH: 33_210.9,
    examinationCount: 18_204,
    magnetAtField: 1,
    mainsPresent: 1,
    technicalAlarm: 0,
    chillerAlarm: 0,
  },
  "medical-gas": {
    operatingState: 3,
    deviceLink: 1,
    serviceDue: 0,
    alarmAudioPaused: 0,
    mainsPresent: 1,
    oxygenLinePressureKPa: 431.2,
    airLinePressureKPa: 428.7,
    vacuumPressureKPa: -52.1,
    primarySourcePressureKPa: 980,
    reserveSourcePressureKPa: 7_450,
    airDewPointCel: -51.4,
    oxygenFlowLPerMin: 212,
    compressorRunTimeH: 8_812.4,
    compressorStartCount: 15_022,
    oxygenPressureHighLimitKPa: 550,
    oxygenPressureLowLimitKPa: 360,
    oxygenPressureHighAlarm: 0,
    oxygenPressureLowAlarm: 0,
    airPressureLowAlarm: 0,
    vacuumLowAlarm: 0,
    primarySourceEmptyAlarm: 0,
    reserveSourceLowAlarm: 0,
    plantFaultAlarm: 0,
  },
};
