import { defineProfile } from "../../src/profile/define-profile.ts";

const status = { poll: "slot" } as const;
const FRESH_S = 120;

/**
 * One slot of the synthetic pump rack, OPC UA node layout 1 (RACK-LAYOUT.md beside this file). The unit is the slot's number.
 *
 * Bedside pumps in a hospital do not speak OPC UA; the layout exists so that the OPC UA path is exercised end to end.
 */
export default defineProfile({
  id: "wardtwin-synthetic/pump-rack-1",
  revision: 1,
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
  notKnown: [],
  fingerprint: [],
  firmware: { onWire: true, from: null, to: null },
  parts: [],
  calibrated: [],
  maintenance: [],
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
