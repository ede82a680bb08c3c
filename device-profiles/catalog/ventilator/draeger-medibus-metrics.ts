import type { MedibusMapping } from "../../src/profile/draeger-medibus.ts";
import { MEDIBUS_CLINICAL } from "../../src/profile/medibus-layout.ts";
import type { MetricName } from "../../src/vocabulary/metrics.ts";

/** Measured data, codepage 1 (24) and 2 (2B). */
const one = { poll: "measured", as: "number", from: "24" } as const;
const two = { poll: "measured", as: "number", from: "2B" } as const;
const setting = { poll: "measured", as: "number", from: "29" } as const;
const low = { poll: "slow", as: "number", from: "25" } as const;
const high = { poll: "slow", as: "number", from: "26" } as const;
const alarm = { poll: "status", as: "alarm" } as const;
const text = { poll: "status", as: "text" } as const;

/** 1 mbar, and 1 hPa, is 1.01972 cm[H2O]. */
const mbar = { scale: 1.01972, deviceUcum: "mbar" } as const;
const mbarSPerL = { scale: 1.01972, deviceUcum: "mbar.s/L" } as const;
const lPerBar = { scale: 0.980665, deviceUcum: "L/bar" } as const;
const mlPerMbar = { scale: 0.980665, deviceUcum: "mL/mbar" } as const;
const mlPerHPa = { scale: 0.980665, deviceUcum: "mL/hPa" } as const;
const litres = { scale: 1_000, deviceUcum: "L" } as const;
const mlPerMin = { scale: 0.001, deviceUcum: "mL/min" } as const;

/** Spans that the ventilators' class allows; they are no clinical limits. */
const pressure = { valid: [-20, 130], deadBand: 0.2 } as const;
const rate = { valid: [0, 200] } as const;
const volume = { valid: [0, 6_000], deadBand: 2 } as const;
const flow = { valid: [0, 300], deadBand: 0.05 } as const;
const percent = { valid: [0, 100] } as const;
/** An analyser that reads a little over 100 % is one to look at and no broken reading. */
const oxygen = { valid: [0, 103] } as const;

const MEASURED = {
  respiratoryRatePerMin: { ...one, code: "D6", ...rate },
  respiratoryRateMandatoryPerMin: { ...one, code: "7B", ...rate },
  respiratoryRateSpontaneousPerMin: { ...one, code: "B5", ...rate },
  tidalVolumeMl: { ...one, code: "88", ...volume },
  tidalVolumeExpiredMl: { ...two, code: "21", ...volume },
  tidalVolumeInspiredMl: { ...one, code: "8B", ...volume, also: [{ from: "2B", code: "22" }] },
  tidalVolumeSpontaneousMl: {
    ...two,
    code: "00",
    ...volume,
    also: [
      { from: "24", code: "84" },
      { from: "24", code: "7F", scale: 1_000 },
      { from: "24", code: "68" },
    ],
  },
  tidalVolumeMandatoryMl: {
    ...one,
    code: "16",
    ...volume,
    also: [
      { from: "24", code: "83" },
      { from: "24", code: "7E", scale: 1_000 },
      { from: "24", code: "85" },
    ],
  },
  minuteVolumeLPerMin: { ...one, code: "B9", ...flow },
  minuteVolumeExpiredLPerMin: { ...one, code: "03", ...flow },
  minuteVolumeInspiredLPerMin: { ...one, code: "06", ...flow },
  minuteVolumeSpontaneousLPerMin: { ...one, code: "B7", ...flow, also: [{ from: "24", code: "0A" }] },
  minuteVolumeMandatoryLPerMin: { ...one, code: "7C", ...flow, also: [{ from: "24", code: "0D" }] },
  airwayPressureCmH2O: { ...one, code: "05", ...mbar, ...pressure },
  airwayPressurePeakCmH2O: { ...one, code: "7D", ...mbar, ...pressure },
  airwayPressureMeanCmH2O: { ...one, code: "73", ...mbar, ...pressure },
  airwayPressureMinCmH2O: { ...one, code: "71", ...mbar, ...pressure },
  plateauPressureCmH2O: { ...one, code: "74", ...mbar, ...pressure },
  endInspiratoryPressureCmH2O: { ...two, code: "23", ...mbar, ...pressure },
  peepCmH2O: { ...one, code: "78", ...mbar, ...pressure, deadBand: 0.1 },
  peepIntrinsicCmH2O: { ...one, code: "79", ...mbar, ...pressure },
  occlusionPressureCmH2O: { ...one, code: "72", ...mbar },
  negativeInspiratoryForceCmH2O: { ...one, code: "8D", ...mbar },
  ieInspiratoryRatio: { ...one, code: "E7" },
  ieExpiratoryRatio: { ...one, code: "E8" },
  inspiratoryTimeS: { ...two, code: "38" },
  inspiratoryTimeSpontaneousS: { ...one, code: "6F" },
  expiratoryTimeConstantS: { ...two, code: "09" },
  complianceDynamicMlPerCmH2O: { ...one, code: "07", ...lPerBar, valid: [0, 500], deadBand: 0.5 },
  complianceStaticMlPerCmH2O: { ...two, code: "0A", ...mlPerMbar, valid: [0, 500], deadBand: 0.5 },
  resistanceDynamicCmH2OSPerL: { ...one, code: "08", ...mbarSPerL, valid: [0, 500], deadBand: 0.2 },
  resistancePatientCmH2OSPerL: { ...one, code: "0B", ...mbarSPerL, valid: [0, 500], deadBand: 0.2 },
  elastanceCmH2OPerL: { ...two, code: "06", scale: 1.01972, deviceUcum: "mbar/L" },
  rapidShallowBreathingIndexPerMinL: { ...one, code: "C9", also: [{ from: "2B", code: "0D", scale: 1_000 }] },
  peakFlowInspiratoryLPerMin: { ...one, code: "76", scale: 0.06, deviceUcum: "mL/s", ...flow },
  oxygenConcentrationExpiredPct: { ...one, code: "EF", ...oxygen },
  carbonDioxideEndTidalMmHg: { ...one, code: "E6", also: [{ from: "24", code: "E3", scale: 7.50062 }] },
  airwayTemperatureCel: { ...one, code: "C1", deadBand: 0.2 },

  oxygenConcentrationPct: { ...one, code: "F0", ...oxygen, also: [{ from: "24", code: "C0" }] },
  oxygenSensorBiasPct: { ...one, code: "C7" },
  oxygenSupplyPressureKPa: { ...one, code: "0F", scale: 0.1, deviceUcum: "mbar", deadBand: 2 },
  ambientPressureHPa: { ...one, code: "6B", scale: 1, deviceUcum: "mbar", valid: [500, 1_200], deadBand: 1 },
  batteryChargePct: { ...one, code: "C6", ...percent },
  leakPct: { ...one, code: "B3", ...percent, deadBand: 1 },
  leakLPerMin: { ...two, code: "37", ...flow },
  circuitLeakMlPerMin: { ...one, code: "B2", deadBand: 5, also: [{ from: "2B", code: "39" }] },
  circuitComplianceMlPerCmH2O: { ...two, code: "3A", ...mlPerHPa },
  hoseComplianceMlPerCmH2O: { ...two, code: "3B", ...mlPerHPa },
  hoseResistanceCmH2OSPerL: { ...two, code: "52", ...mbarSPerL },
  airTemperatureCel: { ...one, code: "6D", deadBand: 0.2 },
  relativeHumidityPct: { ...one, code: "6C", ...percent, deadBand: 1 },
  airConsumptionL: { ...one, code: "00", deadBand: 1 },
  oxygenConsumptionL: { ...one, code: "04", deadBand: 1 },
  gasConsumptionL: { ...one, code: "27", deadBand: 1 },
  deviceFlowLPerMin: { ...one, code: "12", deadBand: 0.1 },
  freshGasAirFlowLPerMin: { ...one, code: "DE", ...mlPerMin, deadBand: 0.05 },
  freshGasOxygenFlowLPerMin: { ...one, code: "E2", ...mlPerMin, deadBand: 0.05 },
} as const satisfies Partial<Record<MetricName, MedibusMapping>>;

/** VC-CMV, VC-AC, VC-SIMV, VC-MMV: the modes whose mandatory breaths have the volume that is set. */
const VOLUME_MODES = ["01", "02", "06", "0C"] as const;
/** All modes but those that are set by two pressures, by a mean pressure, by hand or by a flow. */
const PEEP_MODES = [...VOLUME_MODES, "0A", "0D", "0E", "18", "35", "3E", "47", "6A"] as const;

const SETTINGS = {
  oxygenConcentrationSetPct: { ...setting, code: "01", valid: [21, 100], also: [{ from: "29", code: "24" }] },
  peakFlowSetLPerMin: { ...setting, code: "02", ...flow },
  tidalVolumeSetMl: {
    ...setting,
    code: "04",
    ...litres,
    valid: [0, 3_000],
    also: [{ from: "29", code: "40" }],
    onlyWhileTexts: VOLUME_MODES,
  },
  inspiratoryTimeSetS: { ...setting, code: "05" },
  expiratoryTimeSetS: { ...setting, code: "06" },
  ieInspiratorySetRatio: { ...setting, code: "07" },
  ieExpiratorySetRatio: { ...setting, code: "08" },
  respiratoryRateSetPerMin: { ...setting, code: "09", ...rate },
  peepSetCmH2O: { ...setting, code: "0B", ...mbar, valid: [0, 60], onlyWhileTexts: PEEP_MODES },
  peepLowSetCmH2O: { ...setting, code: "0D", ...mbar },
  peepHighSetCmH2O: { ...setting, code: "0E", ...mbar },
  peepLowTimeSetS: { ...setting, code: "0F" },
  peepHighTimeSetS: { ...setting, code: "10" },
  apneaIntervalSetS: { ...setting, code: "11" },
  supportPressureSetCmH2O: { ...setting, code: "12", ...mbar },
  pressureLimitSetCmH2O: { ...setting, code: "13", ...mbar },
  flowTriggerSetLPerMin: { ...setting, code: "29" },
  riseTimeSetS: { ...setting, code: "2E" },
  apneaRespiratoryRateSetPerMin: { ...setting, code: "42", ...rate },
  apneaTidalVolumeSetMl: { ...setting, code: "44", ...litres, valid: [0, 3_000], also: [{ from: "29", code: "6E" }] },
  inspiratoryPressureSetCmH2O: { ...setting, code: "45", ...mbar },
  tubeInnerDiameterSetMm: { ...setting, code: "47" },
  expiratorySensitivitySetPct: { ...setting, code: "72", ...percent },
  freshGasFlowSetLPerMin: { ...setting, code: "2F", ...mlPerMin },
  freshGasOxygenSetPct: { ...setting, code: "61", ...percent },
} as const satisfies Partial<Record<MetricName, MedibusMapping>>;

/** Alarm limits bear the code of the value that they are the limit of; 2C and 2D are those of codepage 2. */
const LIMITS = {
  airwayPressureHighLimitCmH2O: { ...high, code: "7D", ...mbar, also: [{ from: "26", code: "05", scale: 1.01972 }] },
  airwayPressureLowLimitCmH2O: { ...low, code: "7D", ...mbar, also: [{ from: "25", code: "05", scale: 1.01972 }] },
  minuteVolumeHighLimitLPerMin: { ...high, code: "B9", also: [{ from: "26", code: "03" }] },
  minuteVolumeLowLimitLPerMin: { ...low, code: "B9", also: [{ from: "25", code: "03" }] },
  tidalVolumeHighLimitMl: { ...high, code: "88", also: [{ from: "2D", code: "21" }] },
  tidalVolumeLowLimitMl: { ...low, code: "88", also: [{ from: "2C", code: "21" }] },
  tidalVolumeInspiredHighLimitMl: { ...high, code: "8B", also: [{ from: "2D", code: "22" }] },
  tidalVolumeMandatoryHighLimitMl: { ...high, code: "16" },
  tidalVolumeMandatoryLowLimitMl: { ...low, code: "16" },
  tidalVolumeSpontaneousHighLimitMl: { ...high, code: "84", also: [{ from: "2D", code: "00" }] },
  tidalVolumeSpontaneousLowLimitMl: { ...low, code: "84", also: [{ from: "2C", code: "00" }] },
  respiratoryRateHighLimitPerMin: { ...high, code: "D6" },
  respiratoryRateLowLimitPerMin: { ...low, code: "D6" },
  oxygenConcentrationHighLimitPct: { ...high, code: "F0", also: [{ from: "26", code: "C0" }] },
  oxygenConcentrationLowLimitPct: { ...low, code: "F0", also: [{ from: "25", code: "C0" }] },
  peepHighLimitCmH2O: { ...high, code: "78", ...mbar },
  peepLowLimitCmH2O: { ...low, code: "78", ...mbar },
  airwayTemperatureHighLimitCel: { ...high, code: "C1" },
} as const satisfies Partial<Record<MetricName, MedibusMapping>>;

const ALARMS = {
  technicalMalfunctionAlarm: {
    ...alarm,
    cp1: ["9F", "AB", "B5", "F2"],
    cp2: ["39", "50", "91", "94", "96", "B9", "EC"],
  },
  acPowerLossAlarm: { ...alarm, cp2: ["5A", "6D", "FE"] },
  onBatteryAlarm: { ...alarm, cp2: ["5A", "FE"] },
  powerLossAlarm: { ...alarm, cp1: ["EF"] },
  powerSupplyAlarm: { ...alarm, cp2: ["A1"] },
  batteryLowAlarm: { ...alarm, cp1: ["4B"], cp2: ["5C", "5D"] },
  batteryInoperativeAlarm: { ...alarm, cp1: ["FD"], cp2: ["59"] },
  communicationLossAlarm: { ...alarm, cp1: ["78"] },
  internalCommunicationAlarm: { ...alarm, cp1: ["7C", "A0"] },
  deviceTemperatureHighAlarm: { ...alarm, cp1: ["C9"] },
  fanAlarm: { ...alarm, cp1: ["CA"] },
  speakerAlarm: { ...alarm, cp1: ["65"] },
  coolingAlarm: { ...alarm, cp1: ["FE"] },
  blowerTemperatureHighAlarm: { ...alarm, cp1: ["B7"] },
  airSupplyLowAlarm: { ...alarm, cp1: ["12"], cp2: ["CA"] },
  oxygenSupplyLowAlarm: { ...alarm, cp1: ["13", "BD"] },
  nitrousOxideSupplyLowAlarm: { ...alarm, cp1: ["ED"], cp2: ["CB"] },
  gasSupplyHighAlarm: { ...alarm, cp1: ["E6", "E7"], cp2: ["10"] },
  gasSupplyFailureAlarm: { ...alarm, cp1: ["EC", "F3"], cp2: ["35", "36", "37"] },
  gasCylinderAlarm: { ...alarm, cp2: ["31", "32", "33", "34", "AF", "B0", "B1", "B2", "B3", "B4", "B5"] },
  gasMixerAlarm: { ...alarm, cp1: ["C2", "C8", "F4"], cp2: ["C7", "C8", "C9"] },
  oxygenSensorInoperativeAlarm: { ...alarm, cp1: ["43", "A1", "BE"] },
  oxygenSensorNotCalibratedAlarm: { ...alarm, cp1: ["3B"] },
  flowSensorAlarm: { ...alarm, cp1: ["42", "C1"], cp2: ["90", "A8"] },
  flowCalibrationAlarm: { ...alarm, cp1: ["A2"] },
  volumeMeasurementAlarm: { ...alarm, cp1: ["A4"] },
  pressureMeasurementAlarm: { ...alarm, cp1: ["AD"] },
  expiratoryValveAlarm: { ...alarm, cp1: ["B0"] },
  gasMeasurementAlarm: {
    ...alarm,
    cp1: [
      ...["36", "3D", "3E", "64", "67", "69", "6A", "AF", "B3", "CD", "CE"],
      ...["D1", "D5", "D9", "E4", "E5", "EB", "FC"],
    ],
    cp2: ["42", "ED"],
  },
  temperatureSensorAlarm: { ...alarm, cp1: ["46", "47", "48", "B8", "B9"] },
  ambientSensorAlarm: { ...alarm, cp2: ["1B", "3B", "6E", "6F"] },
  humidifierAlarm: { ...alarm, cp1: ["9E", "A6"], cp2: ["0C"] },
  nebuliserAlarm: { ...alarm, cp2: ["5B"] },
  hoseSystemAlarm: {
    ...alarm,
    cp1: ["A9", "BC"],
    cp2: ["A0", "B6", "B7", "D1", "D6", "D7", "D8", "F1", "F2"],
  },
  consumableAlarm: { ...alarm, cp2: ["6C", "D3", "D4", "D9"] },
  leakageAlarm: { ...alarm, cp2: ["9C"] },
  unclassifiedAlarm: { poll: "status", as: "unclassified" },

  clinicalAlarmsPerH: { poll: "status", as: "clinical", ...MEDIBUS_CLINICAL },
  disconnectionAlarmsPerH: { poll: "status", as: "clinical", cp1: ["9A", "FF"], cp2: ["8D"] },
  occlusionAlarmsPerH: { poll: "status", as: "clinical", cp2: ["6A", "CE"] },
  oxygenConcentrationAlarmsPerH: { poll: "status", as: "clinical", cp1: ["08", "37", "70", "A8", "C0"] },
} as const satisfies Partial<Record<MetricName, MedibusMapping>>;

const TEXTS = {
  ventilationMode: {
    ...text,
    words: {
      "controlled-mandatory": ["01"],
      "assist-control": ["02", "47"],
      simv: ["06", "18"],
      spontaneous: ["0A", "35"],
      "mandatory-minute-volume": ["0C", "0D"],
      bilevel: ["0E"],
      aprv: ["1A"],
      "high-frequency": ["1B"],
      "pressure-support": ["3E"],
      "pressure-control": ["6A"],
      "oxygen-therapy": ["6B"],
      "manual-spontaneous": ["2B", "3B"],
      other: ["36", "55", "58"],
    },
  },
  // AutoFlow holds the volume by way of the pressure.
  mandatoryType: {
    ...text,
    words: {
      "volume-control-plus": ["5E"],
      "volume-control": ["01", "02", "06", "0C"],
      "pressure-control": ["0D", "0E", "18", "1A", "1B", "47", "6A"],
    },
  },
  spontaneousType: {
    ...text,
    words: {
      "proportional-assist": ["35"],
      "volume-support": ["74"],
      "pressure-support": ["3E", "5C", "8E"],
      "tube-compensation": ["6D", "6E", "6F"],
    },
  },
  ventilationType: { ...text, words: { invasive: ["48"], "non-invasive": ["49"] } },
  patientCategory: { ...text, words: { adult: ["20"], neonatal: ["21"], paediatric: ["3A"] } },
  tubeTypeSet: { ...text, words: { endotracheal: ["68"], tracheostomy: ["70"] } },
  humidificationTypeSet: {
    ...text,
    words: { "non-heated-expiratory": ["76"], "heated-expiratory": ["77"], hme: ["78"] },
  },
  circuitTypeSet: { ...text, words: { adult: ["8C"], paediatric: ["8D"] } },
  oxygenSuction: { ...text, words: { yes: ["1C"] } },
  alarmAudioPaused: { ...text, words: { yes: ["5D"] } },
  // The worst first: two verdicts at once are none to be glad of.
  deviceCheck: {
    ...text,
    words: { "non-functional": ["92"], "conditionally-functional": ["91"], functional: ["90"] },
  },
  calibrationDue: { ...text, words: { yes: ["A9"] } },
  // A test may be newer by the half minute that a clock without seconds is guessed at.
  selfTestAgeH: { poll: "slow", as: "test-age", code: "A0", valid: [-0.01, 200_000], deadBand: 0.2 },
  leakTestAgeH: { poll: "slow", as: "test-age", code: "A1", valid: [-0.01, 200_000], deadBand: 0.2 },
  deviceClockOffsetS: { poll: "slow", as: "clock-offset", deadBand: 60 },
} as const satisfies Partial<Record<MetricName, MedibusMapping>>;

/**
 * What MEDIBUS tells and a twin can hold, for every device that speaks it. Each device tells a part of it: what it does not
 * list is blank. Nothing that tells of a person's name, sex, age, weight or height has a mapping.
 */
export const MEDIBUS_METRICS = { ...MEASURED, ...SETTINGS, ...LIMITS, ...ALARMS, ...TEXTS } as const;
