import type { CalibratedQuantity, MaintenanceTask, WearPart } from "../../src/profile/profile.ts";

/** For a figure that no maker's or standard's paper at hand confirms: the hospital puts its own in its place. */
const POLICY = "Site policy as shipped, to be replaced by the maker's figure";
const ECRI = "ECRI procedure 458, intensive care ventilators: major inspection at least every 6 months";

/** Parts of the family that the wire tells something of. No paper at hand gives the life of one. */
export const BACKUP_BATTERY: WearPart = {
  id: "backup-battery",
  name: "Backup battery",
  usage: { clock: "calendar" },
  life: null,
  shownBy: ["batteryInoperativeAlarm", "batteryLowAlarm"],
  ownSerial: false,
};
export const COMPRESSOR: WearPart = {
  id: "compressor",
  name: "Compressor",
  usage: { clock: "powered" },
  life: null,
  shownBy: ["compressorInoperativeAlarm", "airSupplyLowAlarm"],
  ownSerial: true,
};
export const OXYGEN_SENSOR: WearPart = {
  id: "oxygen-sensor",
  name: "Oxygen sensor",
  usage: { clock: "calendar" },
  life: null,
  shownBy: ["oxygenConcentrationResidualPct", "oxygenConcentrationAlarmsPerH"],
  ownSerial: false,
};
export const EXHALATION_FLOW_SENSOR: WearPart = {
  id: "exhalation-flow-sensor",
  name: "Exhalation flow sensor",
  usage: { clock: "in-use" },
  life: null,
  shownBy: ["tidalVolumeResidualPct"],
  ownSerial: false,
};
export const EXHALATION_VALVE: WearPart = {
  id: "exhalation-valve",
  name: "Exhalation valve",
  usage: { clock: "in-use" },
  life: null,
  shownBy: ["peepResidualCmH2O"],
  ownSerial: false,
};

const interval = { value: 6, ucum: "mo", source: ECRI } as const;

export const TIDAL_VOLUME: CalibratedQuantity = {
  id: "tidal-volume",
  name: "Tidal volume, exhaled",
  ucum: "mL",
  set: "tidalVolumeSetMl",
  delivered: "tidalVolumeExpiredMl",
  tolerance: { rule: "larger", relative: 0.1, absolute: 10, source: `${POLICY}: 10 % or 10 mL` },
  interval,
};
export const OXYGEN_CONCENTRATION: CalibratedQuantity = {
  id: "oxygen-concentration",
  name: "Oxygen concentration, delivered",
  ucum: "%",
  set: "oxygenConcentrationSetPct",
  delivered: "oxygenConcentrationPct",
  tolerance: { rule: "sum", relative: 0, absolute: 3, source: `${POLICY}: 3 % by volume` },
  interval,
};
export const PEEP: CalibratedQuantity = {
  id: "peep",
  name: "Positive end-expiratory pressure",
  ucum: "cm[H2O]",
  set: "peepSetCmH2O",
  delivered: "peepCmH2O",
  tolerance: { rule: "sum", relative: 0.04, absolute: 2, source: `${POLICY}: 2 cmH2O and 4 %` },
  interval,
};

export const VENTILATOR_MAINTENANCE: readonly MaintenanceTask[] = [
  {
    id: "major-inspection",
    name: "Major inspection with performance verification",
    every: [
      { value: 6, ucum: "mo", source: ECRI },
      { value: 10_000, ucum: "h", source: `${POLICY}: hours of use` },
    ],
  },
];
