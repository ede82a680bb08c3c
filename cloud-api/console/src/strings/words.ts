/**
 * The words for everything that the API can say; those of metrics and of reasons against use stand in files of their own. The
 * maps are complete by type: a new state, metric or cause fails to compile until it has its words.
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
  FirmwareVerdict,
  GatewayLinkState,
  IdentityStrength,
  MetricCategory,
  MetricName,
  NoticeCause,
  Quality,
  Role,
  WardKind,
} from "../api/types.ts";
import { holdWords } from "./hold-words.ts";
import { metricWords } from "./metric-words.ts";

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
  "medical-gas": { one: "Gas supply", many: "Gas supplies" },
} as const satisfies Record<DeviceKind, { one: string; many: string }>;

const availability = {
  "in-use": "In use",
  ready: "Ready",
  "to-verify": "To verify",
  blocked: "Blocked",
  unknown: "Unknown",
} as const satisfies Record<Availability, string>;

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
  manual: "By hand",
  remote: "From outside",
  on: "On",
  none: "None",
  other: "Other",
  enabled: "Enabled",
  disabled: "Disabled",
  calibration: "Calibrating",
  adult: "Adult",
  paediatric: "Paediatric",
  neonatal: "Neonatal",
  invasive: "Invasive",
  "non-invasive": "Non-invasive",
  "assist-control": "Assist/control",
  "controlled-mandatory": "Controlled mandatory",
  simv: "SIMV",
  spontaneous: "Spontaneous",
  bilevel: "Bilevel",
  aprv: "APRV",
  "mandatory-minute-volume": "Mandatory minute volume",
  "pressure-control": "Pressure control",
  "pressure-support": "Pressure support",
  "high-frequency": "High frequency",
  "manual-spontaneous": "Manual or spontaneous",
  "oxygen-therapy": "Oxygen therapy",
  "volume-control": "Volume control",
  "volume-control-plus": "Volume control plus",
  "tube-compensation": "Tube compensation",
  "volume-support": "Volume support",
  "proportional-assist": "Proportional assist",
  flow: "Flow",
  pressure: "Pressure",
  square: "Square",
  ramp: "Ramp",
  "inspiratory-time": "Inspiratory time",
  "ie-ratio": "I:E ratio",
  "expiratory-time": "Expiratory time",
  endotracheal: "Endotracheal",
  tracheostomy: "Tracheostomy",
  "non-heated-expiratory": "Expiratory hose not heated",
  "heated-expiratory": "Expiratory hose heated",
  hme: "Heat and moisture exchanger",
  functional: "Functional",
  "conditionally-functional": "Conditionally functional",
  "non-functional": "Not functional",
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
  "/h": "/h",
  "/min/L": "/min/L",
  mm: "mm",
  mL: "mL",
  L: "L",
  "L/min": "L/min",
  "mL/min": "mL/min",
  "cm[H2O]": "cmH₂O",
  "mL/cm[H2O]": "mL/cmH₂O",
  "cm[H2O].s/L": "cmH₂O·s/L",
  "cm[H2O]/L": "cmH₂O/L",
  kPa: "kPa",
  hPa: "hPa",
  Cel: "°C",
  K: "K",
  J: "J",
  "J/L": "J/L",
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

const BOUND = "A person told which one it is; after a break a scan or its own counters have to say so again.";
const identity = {
  self: {
    yes: "It states its own serial number, and that is the registered one.",
    no: "It states a serial number that is not the registered one. This may be another device.",
    untold: "It can state its own serial number, but has not done so yet.",
  },
  type: {
    yes: `It states make and model only, and they agree. ${BOUND}`,
    no: "The make or model that it states is not the registered one. This may be another device.",
    untold: `It can state make and model only. ${BOUND}`,
  },
  none: {
    yes: `It says nothing of itself on the wire. ${BOUND}`,
    no: "What stands on the wire is not the registered device. This may be another device.",
    untold: `It says nothing of itself on the wire. ${BOUND}`,
  },
} as const satisfies Record<IdentityStrength, Record<"yes" | "no" | "untold", string>>;
const identityConflict = "Two gateways hear a device of this serial number at the same time.";
const identityUnconfirmed = "After a break nobody has confirmed that what answers in its place is this device.";

const evidence = {
  "vendor-document": "From the maker's own document",
  "field-capture": "From captures of real devices",
  inferred: "Inferred, not confirmed by the maker",
  synthetic: "Synthetic: made for this simulation, no real device speaks it",
  none: "No evidence stated",
} as const satisfies Record<EvidenceLevel, string>;

/** Whether the profile was written for the device's software; `version` is the one that the wire or the registry tells. */
const firmware = {
  verified: { word: "Verified", says: () => "The profile was written for this version." },
  unverified: {
    word: "Unverified",
    says: (version) =>
      version === null
        ? "The device can tell its version and has not. Until it does, its readings may not mean what they seem to, and it never counts as ready."
        : "The profile was not written for this version. Its readings may not mean what they seem to, and it never counts as ready.",
  },
  "not-told": {
    word: "Not told",
    says: (version) =>
      version === null
        ? "Neither the device nor the registry tells the version, so nobody can say whether the profile was written for it."
        : "Without a profile nobody can say what this version means.",
  },
} as const satisfies Record<FirmwareVerdict, { word: string; says: (version: string | null) => string }>;

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

const gatewayLink = { online: "Online", offline: "Offline", unknown: "Not known" } as const satisfies Record<
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
  metric: metricWords,
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
  hold: holdWords,
  identity,
  identityUnconfirmed,
  identityConflict,
  evidence,
  firmware,
  notice,
  fact,
  factSource,
} as const;
