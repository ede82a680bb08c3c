import { defineProfile } from "../../src/profile/define-profile.ts";
import {
  batteryOf,
  capacitorOf,
  DEFIBRILLATOR_MAINTENANCE,
  DELIVERED_ENERGY,
  PADS,
  TEST_ENERGY_RESIDUAL,
} from "./defib-ready-upkeep.ts";

const status = { poll: "status" } as const;
const register = { poll: "status", from: "input-register", type: "uint16" } as const;
/** Register 2: the verdicts of the last self-test, 1 for a failure. */
const verdict = { poll: "status", from: "input-register-bit", address: 2 } as const;
const input = { poll: "status", from: "discrete-input" } as const;
const FRESH_S = 120;

const testPassed = (
  metric:
    | "selfTestEnergy"
    | "selfTestCharge"
    | "selfTestBattery"
    | "selfTestPads"
    | "selfTestEcgCable"
    | "selfTestSpeaker"
    | "selfTestMemory"
    | "selfTestClock",
  bit: number,
) =>
  ({
    metric,
    freshForS: FRESH_S,
    expect: { words: ["pass"] },
    hold: metric === "selfTestBattery" ? "battery" : "self-test",
    source: `DEFIB-READY/1 input register 2, bit ${bit}: verdict of the last self-test`,
  }) as const;

/**
 * DEFIB-READY/1 over Modbus TCP: a readiness report in 16 input registers and 9 discrete inputs.
 *
 * A synthetic device of this project. No hospital defibrillator with an openly documented bedside protocol was found; the
 * map carries what such a device's nightly self-test report holds.
 */
export default defineProfile({
  id: "wardtwin-synthetic/defib-ready-1",
  revision: 2,
  kind: "defibrillator",
  manufacturer: "Wardtwin (synthetic)",
  model: "DEFIB-READY/1",
  evidence: {
    level: "synthetic",
    note: "Invented by this project and spoken by its simulator alone. No maker's defibrillator speaks it.",
  },
  identity: "none",
  protocol: "modbus",
  polls: {
    status: {
      everyMs: 5_000,
      staleAfterMs: 15_000,
      replyMs: 1_000,
    },
  },
  wire: {
    serial: { baudRate: 19200, dataBits: 8, parity: "even", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    layout: { address: 0, value: 0x0100 },
    firmware: { address: 15, prefix: "build " },
    holes: [],
  },
  statePoll: "status",
  // A device that is being used says so before all else.
  operatingState: {
    firstSet: [
      { discreteInput: 2, state: "in-use" },
      { discreteInput: 7, state: "self-test" },
    ],
    otherwise: "standby",
  },
  metrics: {
    readinessIndicator: { ...register, address: 1, scale: 1 },
    selfTestEnergy: { ...verdict, bit: 0 },
    selfTestCharge: { ...verdict, bit: 1 },
    selfTestBattery: { ...verdict, bit: 2 },
    selfTestPads: { ...verdict, bit: 3 },
    selfTestEcgCable: { ...verdict, bit: 4 },
    selfTestSpeaker: { ...verdict, bit: 5 },
    selfTestMemory: { ...verdict, bit: 6 },
    selfTestClock: { ...verdict, bit: 7 },
    selfTestAgeH: { ...register, address: 3, scale: 1, valid: [0, 8_760] },
    testEnergySetJ: { ...register, address: 4, scale: 0.1, valid: [0, 400] },
    testEnergyDeliveredJ: { ...register, address: 5, scale: 0.1, valid: [0, 500] },
    chargeTimeS: { ...register, address: 6, scale: 0.1, valid: [0, 60] },
    batteryChargePct: { ...register, address: 7, scale: 1, valid: [0, 100] },
    batteryHealthPct: { ...register, address: 8, scale: 1, valid: [0, 120] },
    batteryCycleCount: { ...register, address: 9, scale: 1, valid: [0, 65_535] },
    batteryAgeMonths: { ...register, address: 10, scale: 1, valid: [0, 240] },
    capacitorChargeCount: { ...register, address: 11, scale: 1, valid: [0, 65_535] },
    padsImpedanceOhm: { ...register, address: 12, scale: 1, valid: [0, 1_000], deadBand: 1 },
    padsExpiryD: { ...register, address: 13, scale: 1, valid: [0, 3_650] },
    operatingTimeH: { ...register, address: 14, scale: 1, valid: [0, 65_535] },
    mainsPresent: { ...input, address: 0 },
    onCharger: { ...input, address: 1 },
    docked: { ...input, address: 3 },
    technicalAlarm: { ...input, address: 4 },
    batteryLowAlarm: { ...input, address: 5 },
    serviceDue: { ...input, address: 6 },
    reportPending: { ...status, from: "discrete-input", address: 8 },
  },
  notKnown: [
    "Who the device is: no register holds a serial number, so that a person binds it to its line and unit, and confirms it after a break.",
    "How far the device's clock is off, and when exactly its last self-test ran: the map tells whole hours.",
  ],
  fingerprint: ["operatingTimeH", "batteryCycleCount", "capacitorChargeCount"],
  firmware: { onWire: true, from: null, to: null },
  parts: [
    batteryOf({ metric: "batteryCycleCount" }, "batteryHealthPct", "batteryChargePct", "selfTestBattery"),
    capacitorOf({ metric: "capacitorChargeCount" }),
    PADS,
  ],
  calibrated: [DELIVERED_ENERGY],
  maintenance: DEFIBRILLATOR_MAINTENANCE,
  residuals: [TEST_ENERGY_RESIDUAL],
  readiness: [
    {
      metric: "readinessIndicator",
      freshForS: FRESH_S,
      expect: { words: ["ready"] },
      hold: "fault",
      source: "DEFIB-READY/1 input register 1: readiness",
    },
    {
      metric: "selfTestAgeH",
      freshForS: FRESH_S,
      expect: { max: 26 },
      hold: "self-test",
      source: "Site policy: a daily self-test with two hours of grace",
    },
    testPassed("selfTestEnergy", 0),
    testPassed("selfTestCharge", 1),
    testPassed("selfTestBattery", 2),
    testPassed("selfTestPads", 3),
    testPassed("selfTestEcgCable", 4),
    testPassed("selfTestSpeaker", 5),
    testPassed("selfTestMemory", 6),
    testPassed("selfTestClock", 7),
    {
      metric: "batteryChargePct",
      freshForS: FRESH_S,
      expect: { min: 50 },
      hold: "battery",
      source: "Site policy: at least half charged",
    },
    {
      metric: "batteryHealthPct",
      freshForS: FRESH_S,
      expect: { min: 60 },
      hold: "battery",
      source: "Site policy: capacity of at least 60 % of the design value",
    },
    {
      metric: "technicalAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "DEFIB-READY/1 discrete input 4: technical alarm",
    },
  ],
});
