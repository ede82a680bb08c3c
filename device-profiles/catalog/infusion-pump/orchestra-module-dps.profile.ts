import { defineProfile } from "../../src/profile/define-profile.ts";

const status = { poll: "status" } as const;
/** Seconds for which an alarm counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;
const ECRI = "ECRI procedure 490, ambulatory infusion pumps";
const POLICY = "Site policy as shipped, to be replaced by the maker's figure";

/**
 * Fresenius Orchestra Module DPS, a syringe pump in a slot of an Orchestra base, over the base's RS-232. The unit is the
 * slot's number; all modules of a base share its line.
 *
 * Valid ranges are the spans that the pump's class allows (rates end at 1,200 ml/h); they are no clinical limits.
 */
export default defineProfile({
  id: "fresenius/orchestra-module-dps",
  revision: 1,
  kind: "infusion-pump",
  manufacturer: "Fresenius",
  model: "Orchestra Module DPS",
  evidence: {
    level: "inferred",
    note: "Framing, commands and scales from one open driver, whose author names the maker's documentation. No maker's document and no captured traffic was at hand: read-only polling is unproven on a real base.",
  },
  notKnown: [
    "Who the module in a slot is: no frame carries a serial number, so that a person binds a module to its slot, and confirms it after it was taken out.",
    "What the bits of the alarm word stand for. Out of use any of them counts as an unclassified alarm; in use they are only counted.",
    "The battery, the syringe, the line pressure and the running hours: the variables of this protocol do not tell them.",
    "Whether a pump at rate 0 stands by or is held at a bed, and whether the flow rate shows a bolus: at rate 0 with a bolus rate the state is unknown.",
    "That the mode read back bears the numbers of the command that sets it (1 manual, 2 remote), and that an error of 0 means none: both are inferred.",
    "The firmware, and the newer Agilia range, which speaks another protocol.",
  ],
  identity: "none",
  fingerprint: [],
  firmware: { onWire: false, from: null, to: null },
  protocol: "fresenius-orchestra",
  polls: {
    status: { everyMs: 3_000, staleAfterMs: 9_000 },
  },
  wire: {
    serial: { baudRate: 19200, dataBits: 7, parity: "even", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    // The protocol's own: 1 s for a reply, and one repetition.
    replyMs: 1_000,
    attempts: 2,
    modulesMs: 2_000,
    pollMs: 2_900,
  },
  operatingState: { rate: "d", bolusRate: "k" },
  metrics: {
    infusionRateMlPerH: { ...status, as: "number", variable: "d", scale: 0.1, valid: [0, 1_200] },
    volumeInfusedMl: { ...status, as: "number", variable: "r", scale: 0.001, valid: [0, 100_000], deadBand: 0.1 },
    pumpControl: { ...status, as: "word", variable: "m", words: { 1: "manual", 2: "remote" }, otherwise: "unknown" },
    pumpErrorCode: { ...status, as: "number", variable: "e", valid: [0, 0xffff] },
    unclassifiedAlarm: { ...status, as: "alarm", variable: "a" },
    clinicalAlarmsPerH: { ...status, as: "clinical", variable: "a" },
  },
  parts: [
    {
      id: "syringe-drive",
      name: "Syringe drive",
      usage: { clock: "in-use" },
      life: null,
      shownBy: [],
      ownSerial: false,
    },
    { id: "battery", name: "Battery", usage: { clock: "calendar" }, life: null, shownBy: [], ownSerial: false },
  ],
  calibrated: [
    {
      id: "flow-rate",
      name: "Flow rate, delivered",
      ucum: "mL/h",
      // What is delivered shows on an analyser alone; the pump tells the rate that is set.
      set: null,
      delivered: null,
      tolerance: { rule: "sum", relative: 0.05, absolute: 0, source: `${ECRI}: flow within 5 %` },
      interval: { value: 12, ucum: "mo", source: `${ECRI}: every 12 months` },
    },
  ],
  maintenance: [
    {
      id: "inspection",
      name: "Inspection with flow and occlusion test",
      every: [
        { value: 12, ucum: "mo", source: `${ECRI}: every 12 months` },
        { value: 8_760, ucum: "h", source: `${POLICY}: a year of infusion without a pause` },
      ],
    },
  ],
  residuals: [],
  readiness: [
    {
      metric: "unclassifiedAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "Orchestra variable a: no alarm bit is set",
    },
    {
      metric: "pumpErrorCode",
      freshForS: FRESH_S,
      expect: { max: 0 },
      hold: "fault",
      source: "Orchestra variable e: no error",
    },
  ],
});
