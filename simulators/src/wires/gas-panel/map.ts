import type { BodyState } from "../../devices/duty-cycle.ts";
import type { GasPanel } from "../../devices/gas-panel.ts";
import { GAS_ALARMS } from "../../devices/gas-panel.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import type { ModbusUnit } from "../modbus/modbus-wire.ts";
import type { ModbusTables } from "../modbus/tables.ts";
import { tableOf } from "../modbus/tables.ts";

/** The map of the synthetic gas panel, layout 2. Source: GAS-LAYOUT.md of the medical gas catalogue (no vendor's). */
const LAYOUT = 0x0200;
const STATE_CODES = { off: 1, standby: 2, "in-use": 3, "self-test": 4 } as const satisfies Record<BodyState, number>;

/** An unsigned register; what is below 0 or above 65535 stands at the end of the scale. */
const uint16 = (value: number): number => Math.min(Math.max(Math.round(value), 0), 0xffff);
/** A signed register, as two's complement. */
const int16 = (value: number): number => Math.min(Math.max(Math.round(value), -0x8000), 0x7fff) & 0xffff;

/** The two words of a number of 32 bits, the high one first. */
function words(write: (bytes: Buffer) => void): [high: number, low: number] {
  const bytes = Buffer.alloc(4);
  write(bytes);
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
}
const uint32 = (value: number) =>
  words((bytes) => bytes.writeUInt32BE(Math.min(Math.max(Math.round(value), 0), 0xffff_ffff)));
const float = (value: number) => words((bytes) => bytes.writeFloatBE(value));

/** All that a panel holds. `firmwareBuild` is the build number that input register 1 carries. */
export function gasPanelTables({ gauges, duty }: GasPanel, firmwareBuild: number): Required<ModbusTables> {
  const isSet = (metric: Parameters<typeof gauges.read>[0]): boolean => gauges.read(metric) >= 0.5;
  const [runHigh, runLow] = uint32(gauges.read("compressorRunTimeH") * 10);
  const [startsHigh, startsLow] = uint32(gauges.read("compressorStartCount"));
  const [flowHigh, flowLow] = float(gauges.read("oxygenFlowLPerMin"));
  return {
    coils: tableOf([isSet("alarmAudioPaused")]),
    discreteInputs: tableOf([isSet("mainsPresent"), ...GAS_ALARMS.map(isSet), isSet("serviceDue")]),
    holdingRegisters: new Map([
      [100, uint16(gauges.read("oxygenPressureHighLimitKPa") * 10)],
      [101, uint16(gauges.read("oxygenPressureLowLimitKPa") * 10)],
    ]),
    inputRegisters: new Map([
      [0, LAYOUT],
      [1, uint16(firmwareBuild)],
      [2, STATE_CODES[duty.state]],
      [10, uint16(gauges.read("oxygenLinePressureKPa") * 10)],
      [11, uint16(gauges.read("airLinePressureKPa") * 10)],
      [12, int16(gauges.read("vacuumPressureKPa") * 10)],
      [13, uint16(gauges.read("primarySourcePressureKPa"))],
      [14, uint16(gauges.read("reserveSourcePressureKPa"))],
      [15, int16(gauges.read("airDewPointCel") * 10)],
      // The layout sets the run time apart: its low word comes first.
      [40, runLow],
      [41, runHigh],
      [42, startsHigh],
      [43, startsLow],
      [44, flowHigh],
      [45, flowLow],
    ]),
  };
}

/** A gas panel on a Modbus line. Out of operation, it says so itself. */
export function gasPanelUnit(device: SimulatedDevice<GasPanel>): ModbusUnit {
  const build = Number(device.entry.firmware);
  return { device, tables: () => gasPanelTables(device.body, build) };
}
