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
} from "./draeger-medibus-shared.ts";

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
  polls: {
    ...MEDIBUS_POLLS,
    // At 9,600 baud with parity a line carries 870 characters a second; two seconds would leave no room for the alarms.
    measured: { ...MEDIBUS_POLLS.measured, everyMs: 5_000, staleAfterMs: 15_000 },
  },
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
  calibrated: MEDIBUS_CALIBRATED,
  maintenance: [
    {
      id: "major-inspection",
      name: "Major inspection",
      every: [
        {
          value: 6,
          ucum: "mo",
          source:
            "ECRI Health Devices IPM procedure 400, anaesthesia units: every six months; the maker's own schedule, which was not at hand, goes before it",
        },
      ],
    },
  ],
  residuals: MEDIBUS_RESIDUALS,
  readiness: MEDIBUS_ALARMS_CLEAR,
});
