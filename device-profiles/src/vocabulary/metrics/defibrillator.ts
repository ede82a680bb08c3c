import { check, counter, flag, type MetricTerm, measured, setting, word } from "./terms.ts";

export const DEFIBRILLATOR_METRICS = {
  readinessIndicator: word("unknown", "ready", "degraded", "not-ready"),
  selfTestEnergy: check,
  selfTestCharge: check,
  selfTestBattery: check,
  selfTestPads: check,
  selfTestEcgCable: check,
  selfTestSpeaker: check,
  selfTestMemory: check,
  selfTestClock: check,
  testEnergySetJ: setting("J"),
  testEnergyDeliveredJ: measured("J"),
  /** Delivered less set in the device's own test, as a share of the set energy. */
  testEnergyResidualPct: measured("%"),
  chargeTimeS: measured("s"),
  capacitorChargeCount: counter("1"),
  padsImpedanceOhm: measured("Ohm"),
  padsExpiryD: measured("d"),
  onCharger: flag,
  docked: flag,
  reportPending: flag,
} as const satisfies Record<string, MetricTerm>;
