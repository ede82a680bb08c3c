import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { ClinicalAlarm } from "../../devices/draeger-ventilator.ts";

/** An alarm on the wire. `older` is its phrase on models of the older protocol, where the two differ; those are ours. */
interface AlarmRow {
  code: number;
  priority: number;
  phrase: string;
  older?: string;
}
export type TechnicalRow = AlarmRow & { alarm: MetricName };

const row = (alarm: MetricName, code: number, priority: number, phrase: string, older?: string): TechnicalRow => ({
  alarm,
  code,
  priority,
  phrase,
  ...(older !== undefined && { older }),
});

/** Alarms about the device, codepage 1. Source of codes and phrases: fact sheet draeger-medibus.md, section 8. */
export const TECHNICAL_1: readonly TechnicalRow[] = [
  row("powerLossAlarm", 0xef, 31, "POWER FAIL"),
  row("batteryLowAlarm", 0x4b, 8, "BATTERY LOW"),
  row("batteryInoperativeAlarm", 0xfd, 15, "BATTERY ERR", "BATT. INOP"),
  row("airSupplyLowAlarm", 0x12, 24, "AIR SUPPLY"),
  row("oxygenSupplyLowAlarm", 0x13, 28, "O2 SUPPLY"),
  row("gasSupplyHighAlarm", 0xe7, 18, "HI O2 SUPPLY"),
  row("gasSupplyFailureAlarm", 0xec, 30, "GAS FAILURE"),
  row("technicalMalfunctionAlarm", 0xf2, 31, "SYSTEM FAULT"),
  row("internalCommunicationAlarm", 0x7c, 20, "INT COM ERR"),
  row("communicationLossAlarm", 0x78, 4, "RS232COM ERR"),
  row("deviceTemperatureHighAlarm", 0xc9, 22, "INT.TMP.HIGH"),
  row("fanAlarm", 0xca, 12, "FAN ERR", "FAN INOP"),
  row("speakerAlarm", 0x65, 16, "SPEAKER FAIL"),
  row("oxygenSensorInoperativeAlarm", 0x43, 21, "O2 SENS ERR", "O2 SENSOR"),
  row("oxygenSensorNotCalibratedAlarm", 0x3b, 9, "CAL O2"),
  row("flowSensorAlarm", 0x42, 21, "FLOW SENSOR"),
  row("flowCalibrationAlarm", 0xa2, 9, "VOL CAL"),
  row("expiratoryValveAlarm", 0xb0, 27, "EXP-VALVE"),
  row("pressureMeasurementAlarm", 0xad, 29, "PRESS ERR", "PRESS. INOP"),
  row("volumeMeasurementAlarm", 0xa4, 21, "VOL ERR", "VOL. INOP"),
  row("gasMixerAlarm", 0xc8, 30, "MIXER INOP"),
  row("blowerTemperatureHighAlarm", 0xb7, 23, "VENT TEMP HI"),
  row("coolingAlarm", 0xfe, 17, "COOLING"),
  row("temperatureSensorAlarm", 0xb9, 6, "AW-TEMP SENS"),
  row("gasMeasurementAlarm", 0x67, 11, "GAS MON ERR"),
];

/** Codepage 2. */
export const TECHNICAL_2: readonly TechnicalRow[] = [
  row("onBatteryAlarm", 0x5a, 7, "BATTERY ON"),
  row("onBatteryAlarm", 0xfe, 7, "INT BATT ON"),
  row("batteryEmptyAlarm", 0x5c, 31, "BATT  2MIN"),
  row("powerSupplyAlarm", 0xa1, 19, "PWR SPLY ERR"),
  row("humidifierAlarm", 0x0c, 6, "HUM INOP"),
  row("hoseSystemAlarm", 0xd1, 14, "HOSE ERROR"),
  row("ambientSensorAlarm", 0x3b, 12, "AMB PRESS"),
  row("nebuliserAlarm", 0x5b, 3, "NO NEBULIS"),
  row("leakageAlarm", 0x9c, 13, "LEAKAGE"),
];

/** Alarms about the person and the therapy, codepage 1. */
export const CLINICAL: Readonly<Record<ClinicalAlarm, AlarmRow>> = {
  apnea: { code: 0x00, priority: 31, phrase: "APNEA" },
  disconnected: { code: 0xff, priority: 30, phrase: "DISCONNECT" },
  "pressure-high": { code: 0x10, priority: 29, phrase: "PAW HIGH" },
  "minute-volume-low": { code: 0x19, priority: 28, phrase: "MIN VOL LOW" },
  "minute-volume-high": { code: 0x9b, priority: 19, phrase: "MIN VOL HIGH" },
  "rate-high": { code: 0x90, priority: 18, phrase: "RESP RATE HI" },
  "oxygen-low": { code: 0xc0, priority: 29, phrase: "O2 LOW" },
  "oxygen-high": { code: 0x37, priority: 26, phrase: "O2 HIGH" },
};
