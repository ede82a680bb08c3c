/** Who is where in the made-up hospital, and in which state: the material that `hospital.ts` makes twins of. */
import type {
  Availability,
  Because,
  DeviceKind,
  EvidenceLevel,
  Hold,
  IdentityStrength,
  OperatingState,
  TwinView,
} from "../src/api/types.ts";

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
  | "stranger"
  | "unconfirmed"
  | "unverified"
  | "plant";

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
  { ward: "surgery-1", kind: "defibrillator", states: ["ready", "battery", "unconfirmed", "unconfirmed"] },
  { ward: "medicine-1", kind: "infusion-pump", states: ["in-use", "in-use", "ready", "stranger"] },
  { ward: "medicine-1", kind: "defibrillator", states: ["ready"] },
  { ward: "emergency", kind: "ventilator", states: ["ready", "standby", "unverified"] },
  { ward: "emergency", kind: "imaging", states: ["in-use", "unverified"] },
  { ward: "emergency", kind: "defibrillator", states: ["in-use", "ready"] },
  { ward: "store", kind: "ventilator", states: ["lost", "lost"] },
  { ward: "store", kind: "infusion-pump", states: ["lost", "lost", "lost", "never"] },
  { ward: "workshop", kind: "ventilator", states: ["never"] },
  { ward: "icu-a", kind: "medical-gas", states: ["in-use"] },
  { ward: "surgery-1", kind: "medical-gas", states: ["plant"] },
];

interface Model extends Pick<TwinView, "manufacturer" | "model"> {
  profile: string;
  prefix: string;
  level: EvidenceLevel;
  note: string;
  notKnown: readonly string[];
  strength: IdentityStrength;
  firmware: string | null;
}

const SYNTHETIC = "Invented by this project and spoken by its simulator alone.";
export const MODEL: Record<DeviceKind, Model> = {
  ventilator: {
    manufacturer: "Dräger",
    model: "Evita",
    profile: "draeger/evita-medibus",
    prefix: "vent",
    level: "vendor-document",
    note: "After the maker's own description of the protocol. Made up here, to see how a note reads that goes on for longer than one line of the page.",
    notKnown: [
      "It tells no serial number: a person says which device hangs on the line.",
      "It tells no operating hours; they are counted from its states.",
    ],
    strength: "type",
    firmware: "4.24",
  },
  "infusion-pump": {
    manufacturer: "Wardtwin",
    model: "Pump rack",
    profile: "wardtwin-synthetic/pump-rack-1",
    prefix: "pump",
    level: "synthetic",
    note: SYNTHETIC,
    notKnown: [],
    strength: "self",
    firmware: null,
  },
  defibrillator: {
    manufacturer: "Wardtwin",
    model: "Defib-ready/1",
    profile: "wardtwin-synthetic/defib-ready-1",
    prefix: "defib",
    level: "synthetic",
    note: SYNTHETIC,
    notKnown: ["Whether the pads fit the patient who comes next: nobody but a person sees that."],
    strength: "type",
    firmware: "build 7",
  },
  imaging: {
    manufacturer: "Wardtwin",
    model: "MRI",
    profile: "wardtwin-synthetic/mri-1",
    prefix: "mri",
    level: "inferred",
    note: "After a companion specification that many scanners follow; none of this make was at hand.",
    notKnown: ["Whether a person lies in the scanner while it stands by."],
    strength: "self",
    firmware: "12.1.0",
  },
  "medical-gas": {
    manufacturer: "Wardtwin",
    model: "Gas panel",
    profile: "wardtwin-synthetic/gas-panel-2",
    prefix: "gas",
    level: "synthetic",
    note: SYNTHETIC,
    notKnown: [],
    strength: "none",
    firmware: null,
  },
};

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
  unconfirmed: { operating: "unknown", availability: "unknown", because: "hold", silentMin: 6 },
  unverified: { operating: "standby", availability: "unknown", because: "hold", silentMin: 0 },
  plant: { operating: "in-use", availability: "in-use", because: "in-use", silentMin: 0 },
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
  unconfirmed: [
    { kind: "identity", metric: null, reason: "unconfirmed", value: null, word: null, liftedBy: "any" },
    {
      kind: "self-test",
      metric: "selfTestEnergy",
      reason: "expired",
      value: 0,
      word: "pass",
      liftedBy: "biomedical-engineer",
    },
  ],
  unverified: [
    {
      kind: "identity",
      metric: null,
      reason: "unverified",
      value: null,
      word: "5.00",
      liftedBy: "biomedical-engineer",
    },
  ],
  plant: [
    {
      kind: "fault",
      metric: "reserveSourceLowAlarm",
      reason: "not-as-expected",
      value: 1,
      word: "active",
      liftedBy: "biomedical-engineer",
    },
  ],
};
