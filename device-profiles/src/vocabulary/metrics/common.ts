import { alarm, counter, flag, type MetricTerm, measured, word } from "./terms.ts";

export const OPERATING_STATES = ["unknown", "off", "standby", "in-use", "self-test"] as const;
export type OperatingState = (typeof OPERATING_STATES)[number];

/** What a device of any kind may tell. */
export const COMMON_METRICS = {
  operatingState: word(...OPERATING_STATES),
  deviceLink: word("unknown", "connected", "unreachable"),
  /** NAMUR NE 107, as in OPC 10000-100 DeviceHealthEnumeration. */
  deviceHealth: word("normal", "failure", "check-function", "off-spec", "maintenance-required"),
  /** The device's own clock less the gateway's, as far as the wire's resolution allows. It never stamps a reading. */
  deviceClockOffsetS: measured("s"),
  operatingTimeH: counter("h"),
  mainsPresent: flag,
  batteryChargePct: measured("%"),
  batteryHealthPct: measured("%"),
  batteryCycleCount: counter("1"),
  batteryAgeMonths: measured("mo"),
  selfTestAgeH: measured("h"),
  serviceDue: flag,
  /** The device's sounder is paused. */
  alarmAudioPaused: flag,
  technicalAlarm: alarm,
  technicalMalfunctionAlarm: alarm,
  acPowerLossAlarm: alarm,
  batteryInoperativeAlarm: alarm,
  batteryLowAlarm: alarm,
  batteryEmptyAlarm: alarm,
  powerLossAlarm: alarm,
  powerSupplyAlarm: alarm,
  onBatteryAlarm: alarm,
  communicationLossAlarm: alarm,
  internalCommunicationAlarm: alarm,
  deviceTemperatureHighAlarm: alarm,
  fanAlarm: alarm,
  speakerAlarm: alarm,
  /** An alarm whose meaning the device's documents do not tell us; told only while the device is out of use. */
  unclassifiedAlarm: alarm,
  /** How many alarms about the person or the therapy began in the last full hour; never which, and never live. */
  clinicalAlarmsPerH: measured("/h"),
  /** Of those, the ones that also tell of wear: of a line or pressure sensor, a connection, an oxygen cell. */
  occlusionAlarmsPerH: measured("/h"),
  disconnectionAlarmsPerH: measured("/h"),
  oxygenConcentrationAlarmsPerH: measured("/h"),
} as const satisfies Record<string, MetricTerm>;
