/**
 * Every quantity and state that a twin can hold. The unit stands last in the name; `ucum` is its UCUM form, and `refId` and
 * `code` its IEEE 11073-10101 term (32-bit: partition * 65536 + term), null where none is confirmed.
 *
 * A coded metric travels as the index of its word in `codes`; index 0 is always the calm or the unknown word.
 */
interface MetricTerm {
  readonly refId: string | null;
  readonly code: number | null;
  /** UCUM unit of a quantity; "1" where it is a bare count or a code. */
  readonly ucum: string;
  /** Whose property it is: a `patient-derived` value is never shown in lists, ward views or shadows. */
  readonly origin: "device" | "patient-derived";
  readonly category: "measurement" | "setting" | "status" | "counter";
  readonly codes?: readonly string[];
}

const alarm = {
  refId: null,
  code: null,
  ucum: "1",
  origin: "device",
  category: "status",
  codes: ["clear", "active"],
} as const;
const check = {
  refId: null,
  code: null,
  ucum: "1",
  origin: "device",
  category: "status",
  codes: ["pass", "fail"],
} as const;
const flag = {
  refId: null,
  code: null,
  ucum: "1",
  origin: "device",
  category: "status",
  codes: ["no", "yes"],
} as const;
const ofDevice = { origin: "device", category: "measurement" } as const;
const ofPatient = { origin: "patient-derived", category: "measurement" } as const;
const setting = { origin: "device", category: "setting" } as const;
const counter = { refId: null, code: null, origin: "device", category: "counter" } as const;

export const OPERATING_STATES = ["unknown", "off", "standby", "in-use", "self-test"] as const;
export type OperatingState = (typeof OPERATING_STATES)[number];

export const METRICS = {
  // Every device.
  operatingState: { refId: null, code: null, ucum: "1", origin: "device", category: "status", codes: OPERATING_STATES },
  deviceLink: {
    refId: null,
    code: null,
    ucum: "1",
    origin: "device",
    category: "status",
    codes: ["unknown", "connected", "unreachable"],
  },
  /** NAMUR NE 107, as in OPC 10000-100 DeviceHealthEnumeration. */
  deviceHealth: {
    refId: null,
    code: null,
    ucum: "1",
    origin: "device",
    category: "status",
    codes: ["normal", "failure", "check-function", "off-spec", "maintenance-required"],
  },
  /** The device's own clock less the gateway's, as far as the wire's resolution allows. It never stamps a reading. */
  deviceClockOffsetS: { refId: null, code: null, ucum: "s", ...ofDevice },
  operatingTimeH: { ...counter, ucum: "h" },
  mainsPresent: flag,
  batteryChargePct: { refId: null, code: null, ucum: "%", ...ofDevice },
  batteryHealthPct: { refId: null, code: null, ucum: "%", ...ofDevice },
  batteryCycleCount: { ...counter, ucum: "1" },
  batteryAgeMonths: { refId: null, code: null, ucum: "mo", ...ofDevice },

  // Ventilators: settings.
  respiratoryRateSetPerMin: { refId: null, code: null, ucum: "/min", ...setting },
  tidalVolumeSetMl: { refId: null, code: null, ucum: "mL", ...setting },
  peakFlowSetLPerMin: { refId: null, code: null, ucum: "L/min", ...setting },
  oxygenConcentrationSetPct: { refId: null, code: null, ucum: "%", ...setting },
  peepSetCmH2O: { refId: null, code: null, ucum: "cm[H2O]", ...setting },
  // Ventilators: measurements.
  respiratoryRatePerMin: { refId: "MDC_RESP_RATE", code: 151562, ucum: "/min", ...ofPatient },
  tidalVolumeExpiredMl: { refId: "MDC_VOL_AWAY_TIDAL", code: 151868, ucum: "mL", ...ofPatient },
  minuteVolumeExpiredLPerMin: { refId: "MDC_VOL_MINUTE_AWAY_EXP", code: 151884, ucum: "L/min", ...ofPatient },
  airwayPressurePeakCmH2O: { refId: "MDC_PRESS_AWAY_INSP_MAX", code: 151817, ucum: "cm[H2O]", ...ofPatient },
  airwayPressureMeanCmH2O: { refId: "MDC_PRESS_AWAY_INSP_MEAN", code: 151819, ucum: "cm[H2O]", ...ofPatient },
  peepCmH2O: { refId: "MDC_VENT_PRESS_AWAY_END_EXP_POS", code: 151976, ucum: "cm[H2O]", ...ofPatient },
  oxygenConcentrationPct: { refId: "MDC_CONC_AWAY_O2_INSP", code: 152196, ucum: "%", ...ofDevice },
  complianceDynamicMlPerCmH2O: { refId: "MDC_COMPL_LUNG_DYN", code: 151692, ucum: "mL/cm[H2O]", ...ofPatient },
  resistanceDynamicCmH2OSPerL: { refId: "MDC_RES_AWAY", code: 151840, ucum: "cm[H2O].s/L", ...ofPatient },
  // Ventilators: technical alarms.
  acPowerLossAlarm: alarm,
  batteryInoperativeAlarm: alarm,
  batteryLowAlarm: alarm,
  powerLossAlarm: alarm,
  airSupplyLowAlarm: alarm,
  oxygenSupplyLowAlarm: alarm,
  compressorInoperativeAlarm: alarm,
  procedureErrorAlarm: alarm,
  technicalMalfunctionAlarm: alarm,

  // Defibrillators.
  readinessIndicator: {
    refId: null,
    code: null,
    ucum: "1",
    origin: "device",
    category: "status",
    codes: ["unknown", "ready", "degraded", "not-ready"],
  },
  selfTestEnergy: check,
  selfTestCharge: check,
  selfTestBattery: check,
  selfTestPads: check,
  selfTestEcgCable: check,
  selfTestSpeaker: check,
  selfTestMemory: check,
  selfTestClock: check,
  selfTestAgeH: { refId: null, code: null, ucum: "h", ...ofDevice },
  testEnergySetJ: { refId: null, code: null, ucum: "J", ...setting },
  testEnergyDeliveredJ: { refId: null, code: null, ucum: "J", ...ofDevice },
  chargeTimeS: { refId: null, code: null, ucum: "s", ...ofDevice },
  capacitorChargeCount: { ...counter, ucum: "1" },
  padsImpedanceOhm: { refId: null, code: null, ucum: "Ohm", ...ofDevice },
  padsExpiryD: { refId: null, code: null, ucum: "d", ...ofDevice },
  onCharger: flag,
  docked: flag,
  serviceDue: flag,
  reportPending: flag,
  technicalAlarm: alarm,

  // Infusion pumps.
  infusionRateMlPerH: { refId: null, code: null, ucum: "mL/h", ...ofPatient },
  volumeInfusedMl: { refId: "MDC_VOL_INFUS_ACTUAL_TOTAL", code: 157948, ucum: "mL", ...ofPatient },
  linePressureMmHg: { refId: null, code: null, ucum: "mm[Hg]", ...ofPatient },
  occlusionCount: { ...counter, ucum: "1" },
  motorRunTimeH: { ...counter, ucum: "h" },
  // Infusion pumps: technical alarms.
  batteryEmptyAlarm: alarm,
  communicationLossAlarm: alarm,
  driveDisengagedAlarm: alarm,
  pressureTransducerAlarm: alarm,
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
