import { defineProfile } from "../../src/profile/define-profile.ts";

const status = { poll: "status" } as const;
/** Seconds for which a value counts as known: four heartbeats of the gateway. */
const FRESH_S = 120;
const HOURS_MAX = 1_000_000;

/**
 * The synthetic MRI scanner, OPC UA layout 1 (MRI-LAYOUT.md beside this file). The unit is the BrowseName of the scanner in
 * the server's DeviceSet.
 *
 * It follows OPC 10000-100 (Devices), which real imaging and plant equipment can speak, and tells what keeps a magnet cold
 * and a scanner ready. Nothing of an examination or of a person is in the layout.
 */
export default defineProfile({
  id: "wardtwin-synthetic/mri-1",
  revision: 1,
  kind: "imaging",
  manufacturer: "Wardtwin (synthetic)",
  model: "MRI scanner, layout 1",
  evidence: {
    level: "synthetic",
    note: "Invented by this project by the pattern of OPC 10000-100 and spoken by its simulator alone. No maker's scanner speaks it.",
  },
  notKnown: [
    "How long a cold head, a compressor or a chiller lasts: no life is given, only what each has run and how it does.",
    "Planned maintenance: imaging equipment is kept by its maker's schedule, for which the Joint Commission (EC.02.04.01) allows no alternative, and a synthetic scanner has none.",
    "Image quality: the verdict of a scan of the quality assurance phantom is not told.",
    "Gradients, radio frequency, coils and table: the layout ends at the magnet, its cooling and the state of the scanner.",
  ],
  identity: "self",
  fingerprint: [],
  firmware: { onWire: true, from: null, to: null },
  protocol: "opc-ua",
  polls: { status: { everyMs: 5_000, staleAfterMs: 15_000, replyMs: 2_000 } },
  wire: {
    namespaceUri: "urn:wardtwin:synthetic:mri:1",
    nodes: "device-set",
    samplingMs: 500,
    publishingMs: 1_000,
    identity: {
      manufacturer: "DI:Manufacturer",
      model: "DI:Model",
      serial: "DI:SerialNumber",
      firmware: "DI:SoftwareRevision",
    },
  },
  operatingState: {
    node: "DI:ParameterSet/ScannerState",
    states: { 0: "unknown", 1: "off", 2: "standby", 3: "in-use", 4: "self-test" },
  },
  metrics: {
    deviceHealth: { ...status, node: "DI:DeviceHealth", type: "code" },
    technicalAlarm: { ...status, node: "DI:ParameterSet/TechnicalAlarm", type: "boolean" },
    mainsPresent: { ...status, node: "DI:ParameterSet/MainsPresent", type: "boolean" },
    deviceClockOffsetS: { ...status, node: "DI:ParameterSet/ServerTime", type: "clock", deadBand: 2 },
    magnetAtField: { ...status, node: "DI:ParameterSet/MagnetAtField", type: "boolean" },
    coldHeadTemperatureK: {
      ...status,
      node: "DI:ParameterSet/ColdHeadTemperature",
      type: "number",
      valid: [1, 330],
      deadBand: 0.02,
    },
    coldHeadRunTimeH: {
      ...status,
      node: "DI:ParameterSet/ColdHeadRunTime",
      type: "number",
      valid: [0, HOURS_MAX],
      deadBand: 0.1,
    },
    heliumLevelPct: {
      ...status,
      node: "DI:ParameterSet/HeliumLevel",
      type: "number",
      valid: [0, 100],
      deadBand: 0.1,
    },
    heliumPressureKPa: {
      ...status,
      node: "DI:ParameterSet/HeliumPressure",
      type: "number",
      valid: [-100, 1_000],
      deadBand: 0.1,
    },
    compressorRunTimeH: {
      ...status,
      node: "DI:ParameterSet/CompressorRunTime",
      type: "number",
      valid: [0, HOURS_MAX],
      deadBand: 0.1,
    },
    chillerSupplyTemperatureCel: {
      ...status,
      node: "DI:ParameterSet/ChillerSupplyTemperature",
      type: "number",
      valid: [-20, 100],
      deadBand: 0.1,
    },
    chillerFlowLPerMin: {
      ...status,
      node: "DI:ParameterSet/ChillerFlow",
      type: "number",
      valid: [0, 1_000],
      deadBand: 0.2,
    },
    chillerAlarm: { ...status, node: "DI:ParameterSet/ChillerAlarm", type: "boolean" },
    examinationCount: {
      ...status,
      node: "DI:ParameterSet/ExaminationCount",
      type: "number",
      valid: [0, 4_294_967_295],
    },
  },
  parts: [
    {
      id: "cold-head",
      name: "Cold head",
      usage: { metric: "coldHeadRunTimeH" },
      life: null,
      shownBy: ["coldHeadTemperatureK", "heliumPressureKPa", "heliumLevelPct"],
      ownSerial: false,
    },
    {
      id: "compressor",
      name: "Helium compressor",
      usage: { metric: "compressorRunTimeH" },
      life: null,
      shownBy: ["coldHeadTemperatureK"],
      ownSerial: false,
    },
    {
      id: "chiller",
      name: "Chiller",
      usage: { clock: "powered" },
      life: null,
      shownBy: ["chillerSupplyTemperatureCel", "chillerFlowLPerMin", "chillerAlarm"],
      ownSerial: false,
    },
  ],
  calibrated: [],
  maintenance: [],
  residuals: [],
  readiness: [
    {
      metric: "deviceHealth",
      freshForS: FRESH_S,
      expect: { words: ["normal"] },
      hold: "fault",
      source: "MRI layout 1, DeviceHealth (OPC 10000-100, NAMUR NE 107)",
    },
    {
      metric: "technicalAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "MRI layout 1, TechnicalAlarm",
    },
    {
      metric: "magnetAtField",
      freshForS: FRESH_S,
      expect: { words: ["yes"] },
      hold: "fault",
      source: "MRI layout 1, MagnetAtField: the magnet is ramped up",
    },
    {
      metric: "coldHeadTemperatureK",
      freshForS: FRESH_S,
      expect: { min: 3.8, max: 4.5 },
      hold: "fault",
      source: "MRI layout 1, ColdHeadTemperature: normal 3.8 to 4.5 K",
    },
    {
      metric: "chillerAlarm",
      freshForS: FRESH_S,
      expect: { words: ["clear"] },
      hold: "fault",
      source: "MRI layout 1, ChillerAlarm: the chiller has not tripped",
    },
    {
      metric: "mainsPresent",
      freshForS: FRESH_S,
      expect: { words: ["yes"] },
      hold: "fault",
      source: "MRI layout 1, MainsPresent: supplied from the mains",
    },
  ],
});
