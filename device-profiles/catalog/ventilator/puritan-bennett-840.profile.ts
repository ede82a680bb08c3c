import { defineProfile } from "../../src/profile/define-profile.ts";

const status = { poll: "report" } as const;
/** Seconds for which an alarm word counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;

/**
 * Puritan Bennett 840 ventilator, its SNDF report of 169 fields over RS-232.
 *
 * Field numbers are the report's own, the first data field being 5. Only what maintenance needs is mapped: nothing that
 * names or measures a person's body (field 60, ideal body weight) has a mapping, and the codec blanks it on arrival.
 * Valid ranges are the spans that the fields' widths and the ventilator's class allow; they are no clinical limits.
 */
export default defineProfile({
  id: "puritan-bennett/840",
  revision: 1,
  kind: "ventilator",
  manufacturer: "Puritan Bennett",
  model: "840",
  evidence: {
    level: "field-capture",
    note: "Field map and framing from two independent open drivers and from reports captured on real ventilators. No maker's document was at hand, and the report carries no checksum.",
  },
  identity: "self",
  protocol: "puritan-bennett-sndf",
  polls: {
    // 1,244 characters take 1.30 s at 9,600 baud, so that nothing faster than this would keep up.
    report: { everyMs: 2_000, staleAfterMs: 6_000 },
  },
  wire: {
    serial: { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    models: ["840"],
    calmWords: ["NORMAL", "RESET"],
    firstByteMs: 900,
    replyMs: 1_900,
  },
  operatingState: { inUseWhileAnyOf: [70, 71, 72, 73] },
  metrics: {
    deviceClockOffsetS: { ...status, as: "clock-offset", timeField: 5, dateField: 7, deadBand: 60 },

    respiratoryRateSetPerMin: { ...status, as: "number", field: 13, scale: 1, valid: [0, 150] },
    tidalVolumeSetMl: { ...status, as: "number", field: 14, scale: 1_000, valid: [0, 3_000] },
    peakFlowSetLPerMin: { ...status, as: "number", field: 15, scale: 1, valid: [0, 200] },
    oxygenConcentrationSetPct: { ...status, as: "number", field: 16, scale: 1, valid: [21, 100] },
    peepSetCmH2O: { ...status, as: "number", field: 18, scale: 1, valid: [0, 50] },

    respiratoryRatePerMin: { ...status, as: "number", field: 70, scale: 1, valid: [0, 200] },
    tidalVolumeExpiredMl: { ...status, as: "number", field: 71, scale: 1_000, valid: [0, 6_000], deadBand: 2 },
    minuteVolumeExpiredLPerMin: { ...status, as: "number", field: 72, scale: 1, valid: [0, 100], deadBand: 0.05 },
    airwayPressurePeakCmH2O: { ...status, as: "number", field: 73, scale: 1, valid: [-20, 130], deadBand: 0.2 },
    airwayPressureMeanCmH2O: { ...status, as: "number", field: 74, scale: 1, valid: [-20, 130], deadBand: 0.2 },
    oxygenConcentrationPct: { ...status, as: "number", field: 77, scale: 1, valid: [0, 103] },
    peepCmH2O: { ...status, as: "number", field: 87, scale: 1, valid: [-20, 130], deadBand: 0.1 },
    complianceDynamicMlPerCmH2O: { ...status, as: "number", field: 96, scale: 1, valid: [0, 500], deadBand: 0.5 },
    resistanceDynamicCmH2OSPerL: { ...status, as: "number", field: 97, scale: 1, valid: [0, 500], deadBand: 0.2 },

    acPowerLossAlarm: { ...status, as: "alarm", fields: [113] },
    batteryInoperativeAlarm: { ...status, as: "alarm", fields: [114] },
    batteryLowAlarm: { ...status, as: "alarm", fields: [115] },
    powerLossAlarm: { ...status, as: "alarm", fields: [116] },
    airSupplyLowAlarm: { ...status, as: "alarm", fields: [121] },
    oxygenSupplyLowAlarm: { ...status, as: "alarm", fields: [122] },
    compressorInoperativeAlarm: { ...status, as: "alarm", fields: [123] },
    procedureErrorAlarm: { ...status, as: "alarm", fields: [127] },
    // A5 to A85, one field for each.
    technicalMalfunctionAlarm: {
      ...status,
      as: "alarm",
      fields: [137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153],
    },
  },
  notKnown: [],
  fingerprint: [],
  firmware: { onWire: false, from: null, to: null },
  parts: [],
  calibrated: [],
  maintenance: [],
  residuals: [],
  readiness: [
    {
      metric: "technicalMalfunctionAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "SNDF report, fields 137 to 153: technical malfunctions A5 to A85",
    },
    {
      metric: "batteryInoperativeAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "battery",
      source: "SNDF report, field 114: inoperative battery",
    },
    {
      metric: "batteryLowAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "battery",
      source: "SNDF report, field 115: low battery",
    },
    {
      metric: "airSupplyLowAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "SNDF report, field 121: low air supply pressure",
    },
    {
      metric: "oxygenSupplyLowAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "SNDF report, field 122: low oxygen supply pressure",
    },
  ],
});
