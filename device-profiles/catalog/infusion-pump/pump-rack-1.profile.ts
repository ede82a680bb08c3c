import { defineProfile } from "../../src/profile/define-profile.ts";

const status = { poll: "slot" } as const;
/** Seconds for which a value counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;
/** The nearest published figures for a pump of no maker. */
const ECRI = "ECRI procedure 490, ambulatory infusion pumps";

/**
 * One slot of the synthetic pump rack, OPC UA node layout 1 (RACK-LAYOUT.md beside this file). The unit is the slot's number.
 *
 * Bedside pumps in a hospital do not speak OPC UA; the layout exists so that the OPC UA path is exercised end to end.
 */
export default defineProfile({
  id: "wardtwin-synthetic/pump-rack-1",
  revision: 2,
  kind: "infusion-pump",
  manufacturer: "Wardtwin (synthetic)",
  model: "Pump rack, layout 1",
  evidence: {
    level: "synthetic",
    note: "Invented by this project and spoken by its simulator alone. Bedside infusion pumps do not speak OPC UA.",
  },
  identity: "self",
  protocol: "opc-ua",
  polls: { slot: { everyMs: 2_000, staleAfterMs: 6_000, replyMs: 1_000 } },
  wire: {
    namespaceUri: "urn:wardtwin:synthetic:pump-rack:1",
    nodes: "string-id",
    samplingMs: 500,
    publishingMs: 1_000,
    occupied: "Slot{unit}.Occupied",
    identity: {
      manufacturer: "Slot{unit}.Manufacturer",
      model: "Slot{unit}.Model",
      serial: "Slot{unit}.SerialNumber",
      firmware: "Slot{unit}.SoftwareRevision",
    },
  },
  operatingState: {
    node: "Slot{unit}.OperatingState",
    states: { 0: "unknown", 1: "off", 2: "standby", 3: "in-use", 4: "self-test" },
  },
  metrics: {
    deviceHealth: { ...status, node: "Slot{unit}.DeviceHealth", type: "code" },
    infusionRateMlPerH: { ...status, node: "Slot{unit}.InfusionRate", type: "number", valid: [0, 1_500] },
    volumeInfusedMl: {
      ...status,
      node: "Slot{unit}.VolumeInfused",
      type: "number",
      valid: [0, 100_000],
      deadBand: 0.1,
    },
    linePressureMmHg: {
      ...status,
      node: "Slot{unit}.LinePressure",
      type: "number",
      valid: [-100, 1_500],
      deadBand: 2,
    },
    occlusionCount: { ...status, node: "Slot{unit}.OcclusionCount", type: "number", valid: [0, 4_294_967_295] },
    batteryChargePct: {
      ...status,
      node: "Slot{unit}.BatteryCharge",
      type: "number",
      valid: [0, 100],
      deadBand: 0.5,
    },
    mainsPresent: { ...status, node: "Slot{unit}.MainsPresent", type: "boolean" },
    motorRunTimeH: {
      ...status,
      node: "Slot{unit}.MotorRunTime",
      type: "number",
      valid: [0, 1_000_000],
      deadBand: 0.01,
    },
    technicalAlarm: { ...status, node: "Slot{unit}.TechnicalAlarm", type: "boolean" },
  },
  notKnown: [
    "How long a pump mechanism or a battery lasts: no life is given, only what each has run.",
    "Flow as delivered: the layout tells the pump's own word, and an analyser alone shows whether it is true.",
    "The rack itself: its nameplate is in the layout and is not read.",
  ],
  fingerprint: [],
  firmware: { onWire: true, from: null, to: null },
  parts: [
    {
      id: "pump-mechanism",
      name: "Pump mechanism",
      usage: { metric: "motorRunTimeH" },
      life: null,
      // A mechanism that wears infuses too much or too little (recall FDA Z-0971-2018), which no value of the layout shows.
      shownBy: [],
      ownSerial: false,
    },
    {
      id: "pressure-sensor",
      name: "Line pressure sensor",
      usage: { clock: "in-use" },
      life: null,
      shownBy: ["occlusionCount"],
      ownSerial: false,
    },
    {
      id: "battery",
      name: "Battery",
      usage: { clock: "calendar" },
      life: null,
      shownBy: ["batteryChargePct"],
      ownSerial: false,
    },
  ],
  calibrated: [
    {
      id: "flow-rate",
      name: "Flow rate, delivered",
      ucum: "mL/h",
      set: "infusionRateMlPerH",
      delivered: null,
      tolerance: { rule: "sum", relative: 0.05, absolute: 0, source: `${ECRI}: flow within 5 %` },
      interval: { value: 12, ucum: "mo", source: `${ECRI}: every 12 months` },
    },
  ],
  maintenance: [
    {
      id: "inspection",
      name: "Inspection with flow and occlusion test",
      every: [{ value: 12, ucum: "mo", source: `${ECRI}: every 12 months` }],
    },
  ],
  residuals: [],
  readiness: [
    {
      metric: "deviceHealth",
      freshForS: FRESH_S,
      expect: { words: ["normal"] },
      hold: "fault",
      source: "Rack layout 1, DeviceHealth (OPC 10000-100)",
    },
    {
      metric: "technicalAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "Rack layout 1, TechnicalAlarm",
    },
    {
      metric: "batteryChargePct",
      freshForS: FRESH_S,
      expect: { min: 20 },
      hold: "battery",
      source: "Site policy: enough charge for a move between wards",
    },
  ],
});
