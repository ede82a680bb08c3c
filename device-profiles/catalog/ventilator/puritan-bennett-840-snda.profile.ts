import { defineProfile } from "../../src/profile/define-profile.ts";
import {
  BACKUP_BATTERY,
  COMPRESSOR,
  EXHALATION_FLOW_SENSOR,
  EXHALATION_VALVE,
  OXYGEN_CONCENTRATION,
  OXYGEN_SENSOR,
  PEEP,
  TIDAL_VOLUME,
  VENTILATOR_MAINTENANCE,
} from "./puritan-bennett-upkeep.ts";

const report = { poll: "report" } as const;
const number = { ...report, as: "number" } as const;
const litres = { ...number, scale: 1_000, deviceUcum: "L" } as const;
const word = { ...report, as: "word" } as const;
const bilevel = { onlyWhile: { field: 9, is: ["BILEVL"] } } as const;
const notBilevel = { onlyWhile: { field: 9, isNot: ["BILEVL"] } } as const;

const FRESH_S = 120;
const untold = { freshForS: FRESH_S, expect: { words: ["clear"] }, untold: true } as const;

/**
 * Puritan Bennett 840 ventilator, its SNDA report of 97 fields over RS-232: for a line on which nothing but SNDA is asked.
 * Where SNDF may be asked, `puritan-bennett/840` tells more.
 *
 * The report tells twice of some things: time and date (5 and 60, 8 and 62), the end-inspiratory pressure (40, 84), what is
 * set for apnea (21 and 87, 23 and 89, 25 and 91) and the apnea alarm (57, 94). Each is mapped once. Valid ranges are the
 * spans that the fields' widths and the ventilator's class allow; they are no clinical limits.
 */
export default defineProfile({
  id: "puritan-bennett/840-snda",
  revision: 1,
  kind: "ventilator",
  manufacturer: "Puritan Bennett",
  model: "840",
  evidence: {
    level: "inferred",
    note: "Field map from an open driver; length and number of fields from the same report of related ventilators. No report captured on an 840 and no maker's document was at hand, and the report carries no checksum.",
  },
  identity: "self",
  protocol: "puritan-bennett-snda",
  polls: {
    // 724 characters take 0.76 s at 9,600 baud; captured hosts leave the ventilator 2 s.
    report: { everyMs: 2_000, staleAfterMs: 6_000 },
  },
  wire: {
    // As for SNDF: RTS raised serves a ventilator with hardware flow control and one without.
    serial: { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, dtr: null, rts: true, hangUpOnClose: false },
    models: ["840"],
    calmWords: ["NORMAL", "RESET"],
    firstByteMs: 900,
    replyMs: 1_900,
  },
  operatingState: { inUseWhileAnyOf: [34, 35, 36, 38] },
  metrics: {
    deviceClockOffsetS: { ...report, as: "clock-offset", timeField: 5, dateField: 8, deadBand: 60 },

    ventilationMode: {
      ...word,
      field: 9,
      words: { CMV: "assist-control", SIMV: "simv", CPAP: "spontaneous", BILEVL: "bilevel" },
      otherwise: "other",
    },
    respiratoryRateSetPerMin: { ...number, field: 10, valid: [0, 150] },
    tidalVolumeSetMl: { ...litres, field: 11, valid: [0, 3_000] },
    peakFlowSetLPerMin: { ...number, field: 12, valid: [0, 200] },
    oxygenConcentrationSetPct: { ...number, field: 13, valid: [21, 100] },
    pressureTriggerSetCmH2O: { ...number, field: 14, valid: [0, 100] },
    peepSetCmH2O: { ...number, field: 15, valid: [0, 50], ...notBilevel },
    peepLowSetCmH2O: { ...number, field: 15, valid: [0, 100], ...bilevel },
    plateauTimeSetS: { ...number, field: 16, valid: [0, 120] },
    apneaIntervalSetS: { ...number, field: 21, valid: [0, 120] },
    apneaTidalVolumeSetMl: { ...litres, field: 22, valid: [0, 3_000] },
    apneaRespiratoryRateSetPerMin: { ...number, field: 23, valid: [0, 150] },
    apneaPeakFlowSetLPerMin: { ...number, field: 24, valid: [0, 200] },
    apneaOxygenConcentrationSetPct: { ...number, field: 25, valid: [21, 100] },
    supportPressureSetCmH2O: { ...number, field: 26, valid: [0, 100] },
    flowPatternSet: { ...word, field: 27, words: { SQUARE: "square", RAMP: "ramp" }, otherwise: "unknown" },
    oxygenSuction: { ...word, field: 30, words: { OFF: "no", ON: "yes" } },
    airwayPressureHighLimitCmH2O: { ...number, field: 42, valid: [-20, 130] },
    tidalVolumeLowLimitMl: { ...litres, field: 45, valid: [0, 6_000] },
    minuteVolumeLowLimitLPerMin: { ...number, field: 46, valid: [0, 100] },
    respiratoryRateHighLimitPerMin: { ...number, field: 47, valid: [0, 200] },
    baseFlowSetLPerMin: { ...number, field: 70, valid: [0, 200] },
    flowTriggerSetLPerMin: { ...number, field: 71, valid: [0, 200] },
    inspiratoryPressureSetCmH2O: { ...number, field: 85, valid: [0, 100], ...notBilevel },
    peepHighSetCmH2O: { ...number, field: 85, valid: [0, 100], ...bilevel },
    inspiratoryTimeSetS: { ...number, field: 86, valid: [0, 120], ...notBilevel },
    peepHighTimeSetS: { ...number, field: 86, valid: [0, 120], ...bilevel },
    apneaInspiratoryPressureSetCmH2O: { ...number, field: 88, valid: [0, 100] },
    apneaInspiratoryTimeSetS: { ...number, field: 90, valid: [0, 120] },
    apneaAirwayPressureHighLimitCmH2O: { ...number, field: 92, valid: [-20, 130] },
    alarmAudioPaused: { ...word, field: 93, words: { OFF: "no", ON: "yes" } },
    ieInspiratorySetRatio: { ...number, field: 96, ...notBilevel },
    ieExpiratorySetRatio: { ...number, field: 97, ...notBilevel },
    bilevelHighSetRatio: { ...number, field: 96, ...bilevel },
    bilevelLowSetRatio: { ...number, field: 97, ...bilevel },
    apneaIeInspiratorySetRatio: { ...number, field: 98 },
    apneaIeExpiratorySetRatio: { ...number, field: 99 },
    // A blank means expiratory time or no pressure control; which of the two it does not tell.
    rateChangeConstantSet: {
      ...word,
      field: 100,
      words: { "I-TIME": "inspiratory-time", "I/E": "ie-ratio" },
      otherwise: "unknown",
    },

    respiratoryRatePerMin: { ...number, field: 34, valid: [0, 200] },
    tidalVolumeExpiredMl: { ...litres, field: 35, valid: [0, 6_000], deadBand: 2 },
    minuteVolumeExpiredLPerMin: { ...number, field: 36, valid: [0, 100], deadBand: 0.05 },
    minuteVolumeSpontaneousLPerMin: { ...number, field: 37, valid: [0, 100], deadBand: 0.05 },
    airwayPressurePeakCmH2O: { ...number, field: 38, valid: [-20, 130], deadBand: 0.2 },
    airwayPressureMeanCmH2O: { ...number, field: 39, valid: [-20, 130], deadBand: 0.2 },
    endInspiratoryPressureCmH2O: { ...number, field: 40, valid: [-20, 130], deadBand: 0.2 },
    ieExpiratoryRatio: { ...number, field: 41, deadBand: 0.1 },
    complianceStaticMlPerCmH2O: { ...number, field: 63, valid: [0, 500], deadBand: 0.5 },
    resistanceStaticCmH2OSPerL: { ...number, field: 64, valid: [0, 500], deadBand: 0.2 },
    complianceDynamicMlPerCmH2O: { ...number, field: 65, valid: [0, 500], deadBand: 0.5 },
    resistanceDynamicCmH2OSPerL: { ...number, field: 66, valid: [0, 500], deadBand: 0.2 },
    negativeInspiratoryForceCmH2O: { ...number, field: 67, valid: [-130, 130], deadBand: 0.2 },
    vitalCapacityMl: { ...litres, field: 68, valid: [0, 6_000], deadBand: 2 },
    peakFlowSpontaneousLPerMin: { ...number, field: 69, valid: [0, 300], deadBand: 1 },

    oxygenSupplyLowAlarm: { ...report, as: "alarm", fields: [54] },
    airSupplyLowAlarm: { ...report, as: "alarm", fields: [55] },

    // Circuit pressure, tidal volume, minute volume, rate, apnea, occlusion or disconnection.
    clinicalAlarmsPerH: { ...report, as: "clinical", fields: [48, 51, 52, 53, 57, 95] },
  },
  notKnown: [
    "Fields 7, 17 to 20, 28, 29, 31 to 33, 43, 44, 49, 50, 56, 58, 59, 61 and 72 to 83: no document at hand says what they hold.",
    "Field 101, the measured I:E ratio: no document at hand says how it is written.",
    "The width of each field: fields are parted by their commas, and their number and length are all that can be checked.",
    "Power, battery, compressor and technical malfunctions: they are not in this report, so that no ventilator read by it is ever called ready.",
    "Whether an alarm in field 95 is an occlusion or a disconnection: it is counted as a clinical alarm and as neither of the two.",
    "Measured oxygen and PEEP: they are not in this report.",
    "Running hours, results of the extended and the short self-test, and the battery's age: they are not in the report.",
    "The version of the ventilator's software: it is not in the report.",
    "Seconds and the time zone of the ventilator's clock: it tells minutes.",
  ],
  fingerprint: [],
  firmware: { onWire: false, from: null, to: null },
  parts: [
    { ...BACKUP_BATTERY, shownBy: [] },
    { ...COMPRESSOR, shownBy: ["airSupplyLowAlarm"] },
    { ...OXYGEN_SENSOR, shownBy: [] },
    EXHALATION_FLOW_SENSOR,
    { ...EXHALATION_VALVE, shownBy: [] },
  ],
  calibrated: [TIDAL_VOLUME, { ...OXYGEN_CONCENTRATION, delivered: null }, { ...PEEP, delivered: null }],
  maintenance: VENTILATOR_MAINTENANCE,
  residuals: [
    { metric: "tidalVolumeResidualPct", delivered: "tidalVolumeExpiredMl", set: "tidalVolumeSetMl", deadBand: 0.5 },
  ],
  readiness: [
    { ...untold, metric: "technicalMalfunctionAlarm", hold: "fault", source: "Not in the SNDA report" },
    { ...untold, metric: "batteryInoperativeAlarm", hold: "battery", source: "Not in the SNDA report" },
    { ...untold, metric: "batteryLowAlarm", hold: "battery", source: "Not in the SNDA report" },
    {
      metric: "airSupplyLowAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "SNDA report, field 55: no air supply",
    },
    {
      metric: "oxygenSupplyLowAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "SNDA report, field 54: no oxygen supply",
    },
  ],
});
