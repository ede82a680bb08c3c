import { defineProfile } from "../../src/profile/define-profile.ts";

const input = { poll: "state", from: "discrete-input" } as const;
const trend = { poll: "trend", from: "input-register", type: "uint16" } as const;
const limit = { poll: "trend", from: "holding-register", type: "uint16", scale: 0.1 } as const;
/** Nothing below a perfect vacuum; above, what the register can hold. */
const GAUGE_KPA = [-101.4, 3_276.7] as const;
/** Nothing below absolute zero; above, what the register can hold. */
const DEW_POINT_CEL = [-273.15, 3_276.7] as const;
const FRESH_S = 120;
const LAYOUT = "Synthetic gas panel, layout 2";
const POLICY = "Site policy as shipped, to be replaced by the maker's figure";

/** Discrete inputs that have to be clear, each with its number. */
const ALARMS = {
  oxygenPressureHighAlarm: 1,
  oxygenPressureLowAlarm: 2,
  airPressureLowAlarm: 3,
  vacuumLowAlarm: 4,
  primarySourceEmptyAlarm: 5,
  reserveSourceLowAlarm: 6,
  plantFaultAlarm: 7,
} as const;

const clear = (metric: keyof typeof ALARMS) =>
  ({
    metric,
    freshForS: FRESH_S,
    expect: { words: ["clear"] },
    hold: "fault",
    source: `${LAYOUT}, discrete input ${ALARMS[metric]}`,
  }) as const;

const normal = (
  metric: "oxygenLinePressureKPa" | "airLinePressureKPa" | "vacuumPressureKPa" | "airDewPointCel",
  expect: { min?: number; max: number },
) => ({ metric, freshForS: FRESH_S, expect, hold: "fault", source: `${LAYOUT}: what is normal` }) as const;

/**
 * A medical gas panel over Modbus, layout 2 (GAS-LAYOUT.md beside this file): state and alarms every 2 s, pressures, plant
 * and limits every 10 s.
 *
 * A synthetic device of this project. Valid ranges are what physics and the registers allow; they are no limits of a supply.
 */
export default defineProfile({
  id: "wardtwin-synthetic/gas-panel-2",
  revision: 1,
  kind: "medical-gas",
  manufacturer: "Wardtwin (synthetic)",
  model: "Gas panel, layout 2",
  evidence: {
    level: "synthetic",
    note: "Invented by this project and spoken by its simulator alone. Gas panels with a Modbus interface are common in hospitals; each maker's map is its own.",
  },
  notKnown: [
    "Who the panel is: no register carries a serial number, so that a person binds it to its line and unit, and confirms it after a break.",
    "Which zone of the pipeline it watches.",
    "What its plant is fit for: the map has no self-test whose verdict it would tell.",
  ],
  identity: "none",
  fingerprint: ["compressorRunTimeH", "compressorStartCount"],
  firmware: { onWire: true, from: null, to: null },
  protocol: "modbus",
  polls: {
    state: { everyMs: 2_000, staleAfterMs: 6_000, replyMs: 800, priority: 0 },
    trend: { everyMs: 10_000, staleAfterMs: 30_000, replyMs: 800, priority: 1 },
  },
  wire: {
    serial: { baudRate: 19200, dataBits: 8, parity: "even", stopBits: 1, dtr: null, rts: null, hangUpOnClose: false },
    layout: { address: 0, value: 0x0200 },
    firmware: { address: 1, prefix: "build " },
    holes: [
      { table: "input-register", from: 3, to: 9 },
      { table: "input-register", from: 16, to: 39 },
    ],
  },
  statePoll: "state",
  // A supply is in use while gas flows.
  operatingState: {
    inputRegister: 2,
    states: { 0: "unknown", 1: "off", 2: "standby", 3: "in-use", 4: "self-test" },
  },
  metrics: {
    mainsPresent: { ...input, address: 0 },
    oxygenPressureHighAlarm: { ...input, address: ALARMS.oxygenPressureHighAlarm },
    oxygenPressureLowAlarm: { ...input, address: ALARMS.oxygenPressureLowAlarm },
    airPressureLowAlarm: { ...input, address: ALARMS.airPressureLowAlarm },
    vacuumLowAlarm: { ...input, address: ALARMS.vacuumLowAlarm },
    primarySourceEmptyAlarm: { ...input, address: ALARMS.primarySourceEmptyAlarm },
    reserveSourceLowAlarm: { ...input, address: ALARMS.reserveSourceLowAlarm },
    plantFaultAlarm: { ...input, address: ALARMS.plantFaultAlarm },
    serviceDue: { ...input, address: 8 },
    alarmAudioPaused: { poll: "state", from: "coil", address: 0 },
    oxygenLinePressureKPa: { ...trend, address: 10, scale: 0.1, deadBand: 1 },
    airLinePressureKPa: { ...trend, address: 11, scale: 0.1, deadBand: 1 },
    vacuumPressureKPa: { ...trend, address: 12, type: "int16", scale: 0.1, valid: GAUGE_KPA, deadBand: 0.5 },
    primarySourcePressureKPa: { ...trend, address: 13, deadBand: 5 },
    reserveSourcePressureKPa: { ...trend, address: 14, deadBand: 5 },
    airDewPointCel: { ...trend, address: 15, type: "int16", scale: 0.1, valid: DEW_POINT_CEL, deadBand: 0.5 },
    compressorRunTimeH: { ...trend, address: 40, type: "uint32", wordOrder: "low-first", scale: 0.1 },
    compressorStartCount: { ...trend, address: 42, type: "uint32", wordOrder: "high-first" },
    oxygenFlowLPerMin: { ...trend, address: 44, type: "float32", wordOrder: "high-first", deadBand: 0.5 },
    oxygenPressureHighLimitKPa: { ...limit, address: 100 },
    oxygenPressureLowLimitKPa: { ...limit, address: 101 },
  },
  parts: [
    {
      id: "compressor",
      name: "Compressor of medical air",
      usage: { metric: "compressorRunTimeH" },
      life: null,
      shownBy: [],
      ownSerial: false,
    },
    {
      id: "air-dryer",
      name: "Dryer of medical air",
      usage: { metric: "compressorRunTimeH" },
      life: null,
      shownBy: ["airDewPointCel"],
      ownSerial: false,
    },
  ],
  calibrated: [],
  maintenance: [
    {
      id: "inspection",
      name: "Inspection of panel and plant, with a test of every alarm",
      every: [{ value: 12, ucum: "mo", source: `${POLICY}: every 12 months` }],
    },
  ],
  residuals: [],
  readiness: [
    clear("oxygenPressureHighAlarm"),
    clear("oxygenPressureLowAlarm"),
    clear("airPressureLowAlarm"),
    clear("vacuumLowAlarm"),
    clear("primarySourceEmptyAlarm"),
    clear("reserveSourceLowAlarm"),
    clear("plantFaultAlarm"),
    {
      metric: "mainsPresent",
      freshForS: FRESH_S,
      expect: { words: ["yes"] },
      hold: "fault",
      source: `${LAYOUT}, discrete input 0`,
    },
    normal("oxygenLinePressureKPa", { min: 400, max: 500 }),
    normal("airLinePressureKPa", { min: 400, max: 500 }),
    normal("vacuumPressureKPa", { min: -60, max: -40 }),
    normal("airDewPointCel", { max: -46 }),
  ],
});
