import { defineProfile } from "../../src/profile/define-profile.ts";
import { MEDIBUS_METRICS } from "./draeger-medibus-metrics.ts";
import {
  MEDIBUS_ALARMS_CLEAR,
  MEDIBUS_CALIBRATED,
  MEDIBUS_NOT_KNOWN,
  MEDIBUS_PARTS,
  MEDIBUS_POLLS,
  MEDIBUS_RESIDUALS,
  MEDIBUS_STATES,
  majorInspection,
} from "./draeger-medibus-shared.ts";

/**
 * Dräger Evita XL, MEDIBUS over RS-232. Speed and parity are options of its menu; the ones here are those that an open driver
 * was run with.
 *
 * The verdict of the whole device check (texts 90 to 92) is of MEDIBUS.X and not asked for as evidence of readiness: it is
 * not known whether this older ventilator tells it.
 */
export default defineProfile({
  id: "draeger/evita-xl",
  revision: 1,
  kind: "ventilator",
  manufacturer: "Dräger",
  model: "Evita XL",
  evidence: {
    level: "inferred",
    note: "Framing, handshake and commands from two independent open drivers, one of which was run on this ventilator in a laboratory; codes from the tables of MEDIBUS.X, which differ from the older MEDIBUS in a few labels. No captured frame and no maker's document were at hand.",
  },
  identity: "type",
  protocol: "draeger-medibus",
  polls: MEDIBUS_POLLS,
  wire: {
    serial: { baudRate: 19200, dataBits: 8, parity: "none", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    models: ["EvitaXL"],
    // The pace at which an open driver asked real ventilators.
    spacingMs: 200,
    replyMs: 900,
    attempts: 2,
    pollMs: 1_900,
  },
  operatingState: MEDIBUS_STATES,
  metrics: MEDIBUS_METRICS,
  notKnown: [...MEDIBUS_NOT_KNOWN, "Whether it tells the verdict of its device check."],
  fingerprint: [],
  firmware: { onWire: true, from: null, to: null },
  parts: MEDIBUS_PARTS,
  calibrated: MEDIBUS_CALIBRATED,
  maintenance: [
    majorInspection(
      "ECRI procedure 458, intensive care ventilators: major inspection at least every 6 months; no schedule of Dräger's was at hand",
    ),
  ],
  residuals: MEDIBUS_RESIDUALS,
  readiness: MEDIBUS_ALARMS_CLEAR,
});
