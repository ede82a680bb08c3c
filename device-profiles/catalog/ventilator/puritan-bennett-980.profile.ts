import { defineProfile } from "../../src/profile/define-profile.ts";
import { MISCF_CLINICAL_FIELDS, MISCF_METRICS, MISCF_NOT_KNOWN, miscfReadiness } from "./puritan-bennett-miscf.ts";
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

/** A5 to A80, one field for each. The 980 leaves those from A50 on blank; a word in one of them would count all the same. */
const MALFUNCTIONS = Array.from({ length: 16 }, (_, index) => 137 + index);

/**
 * Puritan Bennett 980 ventilator, the same SNDF report as the 840's. It differs from field 146 on: malfunctions A50 to A80
 * are blank, field 153 is an alarm about the person's CO2 in place of malfunction A85, and 160 and 161 are alarms.
 */
export default defineProfile({
  id: "puritan-bennett/980",
  revision: 1,
  kind: "ventilator",
  manufacturer: "Puritan Bennett",
  model: "980",
  evidence: {
    level: "field-capture",
    note: "Field map and framing from two independent open drivers and from one report captured on a real 980. No maker's document was at hand, and the report carries no checksum. A 980 that is set to the 840's communication mode reports itself as an 840: it is then read by the 840's profile, and whether its field 153 still tells of CO2 is not known.",
  },
  identity: "self",
  protocol: "puritan-bennett-sndf",
  polls: {
    // 1,244 characters take 1.30 s at 9,600 baud, so that nothing faster than this would keep up.
    report: { everyMs: 2_000, staleAfterMs: 6_000 },
  },
  wire: {
    // Captured hosts open the port with hardware flow control or without it. RTS raised serves both: a ventilator that
    // keeps to it may send, one that does not takes no notice.
    serial: { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, dtr: null, rts: true, hangUpOnClose: false },
    models: ["980"],
    calmWords: ["NORMAL", "RESET"],
    firstByteMs: 900,
    replyMs: 1_900,
  },
  operatingState: { inUseWhileAnyOf: [70, 71, 72, 73] },
  metrics: {
    ...MISCF_METRICS,
    technicalMalfunctionAlarm: { poll: "report", as: "alarm", fields: MALFUNCTIONS },
    // High end-tidal CO2, proximal flow sensor inoperative, end-tidal CO2.
    clinicalAlarmsPerH: { poll: "report", as: "clinical", fields: [...MISCF_CLINICAL_FIELDS, 153, 160, 161] },
  },
  notKnown: [
    ...MISCF_NOT_KNOWN,
    "Fields 162 to 173: a 980 tells further values in 163, 164 and 172, and no document at hand says which.",
    "Whether field 161, end-tidal CO2, is an alarm word or a value: it is counted only while it holds a word.",
    "Malfunctions from A50 on: their fields are blank in the one report captured on a 980.",
  ],
  fingerprint: [],
  firmware: { onWire: false, from: null, to: null },
  parts: [BACKUP_BATTERY, COMPRESSOR, OXYGEN_SENSOR, EXHALATION_FLOW_SENSOR, EXHALATION_VALVE],
  calibrated: [TIDAL_VOLUME, OXYGEN_CONCENTRATION, PEEP],
  maintenance: VENTILATOR_MAINTENANCE,
  residuals: [
    { metric: "tidalVolumeResidualPct", delivered: "tidalVolumeExpiredMl", set: "tidalVolumeSetMl", deadBand: 0.5 },
    {
      metric: "oxygenConcentrationResidualPct",
      delivered: "oxygenConcentrationPct",
      set: "oxygenConcentrationSetPct",
      deadBand: 0.5,
    },
    { metric: "peepResidualCmH2O", delivered: "peepCmH2O", set: "peepSetCmH2O", deadBand: 0.1 },
  ],
  readiness: miscfReadiness("fields 137 to 145: technical malfunctions A5 to A45"),
});
