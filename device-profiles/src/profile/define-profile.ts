import type { AsenaProfile } from "./alaris-asena.ts";
import type { ModbusProfile } from "./modbus.ts";
import type { OpcUaProfile } from "./opc-ua.ts";
import type { SndfProfile } from "./puritan-bennett-sndf.ts";

/** A profile of any protocol, told apart by `protocol`. */
export type Profile<Poll extends string = string> =
  | SndfProfile<Poll>
  | AsenaProfile<Poll>
  | ModbusProfile<Poll>
  | OpcUaProfile<Poll>;
export type ProtocolName = Profile["protocol"];
export const PROTOCOL_NAMES = [
  "puritan-bennett-sndf",
  "alaris-asena",
  "modbus",
  "opc-ua",
] as const satisfies readonly ProtocolName[];

/** Declares a Puritan Bennett profile; a metric that names a poll which does not exist fails to compile. */
export const defineSndfProfile = <const Poll extends string>(profile: SndfProfile<Poll>): SndfProfile => profile;
/** Declares an Alaris Asena profile; as above. */
export const defineAsenaProfile = <const Poll extends string>(profile: AsenaProfile<Poll>): AsenaProfile => profile;
/** Declares a Modbus profile; as above. */
export const defineModbusProfile = <const Poll extends string>(profile: ModbusProfile<Poll>): ModbusProfile => profile;
/** Declares an OPC UA profile; as above. */
export const defineOpcUaProfile = <const Poll extends string>(profile: OpcUaProfile<Poll>): OpcUaProfile => profile;
