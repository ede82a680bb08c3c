import { defineProfile } from "../../src/profile/define-profile.ts";

const status = { poll: "status" } as const;
/** Seconds for which an alarm counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;

/**
 * Every code that tells of the infusion or the person: call back, end of infusion (keep open, stop), line disconnected, near
 * the end, occlusion, rate too high, check syringe, titration, volume to be infused (continue, keep open, stop).
 */
const CLINICAL = [
  "AL_CALLB",
  "AL_EOIKV",
  "AL_EOIST",
  "AL_LDSCN",
  "AL_NEOIN",
  "AL_OCCLU",
  "AL_RHIGH",
  "AL_SYRCO",
  "AL_TCITG",
  "AL_TITCA",
  "AL_TITNC",
  "AL_VTBIC",
  "AL_VTBIK",
  "AL_VTBIS",
] as const;
/** For a figure that no maker's or standard's paper at hand confirms: the hospital puts its own in its place. */
const POLICY = "Site policy as shipped, to be replaced by the maker's figure";

/**
 * Alaris Asena GH syringe pump, its ASCII protocol ("Asena Rev 2.1.5" in every capture) over RS-232.
 *
 * Inferred, and not the maker's word: that a rate above 0 means that the pump infuses, and that mode SET at rate 0 means
 * standby. SET was captured while a rate ran; at rate 0 any other mode (a held infusion has one) reads `unknown`. What the
 * alarm codes stand for is read off their mnemonics.
 *
 * The pump tells one alarm at a time: while it tells a clinical one nothing is known of the technical ones, so these age
 * meanwhile. Clinical alarms are counted and not passed on; `occlusionCount` is not mapped, for the wire counts none. The
 * drive alarm is no evidence against readiness: a pump whose plunger lever stands open while it is being loaded or stored
 * may tell it.
 *
 * The pump names neither its model nor its firmware: GH, TIVA and PK answer alike, so the model is a person's word. Valid
 * ranges are the spans that the pump's class allows (rates end at 1,200 ml/h); they are no clinical limits.
 */
export default defineProfile({
  id: "alaris/asena-gh",
  revision: 2,
  kind: "infusion-pump",
  manufacturer: "Alaris",
  model: "Asena GH",
  evidence: {
    level: "field-capture",
    note: "Frames captured on real pumps and two open drivers; no maker's document was at hand. Both drivers also controlled the pump: read-only polling without remote control is unproven on a real pump.",
  },
  identity: "self",
  protocol: "alaris-asena",
  polls: {
    status: { everyMs: 2_000, staleAfterMs: 6_000 },
  },
  wire: {
    serial: { baudRate: 38400, dataBits: 8, parity: "none", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    protocolPrefix: "Asena Rev ",
    calmCode: "AL_NOALM",
    // The captured hosts leave at least 2 ms, wait 500 ms and ask once more.
    gapMs: 5,
    replyMs: 500,
    attempts: 2,
    replyMsMax: 900,
    pollMs: 1_900,
  },
  operatingState: { idleModes: ["SET"] },
  metrics: {
    infusionRateMlPerH: { ...status, as: "number", field: 4, unit: "ml/h", scale: 1, valid: [0, 1_200] },
    volumeInfusedMl: { ...status, as: "number", field: 7, unit: "ml", scale: 1, valid: [0, 100_000], deadBand: 0.1 },
    linePressureMmHg: { ...status, as: "number", field: 9, unit: "mmHg", scale: 1, valid: [-100, 1_500], deadBand: 2 },

    acPowerLossAlarm: { ...status, as: "alarm", codes: ["AL_ACDIS"] },
    batteryLowAlarm: { ...status, as: "alarm", codes: ["AL_LWBAT", "AL_LBTAC"] },
    batteryEmptyAlarm: { ...status, as: "alarm", codes: ["AL_EMBAT"] },
    technicalMalfunctionAlarm: { ...status, as: "alarm", codes: ["AL_FAULT"] },
    driveDisengagedAlarm: { ...status, as: "alarm", codes: ["AL_DRDIS"] },
    pressureTransducerAlarm: { ...status, as: "alarm", codes: ["AL_PRDSC"] },
    communicationLossAlarm: { ...status, as: "alarm", codes: ["AL_COMTO"] },

    clinicalAlarmsPerH: { ...status, as: "clinical", codes: CLINICAL },
    occlusionAlarmsPerH: { ...status, as: "clinical", codes: ["AL_OCCLU"] },
    disconnectionAlarmsPerH: { ...status, as: "clinical", codes: ["AL_LDSCN"] },
  },
  notKnown: [
    "Whether a real pump answers while remote control was never enabled: both drivers at hand enable it, and this one never does.",
    "The pump's model: GH, TIVA and PK answer alike.",
    "The version of the pump's software: the wire tells that of its protocol.",
    "Modes other than SET: at rate 0 they read as unknown.",
    "Alarms behind the one that is told: while a clinical alarm is told the technical ones age, and one that was hidden is counted again when it shows.",
    "Field 6 of INF, perhaps a dose: every captured frame leaves it empty.",
    "Battery charge, running hours, errors of the drive and results of self-tests: the wire does not tell them.",
    "After how many hours of infusion the maker asks for an inspection.",
    "Newer Alaris pumps behind a Gateway Workstation and the US 8015: they do not speak this protocol.",
  ],
  fingerprint: [],
  firmware: { onWire: false, from: null, to: null },
  parts: [
    {
      id: "battery",
      name: "Battery",
      usage: { clock: "calendar" },
      life: null,
      shownBy: ["batteryLowAlarm", "batteryEmptyAlarm"],
      ownSerial: false,
    },
    {
      id: "drive",
      name: "Plunger drive",
      usage: { clock: "in-use" },
      life: null,
      shownBy: ["driveDisengagedAlarm", "occlusionAlarmsPerH"],
      ownSerial: false,
    },
    {
      id: "pressure-transducer",
      name: "Pressure transducer",
      usage: { clock: "in-use" },
      life: null,
      shownBy: ["pressureTransducerAlarm", "occlusionAlarmsPerH"],
      ownSerial: false,
    },
  ],
  calibrated: [
    {
      id: "infusion-rate",
      name: "Infusion rate, delivered",
      ucum: "mL/h",
      // The wire tells the rate that is set; what is delivered is measured on a bench.
      set: "infusionRateMlPerH",
      delivered: null,
      tolerance: { rule: "larger", relative: 0.02, absolute: 0, source: `${POLICY}: 2 % for a syringe pump` },
      interval: { value: 12, ucum: "mo", source: `${POLICY}; ECRI procedure 490 asks 12 months of ambulatory pumps` },
    },
  ],
  maintenance: [
    {
      id: "inspection",
      name: "Inspection with rate and occlusion test",
      every: [{ value: 12, ucum: "mo", source: `${POLICY}; ECRI procedure 490 asks 12 months of ambulatory pumps` }],
    },
  ],
  residuals: [],
  readiness: [
    {
      metric: "technicalMalfunctionAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "Asena ALARM, code AL_FAULT: internal malfunction",
    },
    {
      metric: "pressureTransducerAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "Asena ALARM, code AL_PRDSC: pressure disc or transducer",
    },
    {
      metric: "batteryEmptyAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "battery",
      source: "Asena ALARM, code AL_EMBAT: battery empty",
    },
    {
      metric: "batteryLowAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "battery",
      source: "Asena ALARM, codes AL_LWBAT and AL_LBTAC: battery low",
    },
  ],
});
