/** Who is where in the made-up hospital, and in which state: the material that `hospital.ts` makes twins of. */
import type { Availability, Because, DeviceKind, Hold, MetricName, OperatingState } from "../src/api/types.ts";

export const WARDS = [
  { id: "icu-a", name: "Intensive care A", kind: "ward", floor: 2, order: 1 },
  { id: "icu-b", name: "Intensive care B", kind: "ward", floor: 2, order: 2 },
  { id: "surgery-1", name: "Surgery 1", kind: "ward", floor: 1, order: 1 },
  { id: "medicine-1", name: "Medicine 1", kind: "ward", floor: 1, order: 2 },
  { id: "emergency", name: "Emergency", kind: "ward", floor: 0, order: 1 },
  { id: "store", name: "Equipment store", kind: "store", floor: 0, order: 1 },
  { id: "workshop", name: "Workshop", kind: "workshop", floor: -1, order: 1 },
] as const;

export const GATEWAYS = [
  { id: "gw-icu", name: "Gateway ICU", ward: "icu-a", online: true },
  { id: "gw-wards", name: "Gateway wards", ward: "surgery-1", online: true },
  { id: "gw-store", name: "Gateway store", ward: "store", online: false },
] as const;

export interface Plan {
  ward: (typeof WARDS)[number]["id"];
  kind: DeviceKind;
  states: readonly Scenario[];
}
export type Scenario =
  | "in-use"
  | "ready"
  | "standby"
  | "fault"
  | "battery"
  | "self-test"
  | "lost"
  | "silent"
  | "never"
  | "stranger";

export const PLANS: readonly Plan[] = [
  { ward: "icu-a", kind: "ventilator", states: ["in-use", "in-use", "in-use", "ready", "fault"] },
  {
    ward: "icu-a",
    kind: "infusion-pump",
    states: ["in-use", "in-use", "in-use", "in-use", "ready", "ready", "standby"],
  },
  { ward: "icu-a", kind: "defibrillator", states: ["ready"] },
  { ward: "icu-b", kind: "ventilator", states: ["in-use", "in-use", "silent", "ready"] },
  { ward: "icu-b", kind: "infusion-pump", states: ["in-use", "in-use", "ready", "lost"] },
  { ward: "icu-b", kind: "defibrillator", states: ["self-test"] },
  { ward: "surgery-1", kind: "infusion-pump", states: ["in-use", "ready", "ready", "battery"] },
  { ward: "surgery-1", kind: "defibrillator", states: ["ready", "battery"] },
  { ward: "medicine-1", kind: "infusion-pump", states: ["in-use", "in-use", "ready", "stranger"] },
  { ward: "medicine-1", kind: "defibrillator", states: ["ready"] },
  { ward: "emergency", kind: "ventilator", states: ["ready", "standby"] },
  { ward: "emergency", kind: "defibrillator", states: ["in-use", "ready"] },
  { ward: "store", kind: "ventilator", states: ["lost", "lost"] },
  { ward: "store", kind: "infusion-pump", states: ["lost", "lost", "lost", "never"] },
  { ward: "workshop", kind: "ventilator", states: ["never"] },
];

export const MODEL = {
  ventilator: {
    manufacturer: "Puritan Bennett",
    model: "840",
    profile: "puritan-bennett-840-sndf",
    prefix: "vent",
    level: "vendor-document",
    strength: "self",
  },
  "infusion-pump": {
    manufacturer: "Wardtwin",
    model: "Pump rack",
    profile: "wardtwin-pump-rack",
    prefix: "pump",
    level: "synthetic",
    strength: "self",
  },
  defibrillator: {
    manufacturer: "Wardtwin",
    model: "Defib-ready/1",
    profile: "wardtwin-defib-ready",
    prefix: "defib",
    level: "synthetic",
    strength: "type",
  },
  imaging: { manufacturer: "Wardtwin", model: "CT", profile: "none", prefix: "ct", level: "none", strength: "none" },
} as const;

export interface Told {
  operating: OperatingState;
  availability: Availability;
  because: Because;
  silentMin: number | null;
}
export const SCENARIO: Record<Scenario, Told> = {
  "in-use": { operating: "in-use", availability: "in-use", because: "in-use", silentMin: 0 },
  ready: { operating: "standby", availability: "ready", because: "no-known-reason-against-use", silentMin: 0 },
  standby: { operating: "standby", availability: "in-use", because: "standby-not-yet-free", silentMin: 0 },
  fault: { operating: "standby", availability: "blocked", because: "hold", silentMin: 0 },
  battery: { operating: "off", availability: "blocked", because: "hold", silentMin: 0 },
  "self-test": { operating: "standby", availability: "blocked", because: "hold", silentMin: 0 },
  stranger: { operating: "standby", availability: "blocked", because: "hold", silentMin: 0 },
  lost: { operating: "unknown", availability: "to-verify", because: "silent-last-seen-free", silentMin: 47 },
  silent: { operating: "unknown", availability: "unknown", because: "silent", silentMin: 12 },
  never: { operating: "unknown", availability: "unknown", because: "never-heard", silentMin: null },
};

export const HOLD: Partial<Record<Scenario, Omit<Hold, "at">[]>> = {
  fault: [
    {
      kind: "fault",
      metric: "oxygenSupplyLowAlarm",
      reason: "not-as-expected",
      value: 1,
      word: "active",
      liftedBy: "any",
    },
    {
      kind: "fault",
      metric: "technicalMalfunctionAlarm",
      reason: "not-as-expected",
      value: 1,
      word: "active",
      liftedBy: "biomedical-engineer",
    },
  ],
  battery: [
    { kind: "battery", metric: "batteryChargePct", reason: "not-as-expected", value: 18, word: null, liftedBy: "any" },
  ],
  "self-test": [
    { kind: "self-test", metric: "selfTestEnergy", reason: "expired", value: 0, word: "pass", liftedBy: "any" },
  ],
  stranger: [
    {
      kind: "identity",
      metric: null,
      reason: "not-as-expected",
      value: null,
      word: "SIM99120",
      liftedBy: "biomedical-engineer",
    },
  ],
};

export const VALUES: Record<DeviceKind, Partial<Record<MetricName, number>>> = {
  ventilator: {
    operatingState: 3,
    deviceLink: 1,
    deviceClockOffsetS: 14,
    operatingTimeH: 18_412.6,
    mainsPresent: 1,
    respiratoryRateSetPerMin: 14,
    tidalVolumeSetMl: 480,
    peakFlowSetLPerMin: 52,
    oxygenConcentrationSetPct: 40,
    peepSetCmH2O: 5,
    respiratoryRatePerMin: 15,
    tidalVolumeExpiredMl: 471,
    minuteVolumeExpiredLPerMin: 7.06,
    airwayPressurePeakCmH2O: 21.4,
    airwayPressureMeanCmH2O: 9.8,
    peepCmH2O: 5.1,
    oxygenConcentrationPct: 40.6,
    complianceDynamicMlPerCmH2O: 38,
    resistanceDynamicCmH2OSPerL: 11,
    batteryLowAlarm: 0,
    oxygenSupplyLowAlarm: 0,
    airSupplyLowAlarm: 0,
    technicalMalfunctionAlarm: 0,
    acPowerLossAlarm: 0,
  },
  defibrillator: {
    operatingState: 2,
    deviceLink: 1,
    readinessIndicator: 1,
    batteryChargePct: 96,
    batteryHealthPct: 88,
    batteryAgeMonths: 19,
    selfTestEnergy: 0,
    selfTestCharge: 0,
    selfTestBattery: 0,
    selfTestPads: 0,
    selfTestAgeH: 5.2,
    testEnergySetJ: 30,
    testEnergyDeliveredJ: 29.7,
    chargeTimeS: 4.1,
    capacitorChargeCount: 1_874,
    padsImpedanceOhm: 52,
    padsExpiryD: 311,
    onCharger: 1,
    docked: 1,
  },
  "infusion-pump": {
    operatingState: 3,
    deviceLink: 1,
    deviceHealth: 0,
    infusionRateMlPerH: 42.5,
    volumeInfusedMl: 318.2,
    linePressureMmHg: 96,
    batteryChargePct: 81,
    batteryHealthPct: 93,
    batteryCycleCount: 214,
    occlusionCount: 3,
    motorRunTimeH: 2_204.7,
    mainsPresent: 1,
  },
  imaging: {},
};
