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

const ECRI = "ECRI procedure 400, anaesthesia units: inspection every 6 months; no schedule of Dräger's was at hand";

/**
 * Dräger Apollo anaesthesia workstation, MEDIBUS over RS-232; its ventilator is what the twin follows. Anaesthetic agents and
 * what its monitors measure on a person are not mapped.
 */
export default defineProfile({
  id: "draeger/apollo",
  revision: 1,
  kind: "ventilator",
  manufacturer: "Dräger",
  model: "Apollo",
  evidence: {
    level: "inferred",
    note: "Framing, handshake and commands from two independent open drivers, one of which was run on this workstation in a laboratory; codes from the tables of MEDIBUS.X, which differ from the older MEDIBUS in a few labels. No captured frame and no maker's document were at hand.",
  },
  identity: "type",
  protocol: "draeger-medibus",
  polls: MEDIBUS_POLLS,
  wire: {
    serial: { baudRate: 9600, dataBits: 8, parity: "even", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    models: ["Apollo"],
    // The pace at which an open driver asked real devices.
    spacingMs: 200,
    replyMs: 900,
    attempts: 2,
    pollMs: 1_900,
  },
  operatingState: MEDIBUS_STATES,
  metrics: MEDIBUS_METRICS,
  notKnown: [
    ...MEDIBUS_NOT_KNOWN,
    "Whether it tells the verdict of its device check.",
    "Whether a person is connected while it stands in Man/Spont: that counts as in use.",
  ],
  fingerprint: [],
  firmware: { onWire: true, from: null, to: null },
  parts: MEDIBUS_PARTS,
  calibrated: MEDIBUS_CALIBRATED.map((quantity) => ({ ...quantity, interval: { value: 6, ucum: "mo", source: ECRI } })),
  maintenance: [majorInspection(ECRI)],
  residuals: MEDIBUS_RESIDUALS,
  readiness: MEDIBUS_ALARMS_CLEAR,
});
