import { defineProfile } from "../../src/profile/define-profile.ts";
import {
  batteryOf,
  capacitorOf,
  DEFIBRILLATOR_MAINTENANCE,
  DELIVERED_ENERGY,
  PADS,
  TEST_ENERGY_RESIDUAL,
} from "./defib-ready-upkeep.ts";

const report = { poll: "report" } as const;
/** Seconds for which a reading counts as known: four polls, of which each tells the report's age anew. */
const FRESH_S = 120;

const testPassed = (
  metric: "selfTestEnergy" | "selfTestCharge" | "selfTestBattery" | "selfTestPads",
  test: "ENERGY" | "CHARGE" | "BATT" | "PADS",
) =>
  ({
    metric,
    freshForS: FRESH_S,
    expect: { words: ["pass"] },
    hold: metric === "selfTestBattery" ? "battery" : "self-test",
    source: `DEFIB-READY/1 report, line TST ${test}: verdict of the last self-test`,
  }) as const;

/**
 * DEFIB-READY/1 over a serial line: the report of a self-test, sent after each and again when it is asked for.
 *
 * A synthetic device of this project, as its sister on Modbus. A report has a time of its own: asked for again it is no
 * younger, so that a device whose nightly test stayed away is not ready, however well it answers.
 */
export default defineProfile({
  id: "wardtwin-synthetic/defib-ready-1-serial",
  revision: 1,
  kind: "defibrillator",
  manufacturer: "Wardtwin (synthetic)",
  model: "DEFIB-READY/1 serial",
  evidence: {
    level: "synthetic",
    note: "Invented by this project and spoken by its simulator alone. No maker's defibrillator speaks it.",
  },
  notKnown: [
    "Whether the device is in use: the wire reports self-tests and no operating state, so that on its own word it never counts as ready.",
    "How far the device's clock is off: a report tells when its test ran and not what time it is now. A test that is dated ahead of the gateway's clock has an implausible age.",
    "Running hours, battery cycles and capacity, charges of the capacitor: they are not in the report.",
  ],
  identity: "self",
  fingerprint: [],
  firmware: { onWire: true, from: null, to: null },
  protocol: "defib-ready-serial",
  polls: {
    report: { everyMs: 30_000, staleAfterMs: 90_000 },
  },
  wire: {
    serial: { baudRate: 38400, dataBits: 8, parity: "none", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    // A report of six lines takes a tenth of a second at 38,400 baud.
    firstByteMs: 1_000,
    replyMs: 3_000,
  },
  metrics: {
    readinessIndicator: {
      ...report,
      as: "report-verdict",
      words: { PASS: "ready", FAIL: "not-ready" },
      otherwise: "unknown",
    },
    selfTestAgeH: { ...report, as: "report-age", valid: [0, 8_760], deadBand: 0.05 },
    selfTestEnergy: { ...report, as: "verdict", test: "ENERGY" },
    selfTestCharge: { ...report, as: "verdict", test: "CHARGE" },
    selfTestBattery: { ...report, as: "verdict", test: "BATT" },
    selfTestPads: { ...report, as: "verdict", test: "PADS" },
    testEnergySetJ: { ...report, as: "setting", test: "ENERGY", valid: [0, 500] },
    testEnergyDeliveredJ: { ...report, as: "value", test: "ENERGY", unit: "J", valid: [0, 500] },
    // Its sister on Modbus tells the time to 200 J, too; a time to another energy is no point of the same trend.
    chargeTimeS: { ...report, as: "value", test: "CHARGE", unit: "s", atSetting: 200, valid: [0, 60] },
    batteryChargePct: { ...report, as: "value", test: "BATT", unit: "%", valid: [0, 100] },
    padsExpiryD: { ...report, as: "days-until", test: "PADS", unit: "exp", valid: [-3_650, 3_650] },
  },
  parts: [
    batteryOf({ clock: "calendar" }, "batteryChargePct", "selfTestBattery"),
    capacitorOf({ clock: "calendar" }),
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
      source: "DEFIB-READY/1 report, line END: verdict on the whole report",
    },
    {
      metric: "selfTestAgeH",
      freshForS: FRESH_S,
      expect: { max: 26 },
      hold: "self-test",
      source: "Site policy: a daily self-test with two hours of grace",
    },
    testPassed("selfTestEnergy", "ENERGY"),
    testPassed("selfTestCharge", "CHARGE"),
    testPassed("selfTestBattery", "BATT"),
    testPassed("selfTestPads", "PADS"),
    {
      metric: "padsExpiryD",
      freshForS: FRESH_S,
      expect: { min: 0 },
      hold: "self-test",
      source: "DEFIB-READY/1 report, line TST PADS: date of expiry",
    },
    {
      metric: "batteryChargePct",
      freshForS: FRESH_S,
      expect: { min: 50 },
      hold: "battery",
      source: "Site policy: at least half charged",
    },
  ],
});
