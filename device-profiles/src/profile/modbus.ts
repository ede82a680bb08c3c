import type { MetricName, OperatingState } from "../vocabulary/metrics.ts";
import type { MetricMapping, PollTiming, ProfileCore } from "./profile.ts";

/** A run of addresses that one request reads. Addresses are those of the protocol data unit, from 0. */
export interface AddressRange {
  address: number;
  count: number;
}

/** A number in an input register (FC04), high byte first. */
export interface ModbusNumber<Poll extends string = string> extends MetricMapping<Poll> {
  from: "input-register";
  address: number;
  type: "uint16" | "int16";
  /** Canonical unit for one unit of the register. */
  scale: number;
}

/** One bit of an input register; set means 1. Bit 0 is the least significant. */
export interface ModbusRegisterBit<Poll extends string = string> extends MetricMapping<Poll> {
  from: "input-register-bit";
  address: number;
  bit: number;
}

/** A discrete input (FC02). */
export interface ModbusInput<Poll extends string = string> extends MetricMapping<Poll> {
  from: "discrete-input";
  address: number;
}

export type ModbusMapping<Poll extends string = string> =
  | ModbusNumber<Poll>
  | ModbusRegisterBit<Poll>
  | ModbusInput<Poll>;

/** What one poll asks for: both tables, one request each, and the poll counts only when both answer. */
export interface ModbusPoll extends PollTiming {
  inputRegisters: AddressRange;
  discreteInputs: AddressRange;
  /** How long one request may take. */
  replyMs: number;
}

export interface ModbusProfile<Poll extends string = string> extends ProfileCore {
  protocol: "modbus";
  polls: Readonly<Record<Poll, ModbusPoll>>;
  wire: {
    /** A register that must hold this value, so that another device's map is never read as this one's. */
    layout: { address: number; value: number };
    /** The register that names the firmware, where one does. */
    firmware?: { address: number; prefix: string };
  };
  metrics: Readonly<Partial<Record<MetricName, ModbusMapping<NoInfer<Poll>>>>>;
  /** The first discrete input of the list that is set names the state. */
  operatingState: {
    firstSet: readonly { discreteInput: number; state: OperatingState }[];
    otherwise: OperatingState;
  };
}
