import { alarm, counter, type MetricTerm, measured, setting } from "./terms.ts";

/** A medical gas supply: pipeline, sources and the plant behind them. Pressures are gauge pressures. */
export const MEDICAL_GAS_METRICS = {
  oxygenLinePressureKPa: measured("kPa"),
  airLinePressureKPa: measured("kPa"),
  vacuumPressureKPa: measured("kPa"),
  primarySourcePressureKPa: measured("kPa"),
  reserveSourcePressureKPa: measured("kPa"),
  airDewPointCel: measured("Cel"),
  oxygenFlowLPerMin: measured("L/min"),
  compressorRunTimeH: counter("h"),
  compressorStartCount: counter("1"),
  oxygenPressureHighLimitKPa: setting("kPa"),
  oxygenPressureLowLimitKPa: setting("kPa"),
  oxygenPressureHighAlarm: alarm,
  oxygenPressureLowAlarm: alarm,
  airPressureLowAlarm: alarm,
  vacuumLowAlarm: alarm,
  primarySourceEmptyAlarm: alarm,
  reserveSourceLowAlarm: alarm,
  plantFaultAlarm: alarm,
} as const satisfies Record<string, MetricTerm>;
