import { alarm, counter, flag, type MetricTerm, measured } from "./terms.ts";

export const IMAGING_METRICS = {
  coldHeadTemperatureK: measured("K"),
  coldHeadRunTimeH: counter("h"),
  heliumLevelPct: measured("%"),
  heliumPressureKPa: measured("kPa"),
  chillerSupplyTemperatureCel: measured("Cel"),
  chillerFlowLPerMin: measured("L/min"),
  examinationCount: counter("1"),
  magnetAtField: flag,
  chillerAlarm: alarm,
} as const satisfies Record<string, MetricTerm>;
