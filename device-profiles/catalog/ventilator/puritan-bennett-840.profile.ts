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

/** A5 to A85, one field for each. */
const MALFUNCTIONS = Array.from({ length: 17 }, (_, index) => 137 + index);

/** Puritan Bennett 840 ventilator, its SNDF report of 169 fields over RS-232. */
export default defineProfile({
  id: "puritan-bennett/840",
  revision: 2,
  kind: "ventilator",
  manufacturer: "Puritan Bennett",
  model: "840",
  evidence: {
    level: "field-capture",
    note: "Field map and framing from two independent open drivers and from reports captured on real ventilators. No maker's document was at hand, and the report carries no checksum. A 980 that is set to the 840's communication mode reports itself as an 840.",
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
    models: ["840"],
    calmWords: ["NORMAL", "RESET"],
    firstByteMs: 900,
    replyMs: 1_900,
  },
  operatingState: { inUseWhileAnyOf: [70, 71, 72, 73] },
  metrics: {
    ...MISCF_METRICS,
    technicalMalfunctionAlarm: { poll: "report", as: "alarm", fields: MALFUNCTIONS },
    clinicalAlarmsPerH: { poll: "report", as: "clinical", fields: MISCF_CLINICAL_FIELDS },
  },
  notKnown: [
    ...MISCF_NOT_KNOWN,
    "Fields 160 to 173: blank in every report captured on an 840, and no document at hand says what they hold.",
    "Whether an 840 stands there, or a 980 in the 840's communication mode: both report themselves alike.",
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
  readiness: miscfReadiness("fields 137 to 153: technical malfunctions A5 to A85"),
});
