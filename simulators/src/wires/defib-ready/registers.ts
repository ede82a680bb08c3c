import type { Defibrillator } from "../../devices/defibrillator.ts";
import { SELF_TESTS } from "../../devices/defibrillator.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import type { ModbusUnit } from "../modbus/modbus-wire.ts";
import { tableOf } from "../modbus/tables.ts";

/** DEFIB-READY/1, the Modbus map. Source: fact sheet defibrillator-readiness.md, section 4 (synthetic, no vendor's). */
export const INPUT_REGISTER_COUNT = 16;
/** Nine have a meaning; 9 to 11 read as 0, as in the sheet's example. */
export const DISCRETE_INPUT_COUNT = 12;

const PROFILE_VERSION = 0x0100;
const LOW_BATTERY_PCT = 20;

/** An unsigned 16-bit register; what is below 0 or above 65535 stands at the end of the scale. */
const uint16 = (value: number): number => Math.min(Math.max(Math.round(value), 0), 0xffff);

/** Input registers 0 to 15. `firmwareBuild` is the build number that register 15 carries. */
export function inputRegisters(body: Defibrillator, firmwareBuild: number): number[] {
  const { gauges } = body;
  const verdict = SELF_TESTS.reduce((bits, test, bit) => bits | (gauges.read(test) >= 0.5 ? 1 << bit : 0), 0);
  return [
    PROFILE_VERSION,
    gauges.read("readinessIndicator"),
    verdict,
    Math.floor(gauges.read("selfTestAgeH")),
    gauges.read("testEnergySetJ") * 10,
    gauges.read("testEnergyDeliveredJ") * 10,
    gauges.read("chargeTimeS") * 10,
    gauges.read("batteryChargePct"),
    gauges.read("batteryHealthPct"),
    gauges.read("batteryCycleCount"),
    Math.floor(gauges.read("batteryAgeMonths")),
    gauges.read("capacitorChargeCount"),
    gauges.read("padsImpedanceOhm"),
    Math.floor(gauges.read("padsExpiryD")),
    Math.floor(gauges.read("operatingTimeH")),
    firmwareBuild,
  ].map(uint16);
}

/** Discrete inputs 0 to 11. */
export function discreteInputs(body: Defibrillator): boolean[] {
  const { gauges, duty } = body;
  const is = (value: number): boolean => value >= 0.5;
  return [
    is(gauges.read("mainsPresent")),
    is(gauges.read("onCharger")),
    duty.state === "in-use",
    is(gauges.read("docked")),
    is(gauges.read("technicalAlarm")),
    gauges.read("batteryChargePct") < LOW_BATTERY_PCT,
    is(gauges.read("serviceDue")),
    duty.state === "self-test",
    is(gauges.read("reportPending")),
    false,
    false,
    false,
  ];
}

/** A defibrillator on a Modbus line; switched off it says nothing. */
export function defibrillatorUnit(device: SimulatedDevice<Defibrillator>): ModbusUnit {
  const { body, entry } = device;
  const build = Number(entry.firmware);
  const tables = () => ({
    inputRegisters: tableOf(inputRegisters(body, build)),
    discreteInputs: tableOf(discreteInputs(body)),
  });
  return { device, tables: () => (body.duty.state === "off" ? null : tables()) };
}
