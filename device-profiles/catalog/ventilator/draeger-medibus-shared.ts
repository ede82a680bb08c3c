import type {
  CalibratedQuantity,
  MaintenanceTask,
  ProfileCore,
  ReadinessEvidence,
  WearPart,
} from "../../src/profile/profile.ts";
import type { MetricName } from "../../src/vocabulary/metrics.ts";
import { OXYGEN_CONCENTRATION, PEEP, TIDAL_VOLUME } from "./puritan-bennett-upkeep.ts";

/**
 * State and alarms every other second and before all else. Settings, the mode and what is measured come together, so that
 * what was delivered can be held against what was set. What seldom changes comes once a minute.
 */
export const MEDIBUS_POLLS = {
  status: { everyMs: 2_000, staleAfterMs: 6_000, priority: 0, commands: ["27", "2E", "2A"] },
  measured: { everyMs: 5_000, staleAfterMs: 15_000, priority: 1, commands: ["29", "2A", "24", "2B"] },
  slow: { everyMs: 60_000, staleAfterMs: 180_000, priority: 2, commands: ["25", "26", "2C", "2D", "2A", "28"] },
} as const;

/** Seconds for which an alarm counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;

/**
 * In use while a mode of ventilation is told, unless standby is told beside it. Man/Spont, low-pressure oxygenation, heart-lung
 * machine mode and a manoeuvre count as in use: no busy device may pass for a free one.
 */
export const MEDIBUS_STATES = {
  selfTestTexts: ["12", "53"],
  standbyTexts: ["1E", "54"],
  standbyAlarms: ["95"],
  ventilatingTexts: [
    ...["01", "02", "06", "0A", "0C", "0D", "0E", "11", "18", "1A", "1B", "1C", "1D", "2B"],
    ...["35", "36", "3B", "3E", "47", "55", "58", "6A", "6B"],
  ],
} as const;

const clear = (metric: MetricName, hold: ReadinessEvidence["hold"], source: string): ReadinessEvidence => ({
  metric,
  freshForS: FRESH_S,
  expect: { words: ["clear"] },
  hold,
  source,
});

export const MEDIBUS_ALARMS_CLEAR: readonly ReadinessEvidence[] = [
  clear(
    "technicalMalfunctionAlarm",
    "fault",
    "MEDIBUS alarms, codepage 1: 9F ventilator, AB, B5, F2 system fault; codepage 2: 39, 50, 91, 94 check ventilator, 96, B9, EC",
  ),
  clear("batteryInoperativeAlarm", "battery", "MEDIBUS alarms FD (codepage 1) and 59 (codepage 2): no working battery"),
  clear("batteryLowAlarm", "battery", "MEDIBUS alarms 4B (codepage 1), 5C and 5D (codepage 2): battery low"),
  clear("oxygenSensorInoperativeAlarm", "fault", "MEDIBUS alarms 43, A1, BE: oxygen measurement inoperable"),
  clear("flowSensorAlarm", "fault", "MEDIBUS alarms 42, C1 (codepage 1), 90, A8 (codepage 2): flow measurement"),
  clear("pressureMeasurementAlarm", "fault", "MEDIBUS alarm AD: pressure measurement inoperable"),
  clear("expiratoryValveAlarm", "fault", "MEDIBUS alarm B0: check expiratory valve"),
  clear("airSupplyLowAlarm", "fault", "MEDIBUS alarms 12 (codepage 1) and CA (codepage 2): air supply"),
  clear("oxygenSupplyLowAlarm", "fault", "MEDIBUS alarms 13 and BD: oxygen supply"),
  clear("gasSupplyFailureAlarm", "fault", "MEDIBUS alarms EC, F3 (codepage 1), 35 to 37 (codepage 2): gas supply"),
];

export const MEDIBUS_DEVICE_CHECK: ReadinessEvidence = {
  metric: "deviceCheck",
  freshForS: FRESH_S,
  expect: { words: ["functional"] },
  hold: "self-test",
  source: "MEDIBUS text messages 90 to 92: result of the whole device check",
};

/** No life of a part was at hand in a paper of the maker's; where a device tells of wear, it is by these. */
export const MEDIBUS_PARTS: readonly WearPart[] = [
  {
    id: "oxygen-sensor",
    name: "Oxygen sensor",
    usage: { clock: "calendar" },
    life: null,
    shownBy: [
      "oxygenSensorBiasPct",
      "oxygenConcentrationResidualPct",
      "oxygenSensorInoperativeAlarm",
      "oxygenSensorNotCalibratedAlarm",
      "oxygenConcentrationAlarmsPerH",
    ],
    ownSerial: false,
  },
  {
    id: "flow-sensor",
    name: "Flow sensor",
    usage: { clock: "in-use" },
    life: null,
    shownBy: ["tidalVolumeResidualPct", "flowSensorAlarm", "flowCalibrationAlarm", "volumeMeasurementAlarm"],
    ownSerial: false,
  },
  {
    id: "expiratory-valve",
    name: "Expiratory valve",
    usage: { clock: "in-use" },
    life: null,
    shownBy: ["peepResidualCmH2O", "expiratoryValveAlarm"],
    ownSerial: false,
  },
  {
    id: "battery",
    name: "Internal battery",
    usage: { clock: "calendar" },
    life: null,
    shownBy: ["batteryChargePct", "batteryLowAlarm", "batteryInoperativeAlarm"],
    ownSerial: false,
  },
];

export const MEDIBUS_CALIBRATED: readonly CalibratedQuantity[] = [
  { ...TIDAL_VOLUME, name: "Tidal volume of mandatory breaths", delivered: "tidalVolumeMandatoryMl" },
  OXYGEN_CONCENTRATION,
  PEEP,
];

/** A tidal volume is set in the volume-controlled modes alone; of the others its residual says nothing. */
export const MEDIBUS_RESIDUALS: ProfileCore["residuals"] = [
  { metric: "tidalVolumeResidualPct", delivered: "tidalVolumeMandatoryMl", set: "tidalVolumeSetMl", deadBand: 0.5 },
  {
    metric: "oxygenConcentrationResidualPct",
    delivered: "oxygenConcentrationPct",
    set: "oxygenConcentrationSetPct",
    deadBand: 0.5,
  },
  { metric: "peepResidualCmH2O", delivered: "peepCmH2O", set: "peepSetCmH2O", deadBand: 0.1 },
];

/** No schedule of Dräger's was at hand; where there is one, it goes before this. */
export const majorInspection = (source: string): MaintenanceTask => ({
  id: "major-inspection",
  name: "Major inspection with performance verification",
  every: [{ value: 6, ucum: "mo", source }],
});

export const MEDIBUS_NOT_KNOWN: readonly string[] = [
  "The serial number: the wire names make, model and software version, so that a person says which device stands at the line.",
  "Running hours and the service log are not on the wire; hours in use are counted by the twin.",
  "Whether alarm limits bear the codes of the values that they limit, as is assumed here, was not checked on a device.",
  "How a device writes the date of its last self-test and leakage test: it is read as the device's own clock is.",
  "Alarms of codepage 3 and alarms that the code tables do not list; the latter are told only while the device is out of use.",
  "Whether a device knows codepage 2 before it has told something by it: until then alarms that stand there are not called clear.",
  "How far tidal volume is off in pressure-controlled modes, in which none is set.",
];
