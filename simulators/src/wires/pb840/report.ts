import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { WallTime } from "../../clock.ts";
import type { Ventilator, VentilatorAlarm } from "../../devices/ventilator.ts";
import type { ReportFields } from "./frame.ts";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const two = (value: number): string => String(value).padStart(2, "0");

/** How a gauge stands in the report: the field, what the gauge is divided by, and the decimals as captured. */
interface NumberField {
  field: number;
  metric: MetricName;
  divisor?: number;
  decimals: number;
}

const SETTINGS: readonly NumberField[] = [
  { field: 13, metric: "respiratoryRateSetPerMin", decimals: 1 },
  { field: 14, metric: "tidalVolumeSetMl", divisor: 1000, decimals: 3 },
  { field: 15, metric: "peakFlowSetLPerMin", decimals: 1 },
  { field: 16, metric: "oxygenConcentrationSetPct", decimals: 0 },
  { field: 18, metric: "peepSetCmH2O", decimals: 1 },
];

const MEASUREMENTS: readonly NumberField[] = [
  { field: 69, metric: "airwayPressurePeakCmH2O", decimals: 1 },
  { field: 70, metric: "respiratoryRatePerMin", decimals: 1 },
  { field: 71, metric: "tidalVolumeExpiredMl", divisor: 1000, decimals: 3 },
  { field: 72, metric: "minuteVolumeExpiredLPerMin", decimals: 3 },
  { field: 73, metric: "airwayPressurePeakCmH2O", decimals: 1 },
  { field: 74, metric: "airwayPressureMeanCmH2O", decimals: 1 },
  { field: 77, metric: "oxygenConcentrationPct", decimals: 0 },
  { field: 87, metric: "peepCmH2O", decimals: 1 },
  { field: 96, metric: "complianceDynamicMlPerCmH2O", decimals: 1 },
  { field: 97, metric: "resistanceDynamicCmH2OSPerL", decimals: 1 },
];

/** Technical alarms by field; a malfunction is reported as A5, the first of 137 to 153. */
const ALARM_FIELDS: readonly (readonly [field: number, alarm: VentilatorAlarm])[] = [
  [113, "acPowerLossAlarm"],
  [114, "batteryInoperativeAlarm"],
  [115, "batteryLowAlarm"],
  [116, "powerLossAlarm"],
  [121, "airSupplyLowAlarm"],
  [122, "oxygenSupplyLowAlarm"],
  [123, "compressorInoperativeAlarm"],
  [127, "procedureErrorAlarm"],
  [137, "technicalMalfunctionAlarm"],
];
const FIRST_ALARM_FIELD = 106;
const LAST_ALARM_FIELD = 153;
/** Field 122 was captured with a priority word in place of ALARM. */
const ACTIVE_WORD: Partial<Record<VentilatorAlarm, string>> = { oxygenSupplyLowAlarm: "LOW" };

/** What does not change between reports: volume control by a fixed set of limits, as in the captured report. */
const FIXED: readonly (readonly [field: number, text: string])[] = [
  [8, "INVASIVE"],
  [9, "A/C"],
  [10, "VC"],
  [12, "V-Trig"],
  [19, "0.0"],
  [20, "20"],
  [21, "0.580"],
  [22, "10.0"],
  [23, "70.0"],
  [24, "100"],
  [27, "RAMP"],
  [28, "VC"],
  [32, "SQUARE"],
  [33, "OFF"],
  [34, "51"],
  [36, "24.500"],
  [37, "0.470"],
  [38, "1900"],
  [39, "OFF"],
  [40, "1900"],
  [41, "OFF"],
  [42, "OFF"],
  [44, "10.3"],
  [45, "8.8"],
  [53, "HME"],
  [55, "Enabled"],
  [56, "20"],
  [60, "70.0"],
  [66, "ADULT"],
  [105, "OFF"],
  [156, "OFF"],
];

/** A number in at most six characters, giving up decimals before digits. */
export function numberText(value: number, decimals: number): string {
  for (let places = decimals; places > 0; places -= 1) {
    const text = value.toFixed(places);
    if (text.length <= 6) return text;
  }
  return value.toFixed(0);
}

function renderNumbers(fields: Map<number, string>, body: Ventilator, rows: readonly NumberField[]): void {
  for (const { field, metric, divisor = 1, decimals } of rows) {
    const value = body.gauges.get(metric);
    if (value !== undefined) fields.set(field, numberText(value / divisor, decimals));
  }
}

function alarmText(body: Ventilator, alarm: VentilatorAlarm): string {
  if (body.gauges.read(alarm) >= 0.5) return ACTIVE_WORD[alarm] ?? "ALARM";
  return body.reset.has(alarm) ? "RESET" : "NORMAL";
}

/**
 * The fields of a ventilator's report at one moment. Monitored fields are blank unless it ventilates.
 * @param wall what the ventilator's own clock shows; the report carries no seconds and no time zone.
 */
export function ventilatorReport(body: Ventilator, serial: string, wall: WallTime): ReportFields {
  const fields = new Map<number, string>(FIXED);
  fields.set(5, `${two(wall.hour)}:${two(wall.minute)}`);
  fields.set(6, `840 ${serial}`);
  fields.set(7, `${MONTHS[wall.month - 1]} ${two(wall.day)} ${wall.year}`);
  renderNumbers(fields, body, SETTINGS);
  if (body.duty.state === "in-use") renderNumbers(fields, body, MEASUREMENTS);
  for (let field = FIRST_ALARM_FIELD; field <= LAST_ALARM_FIELD; field += 1) fields.set(field, "NORMAL");
  for (const [field, alarm] of ALARM_FIELDS) fields.set(field, alarmText(body, alarm));
  return fields;
}
