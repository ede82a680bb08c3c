import { defineProfile } from "../../src/profile/define-profile.ts";
import { MEDIBUS_METRICS } from "./draeger-medibus-metrics.ts";
import {
  MEDIBUS_ALARMS_CLEAR,
  MEDIBUS_CALIBRATED,
  MEDIBUS_DEVICE_CHECK,
  MEDIBUS_NOT_KNOWN,
  MEDIBUS_PARTS,
  MEDIBUS_POLLS,
  MEDIBUS_RESIDUALS,
  MEDIBUS_STATES,
  majorInspection,
} from "./draeger-medibus-shared.ts";

/**
 * Dräger Evita V500 (Infinity V500), MEDIBUS.X over RS-232. Speed and parity are options of its menu: open drivers were run at
 * 19,200 and at 38,400 baud.
 */
export default defineProfile({
  id: "draeger/evita-v500",
  revision: 1,
  kind: "ventilator",
  manufacturer: "Dräger",
  model: "Evita V500",
  evidence: {
    level: "inferred",
    note: "Framing, handshake and commands from two independent open drivers, one of which was run on this ventilator in a laboratory; codes from the tables of MEDIBUS.X. No captured frame and no maker's document were at hand.",
  },
  identity: "type",
  protocol: "draeger-medibus",
  polls: MEDIBUS_POLLS,
  wire: {
    serial: { baudRate: 19200, dataBits: 8, parity: "none", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    models: ["Evita V500", "Infinity V500", "V500"],
    // The pace at which an open driver asked real ventilators.
    spacingMs: 200,
    replyMs: 900,
    attempts: 2,
    pollMs: 1_900,
  },
  operatingState: MEDIBUS_STATES,
  metrics: MEDIBUS_METRICS,
  notKnown: MEDIBUS_NOT_KNOWN,
  fingerprint: [],
  firmware: { onWire: true, from: null, to: null },
  parts: [
    ...MEDIBUS_PARTS,
    {
      id: "blower",
      name: "Blower, where a gas supply unit is fitted",
      usage: { clock: "in-use" },
      life: null,
      shownBy: ["blowerTemperatureHighAlarm"],
      ownSerial: true,
    },
  ],
  calibrated: MEDIBUS_CALIBRATED,
  maintenance: [
    majorInspection(
      "ECRI procedure 458, intensive care ventilators: major inspection at least every 6 months; no schedule of Dräger's was at hand",
    ),
  ],
  residuals: MEDIBUS_RESIDUALS,
  readiness: [MEDIBUS_DEVICE_CHECK, ...MEDIBUS_ALARMS_CLEAR],
});
