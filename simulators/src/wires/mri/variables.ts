import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { StatusCodes } from "node-opcua-status-code";
import { DataType } from "node-opcua-variant";
import type { BodyState } from "../../devices/duty-cycle.ts";
import type { Mri } from "../../devices/mri.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import type { NodeValue } from "../opc-ua/node-value.ts";
import type { ParameterName } from "./parameter-names.ts";
import { PARAMETER_NAMES } from "./parameter-names.ts";

/** OPC UA layout 1 of the synthetic scanner. Source: MRI-LAYOUT.md of the imaging catalogue; OPC 10000-100 for the rest. */
export const NAMESPACE_URI = "urn:wardtwin:synthetic:mri:1";
export const DI_NAMESPACE_URI = "http://opcfoundation.org/UA/DI/";

export type Scanner = SimulatedDevice<Mri>;

interface Told {
  dataType: DataType;
  read(scanner: Scanner, nowMs: number): NonNullable<NodeValue["value"]>;
}

export interface ScannerVariable extends Told {
  name: string;
  /** A property of the device, its health, or one of its parameters; the last alone are named in our namespace. */
  place: "nameplate" | "health" | "parameters";
}

const STATE_CODES = { off: 1, standby: 2, "in-use": 3, "self-test": 4 } as const satisfies Record<BodyState, number>;
const MS_PER_MIN = 60_000;

/** A number as the scanner shows it, with so many decimals. */
const double = (metric: MetricName, decimals: number): Told => ({
  dataType: DataType.Double,
  read: ({ body }) => Number(body.gauges.read(metric).toFixed(decimals)),
});
const flag = (metric: MetricName): Told => ({
  dataType: DataType.Boolean,
  read: ({ body }) => body.gauges.read(metric) >= 0.5,
});
const text = (read: Told["read"]): Told => ({ dataType: DataType.String, read });

/** What a DeviceType must have; the layout lists the first four. */
const NAMEPLATE: Readonly<Record<string, Told>> = {
  Manufacturer: { dataType: DataType.LocalizedText, read: ({ entry }) => entry.manufacturer },
  Model: { dataType: DataType.LocalizedText, read: ({ entry }) => entry.model },
  SerialNumber: text(({ entry, faults }) => faults.state.otherScannerSerial ?? entry.serial),
  SoftwareRevision: text(({ entry }) => entry.firmware),
  HardwareRevision: text(() => "1"),
  DeviceRevision: text(() => "1"),
  DeviceManual: text(() => ""),
  // It does not count its revisions.
  RevisionCounter: { dataType: DataType.Int32, read: () => -1 },
};

const HEALTH: Told = { dataType: DataType.Int32, read: ({ body }) => Math.round(body.gauges.read("deviceHealth")) };

const PARAMETERS: Readonly<Record<ParameterName, Told>> = {
  ScannerState: { dataType: DataType.Int32, read: ({ body }) => STATE_CODES[body.duty.state] },
  ColdHeadTemperature: double("coldHeadTemperatureK", 2),
  ColdHeadRunTime: double("coldHeadRunTimeH", 2),
  HeliumLevel: double("heliumLevelPct", 1),
  HeliumPressure: double("heliumPressureKPa", 1),
  CompressorRunTime: double("compressorRunTimeH", 2),
  ChillerSupplyTemperature: double("chillerSupplyTemperatureCel", 1),
  ChillerFlow: double("chillerFlowLPerMin", 1),
  ExaminationCount: {
    dataType: DataType.UInt32,
    read: ({ body }) => Math.round(body.gauges.read("examinationCount")),
  },
  MagnetAtField: flag("magnetAtField"),
  MainsPresent: flag("mainsPresent"),
  TechnicalAlarm: flag("technicalAlarm"),
  ChillerAlarm: flag("chillerAlarm"),
  ServerTime: {
    dataType: DataType.DateTime,
    read: ({ faults }, nowMs) => new Date(nowMs + faults.state.clockOffsetMin * MS_PER_MIN),
  },
};

/** Everything below a scanner. */
export const SCANNER_VARIABLES: readonly ScannerVariable[] = [
  ...Object.entries(NAMEPLATE).map(([name, told]) => ({ name, place: "nameplate", ...told }) as const),
  { name: "DeviceHealth", place: "health", ...HEALTH },
  ...PARAMETER_NAMES.map((name) => ({ name, place: "parameters", ...PARAMETERS[name] }) as const),
];

/**
 * The values of one scanner by variable name. One that is taken off its server, or does not answer it, is
 * BadNoCommunication throughout.
 * @param textOf the parameter that is told as a text, whatever the layout says, or null.
 */
export function scannerValues(scanner: Scanner, nowMs: number, textOf: string | null): Map<string, NodeValue> {
  const { plugged, silent } = scanner.faults.state;
  const isThere = plugged && !silent;
  const status = isThere ? StatusCodes.Good : StatusCodes.BadNoCommunication;
  return new Map(
    SCANNER_VARIABLES.map(({ name, dataType, read }) => {
      const value = isThere ? read(scanner, nowMs) : null;
      if (name !== textOf) return [name, { dataType, value, status }];
      return [name, { dataType: DataType.String, value: value === null ? null : String(value), status }];
    }),
  );
}
