/**
 * The words for everything that the API can say. The maps are complete by type: a new state, metric or cause fails to
 * compile until it has its words.
 */
import type { METRICS } from "@wardtwin/device-profiles/vocabulary/metrics";
import type {
  Availability,
  Because,
  DeviceKind,
  DeviceLinkState,
  EvidenceLevel,
  FactName,
  FactSource,
  Facts,
  GatewayLinkState,
  Hold,
  IdentityStrength,
  MetricCategory,
  MetricName,
  NoticeCause,
  Quality,
  Role,
  WardKind,
} from "../api/types.ts";

type Terms = typeof METRICS;
type CodesOf<Term> = Term extends { codes: readonly (infer Word)[] } ? Word : never;
export type CodeWord = CodesOf<Terms[MetricName]>;
export type Ucum = Terms[MetricName]["ucum"];
type FactWord = Facts[FactName]["word"];

export const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const kind = {
  ventilator: { one: "Ventilator", many: "Ventilators" },
  "infusion-pump": { one: "Infusion pump", many: "Infusion pumps" },
  defibrillator: { one: "Defibrillator", many: "Defibrillators" },
  imaging: { one: "Imaging device", many: "Imaging devices" },
} as const satisfies Record<DeviceKind, { one: string; many: string }>;

const availability = {
  "in-use": "In use",
  ready: "Ready",
  "to-verify": "To verify",
  blocked: "Blocked",
  unknown: "Unknown",
} as const satisfies Record<Availability, string>;

/** A label may be here before the API tells its metric; never the other way round. */
type Labels = Readonly<Record<string, string>>;

const metric = {
  operatingState: "Operating state",
  deviceLink: "Device link",
  deviceHealth: "Device health",
  deviceClockOffsetS: "Clock offset from gateway",
  operatingTimeH: "Operating time",
  mainsPresent: "Mains present",
  batteryChargePct: "Battery charge",
  batteryHealthPct: "Battery health",
  batteryCycleCount: "Battery cycles",
  batteryAgeMonths: "Battery age",
  respiratoryRateSetPerMin: "Respiratory rate, set",
  tidalVolumeSetMl: "Tidal volume, set",
  peakFlowSetLPerMin: "Peak flow, set",
  oxygenConcentrationSetPct: "Oxygen concentration, set",
  peepSetCmH2O: "PEEP, set",
  respiratoryRatePerMin: "Respiratory rate",
  tidalVolumeExpiredMl: "Tidal volume, expired",
  minuteVolumeExpiredLPerMin: "Minute volume, expired",
  airwayPressurePeakCmH2O: "Airway pressure, peak",
  airwayPressureMeanCmH2O: "Airway pressure, mean",
  peepCmH2O: "PEEP",
  oxygenConcentrationPct: "Oxygen concentration",
  complianceDynamicMlPerCmH2O: "Dynamic compliance",
  resistanceDynamicCmH2OSPerL: "Dynamic resistance",
  acPowerLossAlarm: "AC power loss",
  batteryInoperativeAlarm: "Battery inoperative",
  batteryLowAlarm: "Battery low",
  powerLossAlarm: "Power loss",
  airSupplyLowAlarm: "Air supply low",
  oxygenSupplyLowAlarm: "Oxygen supply low",
  compressorInoperativeAlarm: "Compressor inoperative",
  procedureErrorAlarm: "Procedure error",
  technicalMalfunctionAlarm: "Technical malfunction",
  readinessIndicator: "Readiness indicator",
  selfTestEnergy: "Self-test: energy",
  selfTestCharge: "Self-test: charging",
  selfTestBattery: "Self-test: battery",
  selfTestPads: "Self-test: pads",
  selfTestEcgCable: "Self-test: ECG cable",
  selfTestSpeaker: "Self-test: speaker",
  selfTestMemory: "Self-test: memory",
  selfTestClock: "Self-test: clock",
  selfTestAgeH: "Age of last self-test",
  testEnergySetJ: "Test energy, set",
  testEnergyDeliveredJ: "Test energy, delivered",
  chargeTimeS: "Charge time",
  capacitorChargeCount: "Capacitor charges",
  padsImpedanceOhm: "Pads impedance",
  padsExpiryD: "Pads expire in",
  onCharger: "On charger",
  docked: "Docked",
  serviceDue: "Service due",
  reportPending: "Report pending",
  technicalAlarm: "Technical alarm",
  infusionRateMlPerH: "Infusion rate",
  volumeInfusedMl: "Volume infused",
  linePressureMmHg: "Line pressure",
  occlusionCount: "Occlusions",
  motorRunTimeH: "Motor run time",
  batteryEmptyAlarm: "Battery empty",
  communicationLossAlarm: "Communication loss",
  driveDisengagedAlarm: "Drive disengaged",
  pressureTransducerAlarm: "Pressure transducer",
} as const satisfies Record<MetricName, string> & Labels;

const codeWord = {
  unknown: "Unknown",
  off: "Off",
  standby: "Standby",
  "in-use": "In use",
  "self-test": "Self-test",
  connected: "Connected",
  unreachable: "Unreachable",
  normal: "Normal",
  failure: "Failure",
  "check-function": "Check function",
  "off-spec": "Out of specification",
  "maintenance-required": "Maintenance required",
  no: "No",
  yes: "Yes",
  clear: "Clear",
  active: "Active",
  pass: "Pass",
  fail: "Fail",
  ready: "Ready",
  degraded: "Degraded",
  "not-ready": "Not ready",
} as const satisfies Record<CodeWord, string>;

const factWord = {
  unknown: "Unknown",
  off: "Off",
  standby: "Standby",
  "in-use": "In use",
  "self-test": "Self-test",
  "awaiting-acceptance": "Awaiting acceptance",
  "in-service": "In service",
  "under-repair": "Under repair",
  retired: "Retired",
  clean: "Clean",
  soiled: "Soiled",
  "being-cleaned": "Being cleaned",
  free: "Free",
  reserved: "Reserved",
  "in-transit": "In transit",
  "lent-out": "Lent out",
  missing: "Missing",
  mains: "On mains",
  battery: "On battery",
} as const satisfies Record<FactWord, string>;

/** Units as people of the trade write them; "1" is a bare count. */
const unit = {
  "1": "",
  s: "s",
  h: "h",
  d: "d",
  mo: "months",
  "%": "%",
  "/min": "/min",
  mL: "mL",
  "L/min": "L/min",
  "cm[H2O]": "cmH₂O",
  "mL/cm[H2O]": "mL/cmH₂O",
  "cm[H2O].s/L": "cmH₂O·s/L",
  J: "J",
  Ohm: "Ω",
  "mL/h": "mL/h",
  "mm[Hg]": "mmHg",
} as const satisfies Record<Ucum, string>;

const because = {
  "no-known-reason-against-use": "No known reason against use; the user's pre-use check still applies.",
  "in-use": "The device is being used now.",
  "standby-not-yet-free": "It is in standby and may still be at a bedside; ask the ward before taking it.",
  "self-test": "It is testing itself; wait for the result.",
  hold: "There is a reason against use:",
  "silent-last-seen-free": "It was free when last heard, but it is silent now. Look at it before you count on it.",
  silent: "It is silent, and what it is doing now is not known. Look at it before you count on it.",
  "never-heard": "Nothing has ever been heard from it. Check its cable and its binding to the gateway.",
} as const satisfies Record<Because, string>;

const holdTitle = {
  fault: "Technical fault",
  "self-test": "Self-test",
  battery: "Battery",
  identity: "Identity",
} as const satisfies Record<Hold["kind"], string>;

/** What the evidence says; `what` is the metric's name, `reading` its value or word, `at` its time where there is one. */
const holdEvidence = {
  "not-as-expected": ({ what, reading, at }) =>
    `${what} read ${reading ?? "other than expected"}${at ? ` at ${at}` : ""}.`,
  missing: ({ what }) => `${what} is not known.`,
  expired: ({ what, reading, at }) =>
    `${what}${reading === null ? "" : ` (${reading})`} was last told ${at ? `at ${at}` : "long ago"}: too old to rely on.`,
} as const satisfies Record<
  Hold["reason"],
  (evidence: { what: string; reading: string | null; at: string | null }) => string
>;

/** A hold on identity is about serial numbers, not about a metric; `told` is what the wire says. */
const holdIdentity = (told: string | null, registered: string): string =>
  told === null
    ? `It has not stated its serial number yet; the registry says ${registered}.`
    : `It states serial number ${told}, the registry says ${registered}: this may be another device.`;

const holdLift = {
  "biomedical-engineer": {
    fault: "Only a biomedical engineer can lift this.",
    "self-test": "Only a biomedical engineer can lift this.",
    battery: "Only a biomedical engineer can lift this.",
    identity: "Only a biomedical engineer can lift this, after comparing serial numbers.",
  },
  any: {
    fault: "Anyone can lift this: it ends when the device reports the fault cleared.",
    "self-test": "Anyone can lift this: it ends when the device passes its self-test.",
    battery: "Anyone can lift this: plug the device in; it ends when the battery is charged.",
    identity: "Anyone can lift this: it ends when the device states the registered serial number.",
  },
} as const satisfies Record<Hold["liftedBy"], Record<Hold["kind"], string>>;

const identity = {
  self: {
    yes: "It states its own serial number, and that is the registered one.",
    no: "It states a serial number that is not the registered one. This may be another device.",
    untold: "It can state its own serial number, but has not done so yet.",
  },
  type: {
    yes: "It states make and model only, and they agree. A person told which one it is; a swap on the same socket goes unseen.",
    no: "The make or model that it states is not the registered one. This may be another device.",
    untold: "It can state make and model only. A person told which one it is; a swap on the same socket goes unseen.",
  },
  none: {
    yes: "It says nothing of itself on the wire. A person told which one it is.",
    no: "What stands on the wire is not the registered device. This may be another device.",
    untold:
      "It says nothing of itself on the wire. A person told which one it is; a swap on the same socket goes unseen.",
  },
} as const satisfies Record<IdentityStrength, Record<"yes" | "no" | "untold", string>>;

const evidence = {
  "vendor-document": "From the maker's own document",
  "field-capture": "From captures of real devices",
  inferred: "Inferred, not confirmed by the maker",
  synthetic: "Synthetic: made for this simulation, no real device speaks it",
  none: "No evidence stated",
} as const satisfies Record<EvidenceLevel, string>;

const quality = {
  good: "Good",
  stale: "Stale",
  implausible: "Implausible",
  unreachable: "Unreachable",
} as const satisfies Record<Quality, string>;

const category = {
  status: "Status",
  measurement: "Measurements",
  setting: "Settings",
  counter: "Counters",
} as const satisfies Record<MetricCategory, string>;

const notice = {
  "gateway-offline": (devices, gateway) =>
    `Gateway ${gateway ?? "unknown"} offline, ${count(devices, "device", "devices")} unseen`,
  "device-unreachable": (devices) => `${count(devices, "device", "devices")} unreachable`,
  fault: (devices) => `${count(devices, "device", "devices")} with a technical fault`,
  "self-test": (devices) => `${count(devices, "device", "devices")} without a passed self-test`,
  battery: (devices) => `${count(devices, "device", "devices")} with a battery problem`,
  identity: (devices) => `${count(devices, "device", "devices")} of doubtful identity`,
} as const satisfies Record<NoticeCause, (devices: number, gateway: string | null) => string>;

const role = {
  "biomedical-engineer": "Biomedical engineer",
  "bed-manager": "Bed manager",
  ward: "Ward",
  porter: "Porter",
  installer: "Installer",
  administrator: "Administrator",
} as const satisfies Record<Role, string>;

const gatewayLink = { online: "Online", offline: "Offline", unknown: "Never connected" } as const satisfies Record<
  GatewayLinkState,
  string
>;
const deviceLink = { connected: "Connected", unreachable: "Unreachable", unknown: "Unknown" } as const satisfies Record<
  DeviceLinkState,
  string
>;
const fact = {
  operating: "Operating",
  service: "Service",
  hygiene: "Hygiene",
  custody: "Custody",
  power: "Power",
} as const satisfies Record<FactName, string>;
const factSource = { wire: "told by the device", registry: "from the registry" } as const satisfies Record<
  FactSource,
  string
>;
const wardKind = { ward: "Ward", store: "Store", workshop: "Workshop" } as const satisfies Record<WardKind, string>;

export const words = {
  kind,
  availability,
  metric,
  codeWord,
  factWord,
  unit,
  quality,
  category,
  role,
  wardKind,
  gatewayLink,
  deviceLink,
  because,
  holdTitle,
  holdEvidence,
  holdIdentity,
  holdLift,
  identity,
  evidence,
  notice,
  fact,
  factSource,
} as const;
