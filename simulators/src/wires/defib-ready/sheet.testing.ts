import type { Defibrillator } from "../../devices/defibrillator.ts";

/** What the device of the sheet's worked examples shows. */
const SHEET = [
  ["readinessIndicator", 1],
  ["selfTestAgeH", 0],
  ["testEnergySetJ", 200],
  ["testEnergyDeliveredJ", 198.5],
  ["chargeTimeS", 6.2],
  ["batteryChargePct", 96],
  ["batteryHealthPct", 87],
  ["batteryCycleCount", 412],
  ["batteryAgeMonths", 30],
  ["capacitorChargeCount", 298],
  ["padsImpedanceOhm", 45],
  ["padsExpiryD", 210],
  ["operatingTimeH", 1180],
  ["mainsPresent", 1],
  ["onCharger", 0],
  ["docked", 0],
  ["serviceDue", 0],
  ["reportPending", 1],
] as const;

export function pinToSheet({ gauges }: Pick<Defibrillator, "gauges">): void {
  for (const [metric, value] of SHEET) gauges.pin(metric, value);
}
