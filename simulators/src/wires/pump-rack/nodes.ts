import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { StatusCodes } from "node-opcua-status-code";
import { DataType } from "node-opcua-variant";
import type { BodyState } from "../../devices/duty-cycle.ts";
import type { InfusionPump } from "../../devices/infusion-pump.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import type { NodeValue } from "../opc-ua/node-value.ts";

/** OPC UA node layout 1 of the synthetic pump rack. Source: RACK-LAYOUT.md of the infusion-pump catalogue. */
export const NAMESPACE_URI = "urn:wardtwin:synthetic:pump-rack:1";

export type Pump = SimulatedDevice<InfusionPump>;

const STATE_CODES = { off: 1, standby: 2, "in-use": 3, "self-test": 4 } as const satisfies Record<BodyState, number>;

interface SlotVariable {
  name: string;
  dataType: DataType;
  read(pump: Pump): string | number | boolean;
}

/** Reads a gauge as the pump shows it, with so many decimals. */
const gauge =
  (metric: MetricName, decimals: number) =>
  (pump: Pump): number =>
    Number(pump.body.gauges.read(metric).toFixed(decimals));
const flag =
  (metric: MetricName) =>
  (pump: Pump): boolean =>
    pump.body.gauges.read(metric) >= 0.5;
const rateMlPerH = gauge("infusionRateMlPerH", 1);

/** Everything below a slot but `Occupied`, in the order of the layout. */
export const SLOT_VARIABLES: readonly SlotVariable[] = [
  { name: "Manufacturer", dataType: DataType.String, read: (pump) => pump.entry.manufacturer },
  { name: "Model", dataType: DataType.String, read: (pump) => pump.entry.model },
  { name: "SerialNumber", dataType: DataType.String, read: (pump) => pump.entry.serial },
  { name: "SoftwareRevision", dataType: DataType.String, read: (pump) => pump.entry.firmware },
  { name: "DeviceHealth", dataType: DataType.Int32, read: gauge("deviceHealth", 0) },
  { name: "OperatingState", dataType: DataType.Int32, read: (pump) => STATE_CODES[pump.body.duty.state] },
  {
    name: "InfusionRate",
    dataType: DataType.Double,
    read: (pump) => (pump.body.duty.state === "in-use" ? rateMlPerH(pump) : 0),
  },
  { name: "VolumeInfused", dataType: DataType.Double, read: gauge("volumeInfusedMl", 1) },
  { name: "LinePressure", dataType: DataType.Double, read: gauge("linePressureMmHg", 0) },
  { name: "OcclusionCount", dataType: DataType.UInt32, read: gauge("occlusionCount", 0) },
  { name: "BatteryCharge", dataType: DataType.Double, read: gauge("batteryChargePct", 0) },
  { name: "MainsPresent", dataType: DataType.Boolean, read: flag("mainsPresent") },
  { name: "MotorRunTime", dataType: DataType.Double, read: gauge("motorRunTimeH", 2) },
  { name: "TechnicalAlarm", dataType: DataType.Boolean, read: flag("technicalAlarm") },
];

/**
 * The values of one slot by variable name, `Occupied` first. An empty slot or a pump taken out is BadNoData; a pump that
 * sits in its slot and does not answer the rack is BadNoCommunication.
 */
export function slotValues(pump: Pump | undefined): Map<string, NodeValue> {
  const occupied = pump?.faults.state.plugged === true;
  const values = new Map<string, NodeValue>();
  values.set("Occupied", { dataType: DataType.Boolean, value: occupied, status: StatusCodes.Good });
  for (const { name, dataType, read } of SLOT_VARIABLES) {
    if (pump === undefined || !occupied) {
      values.set(name, { dataType, value: null, status: StatusCodes.BadNoData });
    } else if (pump.faults.state.silent) {
      values.set(name, { dataType, value: null, status: StatusCodes.BadNoCommunication });
    } else {
      values.set(name, { dataType, value: read(pump), status: StatusCodes.Good });
    }
  }
  return values;
}

/** The rack's own values by variable name. */
export function rackValues(serial: string, slotCount: number): Map<string, NodeValue> {
  const text = (value: string): NodeValue => ({ dataType: DataType.String, value, status: StatusCodes.Good });
  return new Map([
    ["Manufacturer", text("Wardtwin Synthetic")],
    ["Model", text("PR-8")],
    ["SerialNumber", text(serial)],
    ["SoftwareRevision", text("1.0.0")],
    ["SlotCount", { dataType: DataType.Byte, value: slotCount, status: StatusCodes.Good }],
  ]);
}
