import { defineProfile } from "../../src/profile/define-profile.ts";

const status = { poll: "status" } as const;
/** Seconds for which an alarm counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;

/**
 * Alaris Asena GH syringe pump, its ASCII protocol ("Asena Rev 2.1.5" in every capture) over RS-232.
 *
 * Inferred, and not the maker's word: that a rate above 0 means that the pump infuses, and that mode SET at rate 0 means
 * standby. SET was captured while a rate ran; at rate 0 any other mode (a held infusion has one) reads `unknown`. What the
 * alarm codes stand for is read off their mnemonics.
 *
 * Clinical alarms (occlusion, end of infusion, check syringe and the like) are not passed on live and are left out here;
 * `occlusionCount` is not mapped either, for the wire counts none. While the pump tells a clinical alarm it tells no
 * technical one, so these age meanwhile. The drive alarm is no evidence against readiness: a pump whose plunger lever
 * stands open while it is being loaded or stored may tell it.
 *
 * The pump names neither its model nor its firmware: GH, TIVA and PK answer alike, so the model is a person's word. Valid
 * ranges are the spans that the pump's class allows (rates end at 1,200 ml/h); they are no clinical limits.
 */
export default defineProfile({
  id: "alaris/asena-gh",
  revision: 1,
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
  },
  notKnown: [],
  fingerprint: [],
  firmware: { onWire: false, from: null, to: null },
  parts: [],
  calibrated: [],
  maintenance: [],
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
