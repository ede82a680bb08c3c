import type { ReadinessEvidence } from "../../src/profile/profile.ts";
import type { SndfProfile } from "../../src/profile/puritan-bennett.ts";

const report = { poll: "report" } as const;
const number = { ...report, as: "number" } as const;
const litres = { ...number, scale: 1_000, deviceUcum: "L" } as const;
const word = { ...report, as: "word" } as const;
const alarm = { ...report, as: "alarm" } as const;

/** Spans that the fields' widths and the ventilators' class allow; they are no clinical limits. */
const SHARE = [0, 100] as const;
const RATE = [0, 200] as const;
const SET_RATE = [0, 150] as const;
const SET_VOLUME = [0, 3_000] as const;
const VOLUME = [0, 6_000] as const;
const SET_FLOW = [0, 200] as const;
const FLOW = [0, 300] as const;
const MINUTE_VOLUME = [0, 100] as const;
const SET_PRESSURE = [0, 100] as const;
const PRESSURE = [-20, 130] as const;
const LUNG = [0, 500] as const;
const TIME = [0, 120] as const;

const PATTERN = { SQUARE: "square", RAMP: "ramp" } as const;
const bilevel = { onlyWhile: { field: 9, is: ["BILEVL"] } } as const;
const notBilevel = { onlyWhile: { field: 9, isNot: ["BILEVL"] } } as const;

const settings = {
  ventilationType: {
    ...word,
    field: 8,
    words: { INVASIVE: "invasive", NIV: "non-invasive" },
    otherwise: "unknown",
  },
  ventilationMode: {
    ...word,
    field: 9,
    words: { "A/C": "assist-control", SIMV: "simv", SPONT: "spontaneous", BILEVL: "bilevel" },
    otherwise: "other",
  },
  mandatoryType: {
    ...word,
    field: 10,
    words: { PC: "pressure-control", VC: "volume-control", "VC+": "volume-control-plus" },
    otherwise: "unknown",
  },
  spontaneousType: {
    ...word,
    field: 11,
    words: {
      NONE: "none",
      PS: "pressure-support",
      TC: "tube-compensation",
      VS: "volume-support",
      PA: "proportional-assist",
    },
    otherwise: "unknown",
  },
  triggerType: { ...word, field: 12, words: { "V-Trig": "flow", "P-Trig": "pressure" }, otherwise: "unknown" },
  respiratoryRateSetPerMin: { ...number, field: 13, valid: SET_RATE },
  tidalVolumeSetMl: { ...litres, field: 14, valid: SET_VOLUME },
  peakFlowSetLPerMin: { ...number, field: 15, valid: SET_FLOW },
  oxygenConcentrationSetPct: { ...number, field: 16, valid: [21, 100] },
  pressureTriggerSetCmH2O: { ...number, field: 17, valid: SET_PRESSURE },
  peepSetCmH2O: { ...number, field: 18, valid: [0, 50] },
  plateauTimeSetS: { ...number, field: 19, valid: TIME },
  apneaIntervalSetS: { ...number, field: 20, valid: TIME },
  apneaTidalVolumeSetMl: { ...litres, field: 21, valid: SET_VOLUME },
  apneaRespiratoryRateSetPerMin: { ...number, field: 22, valid: SET_RATE },
  apneaPeakFlowSetLPerMin: { ...number, field: 23, valid: SET_FLOW },
  apneaOxygenConcentrationSetPct: { ...number, field: 24, valid: [21, 100] },
  apneaInspiratoryPressureSetCmH2O: { ...number, field: 25, valid: SET_PRESSURE },
  apneaInspiratoryTimeSetS: { ...number, field: 26, valid: TIME },
  apneaFlowPatternSet: { ...word, field: 27, words: PATTERN, otherwise: "unknown" },
  apneaMandatoryTypeSet: {
    ...word,
    field: 28,
    words: { PC: "pressure-control", VC: "volume-control" },
    otherwise: "unknown",
  },
  apneaIeInspiratorySetRatio: { ...number, field: 29 },
  apneaIeExpiratorySetRatio: { ...number, field: 30 },
  supportPressureSetCmH2O: { ...number, field: 31, valid: SET_PRESSURE },
  flowPatternSet: { ...word, field: 32, words: PATTERN, otherwise: "unknown" },
  oxygenSuction: { ...word, field: 33, words: { OFF: "no", ON: "yes" } },
  baseFlowSetLPerMin: { ...number, field: 44, valid: SET_FLOW },
  flowTriggerSetLPerMin: { ...number, field: 45, valid: SET_FLOW },
  inspiratoryPressureSetCmH2O: { ...number, field: 46, valid: SET_PRESSURE },
  inspiratoryTimeSetS: { ...number, field: 47, valid: TIME },
  ieInspiratorySetRatio: { ...number, field: 48, ...notBilevel },
  ieExpiratorySetRatio: { ...number, field: 49, ...notBilevel },
  bilevelHighSetRatio: { ...number, field: 48, ...bilevel },
  bilevelLowSetRatio: { ...number, field: 49, ...bilevel },
  rateChangeConstantSet: {
    ...word,
    field: 50,
    words: { "I-time": "inspiratory-time", "I/E": "ie-ratio", "E-time": "expiratory-time" },
    otherwise: "unknown",
  },
  tubeInnerDiameterSetMm: { ...number, field: 51, valid: SHARE },
  tubeTypeSet: { ...word, field: 52, words: { ET: "endotracheal", TRACH: "tracheostomy" }, otherwise: "unknown" },
  humidificationTypeSet: {
    ...word,
    field: 53,
    words: { "Non-Heated Exp": "non-heated-expiratory", "Heated Exp": "heated-expiratory", HME: "hme" },
    otherwise: "unknown",
  },
  humidifierVolumeSetMl: { ...litres, field: 54, valid: SET_VOLUME },
  oxygenSensorSet: {
    ...word,
    field: 55,
    words: { Enabled: "enabled", Disabled: "disabled" },
    otherwise: "unknown",
  },
  disconnectSensitivitySetPct: { ...number, field: 56, valid: SHARE },
  riseTimeSetPct: { ...number, field: 57, valid: SHARE },
  proportionalSupportSetPct: { ...number, field: 58, valid: SHARE },
  // In L/min where breaths are assisted in proportion (PA), else in % of the peak flow.
  expiratorySensitivitySetPct: { ...number, field: 59, valid: SHARE, onlyWhile: { field: 11, isNot: ["PA"] } },
  expiratorySensitivitySetLPerMin: { ...number, field: 59, valid: SET_FLOW, onlyWhile: { field: 11, is: ["PA"] } },
  volumeSupportTargetSetMl: { ...litres, field: 61, valid: SET_VOLUME },
  peepHighSetCmH2O: { ...number, field: 62, valid: SET_PRESSURE },
  peepLowSetCmH2O: { ...number, field: 63, valid: SET_PRESSURE },
  peepHighTimeSetS: { ...number, field: 64, valid: TIME },
  spontaneousInspiratoryTimeLimitSetS: { ...number, field: 65, valid: TIME },
  circuitTypeSet: {
    ...word,
    field: 66,
    words: { ADULT: "adult", PEDIATRIC: "paediatric", NEONATAL: "neonatal" },
    otherwise: "unknown",
  },
  peepLowTimeSetS: { ...number, field: 67, valid: TIME },
  expiratoryTimeSetS: { ...number, field: 68, valid: TIME },
  alarmAudioPaused: { ...word, field: 105, words: { OFF: "no", ON: "yes" } },
  leakCompensation: {
    ...word,
    field: 156,
    // Six characters are left of each word.
    words: { OFF: "off", ON: "on", ENABLE: "on", DISABL: "off" },
    otherwise: "unknown",
  },
} as const satisfies SndfProfile["metrics"];

const limits = {
  airwayPressureHighLimitCmH2O: { ...number, field: 34, valid: PRESSURE },
  airwayPressureLowLimitCmH2O: { ...number, field: 35, valid: PRESSURE },
  minuteVolumeHighLimitLPerMin: { ...number, field: 36, valid: MINUTE_VOLUME },
  minuteVolumeLowLimitLPerMin: { ...number, field: 37, valid: MINUTE_VOLUME },
  tidalVolumeMandatoryHighLimitMl: { ...number, field: 38, valid: VOLUME },
  tidalVolumeMandatoryLowLimitMl: { ...number, field: 39, valid: VOLUME },
  tidalVolumeSpontaneousHighLimitMl: { ...number, field: 40, valid: VOLUME },
  tidalVolumeSpontaneousLowLimitMl: { ...number, field: 41, valid: VOLUME },
  respiratoryRateHighLimitPerMin: { ...number, field: 42, valid: RATE },
  tidalVolumeInspiredHighLimitMl: { ...number, field: 43, valid: VOLUME },
} as const satisfies SndfProfile["metrics"];

const measurements = {
  endInspiratoryPressureCmH2O: { ...number, field: 69, valid: PRESSURE, deadBand: 0.2 },
  respiratoryRatePerMin: { ...number, field: 70, valid: RATE },
  tidalVolumeExpiredMl: { ...litres, field: 71, valid: VOLUME, deadBand: 2 },
  minuteVolumeExpiredLPerMin: { ...number, field: 72, valid: MINUTE_VOLUME, deadBand: 0.05 },
  airwayPressurePeakCmH2O: { ...number, field: 73, valid: PRESSURE, deadBand: 0.2 },
  airwayPressureMeanCmH2O: { ...number, field: 74, valid: PRESSURE, deadBand: 0.2 },
  ieExpiratoryRatio: { ...number, field: 75, deadBand: 0.1 },
  oxygenConcentrationPct: { ...number, field: 77, valid: [0, 103] },
  tidalVolumeInspiredMl: { ...litres, field: 78, valid: VOLUME, deadBand: 2 },
  peepIntrinsicCmH2O: { ...number, field: 79, valid: PRESSURE, deadBand: 0.1 },
  resistanceTotalCmH2OSPerL: { ...number, field: 80, valid: LUNG, deadBand: 0.2 },
  resistancePatientCmH2OSPerL: { ...number, field: 81, valid: LUNG, deadBand: 0.2 },
  elastancePatientCmH2OPerL: { ...number, field: 82, valid: LUNG, deadBand: 0.5 },
  compliancePatientMlPerCmH2O: { ...number, field: 83, valid: LUNG, deadBand: 0.5 },
  rapidShallowBreathingIndexPerMinL: { ...number, field: 85, deadBand: 1 },
  inspiratoryTimeSpontaneousPct: { ...number, field: 86, valid: SHARE, deadBand: 1 },
  peepCmH2O: { ...number, field: 87, valid: PRESSURE, deadBand: 0.1 },
  inspiratoryTimeSpontaneousS: { ...number, field: 88, valid: TIME, deadBand: 0.05 },
  minuteVolumeSpontaneousLPerMin: { ...number, field: 89, valid: MINUTE_VOLUME, deadBand: 0.05 },
  peepIntrinsicManeuverCmH2O: { ...number, field: 90, valid: PRESSURE, deadBand: 0.1 },
  peepTotalManeuverCmH2O: { ...number, field: 91, valid: PRESSURE, deadBand: 0.1 },
  complianceStaticMlPerCmH2O: { ...number, field: 92, valid: LUNG, deadBand: 0.5 },
  resistanceStaticCmH2OSPerL: { ...number, field: 93, valid: LUNG, deadBand: 0.2 },
  plateauPressureCmH2O: { ...number, field: 94, valid: PRESSURE, deadBand: 0.2 },
  complianceDynamicMlPerCmH2O: { ...number, field: 96, valid: LUNG, deadBand: 0.5 },
  resistanceDynamicCmH2OSPerL: { ...number, field: 97, valid: LUNG, deadBand: 0.2 },
  peakFlowSpontaneousLPerMin: { ...number, field: 98, valid: FLOW, deadBand: 1 },
  peakFlowExpiratoryLPerMin: { ...number, field: 99, valid: FLOW, deadBand: 1 },
  endExpiratoryFlowLPerMin: { ...number, field: 100, valid: FLOW, deadBand: 0.5 },
  negativeInspiratoryForceCmH2O: { ...number, field: 102, valid: [-130, 130], deadBand: 0.2 },
  occlusionPressureCmH2O: { ...number, field: 103, valid: [-130, 130], deadBand: 0.2 },
  vitalCapacityMl: { ...litres, field: 104, valid: VOLUME, deadBand: 2 },
  tidalVolumeSpontaneousMl: { ...litres, field: 154, valid: VOLUME, deadBand: 2 },
  workOfBreathingJPerL: { ...number, field: 155, deadBand: 0.05 },
  leakPct: { ...number, field: 157, valid: SHARE, deadBand: 1 },
} as const satisfies SndfProfile["metrics"];

/** Apnea, high and low limits of pressure, volume, rate and oxygen, disconnection, occlusion, breaths that did not go as set. */
export const MISCF_CLINICAL_FIELDS: readonly number[] = [
  95, 106, 107, 108, 109, 110, 111, 112, 117, 118, 119, 120, 124, 125, 126, 128, 129, 130, 131, 132, 133, 134, 135, 136,
];

/**
 * What the fields of the MISCF report mean on every ventilator that sends it, by the report's own numbers; only the words
 * from field 153 on differ from model to model, so that malfunctions and clinical alarms are for a profile to say. Field 60 (ideal
 * body weight) and field 84 (from which it could be computed) tell of a person: they have no mapping, and the codec blanks
 * them on arrival.
 */
export const MISCF_METRICS = {
  deviceClockOffsetS: { ...report, as: "clock-offset", timeField: 5, dateField: 7, deadBand: 60 },
  ...settings,
  ...limits,
  ...measurements,

  acPowerLossAlarm: { ...alarm, fields: [113] },
  batteryInoperativeAlarm: { ...alarm, fields: [114] },
  batteryLowAlarm: { ...alarm, fields: [115] },
  powerLossAlarm: { ...alarm, fields: [116] },
  airSupplyLowAlarm: { ...alarm, fields: [121] },
  oxygenSupplyLowAlarm: { ...alarm, fields: [122] },
  compressorInoperativeAlarm: { ...alarm, fields: [123] },
  procedureErrorAlarm: { ...alarm, fields: [127] },

  disconnectionAlarmsPerH: { ...report, as: "clinical", fields: [124] },
  occlusionAlarmsPerH: { ...report, as: "clinical", fields: [125] },
  // High and low O2%: they also tell of a worn oxygen cell or a mixer that is off.
  oxygenConcentrationAlarmsPerH: { ...report, as: "clinical", fields: [109, 120] },
} as const satisfies SndfProfile["metrics"];

/** Fields that no document at hand explains, in every ventilator of the family. */
export const MISCF_NOT_KNOWN: readonly string[] = [
  "Fields 76 and 101: no document at hand says what they hold.",
  "Fields 158 and 159: leak at PEEP and leak volume, whose units no document at hand tells.",
  "Running hours, results of the extended and the short self-test, and the battery's age: they are not in the report.",
  "The version of the ventilator's software: it is not in the report.",
  "Whether a report was damaged on the way beyond what its length, its commas and its words show: it carries no checksum.",
  "Seconds and the time zone of the ventilator's clock: it tells minutes.",
];

/** Seconds for which an alarm word counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;
const clear = { freshForS: FRESH_S, expect: { words: ["clear"] } } as const;

/** @param malfunctions the fields of the technical malfunctions and their numbers, as a customer reads them */
export const miscfReadiness = (malfunctions: string): readonly ReadinessEvidence[] => [
  { ...clear, metric: "technicalMalfunctionAlarm", hold: "fault", source: `SNDF report, ${malfunctions}` },
  {
    ...clear,
    metric: "batteryInoperativeAlarm",
    hold: "battery",
    source: "SNDF report, field 114: inoperative battery",
  },
  { ...clear, metric: "batteryLowAlarm", hold: "battery", source: "SNDF report, field 115: low battery" },
  {
    ...clear,
    metric: "airSupplyLowAlarm",
    hold: "fault",
    source: "SNDF report, field 121: low air supply pressure",
  },
  {
    ...clear,
    metric: "oxygenSupplyLowAlarm",
    hold: "fault",
    source: "SNDF report, field 122: low oxygen supply pressure",
  },
];
