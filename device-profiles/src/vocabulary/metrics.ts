import { COMMON_METRICS } from "./metrics/common.ts";
import { DEFIBRILLATOR_METRICS } from "./metrics/defibrillator.ts";
import { IMAGING_METRICS } from "./metrics/imaging.ts";
import { INFUSION_PUMP_METRICS } from "./metrics/infusion-pump.ts";
import { MEDICAL_GAS_METRICS } from "./metrics/medical-gas.ts";
import { alarm, type MetricTerm } from "./metrics/terms.ts";
import { VENTILATOR_METRICS } from "./metrics/ventilator.ts";

export { OPERATING_STATES, type OperatingState } from "./metrics/common.ts";

/** Every quantity and state that a twin can hold. The unit stands last in the name. */
export const METRICS = {
  ...COMMON_METRICS,
  ...VENTILATOR_METRICS,
  ...DEFIBRILLATOR_METRICS,
  ...INFUSION_PUMP_METRICS,
  ...IMAGING_METRICS,
  ...MEDICAL_GAS_METRICS,
} as const satisfies Record<string, MetricTerm>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];
export const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

/** The term of a metric, with `codes` readable whether or not this one is coded. */
export const metricTerm = (name: MetricName): MetricTerm => METRICS[name];

/** The word behind a coded value, or null where the metric is not coded or has no such index. */
export function codeWord(name: MetricName, value: number): string | null {
  return metricTerm(name).codes?.[value] ?? null;
}

/** Whether a metric is an alarm of the device about itself ("clear" or "active"). No clinical alarm is in this vocabulary. */
export const isTechnicalAlarm = (name: MetricName): boolean => metricTerm(name).codes === alarm.codes;
