import { AsenaProfile } from "./alaris-asena.ts";
import { DefibReadyProfile } from "./defib-ready-serial.ts";
import { MedibusProfile } from "./draeger-medibus.ts";
import { OrchestraProfile } from "./fresenius-orchestra.ts";
import { ModbusProfile } from "./modbus.ts";
import { OpcUaProfile } from "./opc-ua.ts";
import type { Polled } from "./profile.ts";
import { SndaProfile, SndfProfile } from "./puritan-bennett.ts";

/** A profile of any protocol, told apart by `protocol`. */
export type Profile =
  | SndfProfile
  | SndaProfile
  | AsenaProfile
  | OrchestraProfile
  | MedibusProfile
  | DefibReadyProfile
  | ModbusProfile
  | OpcUaProfile;
export type ProtocolName = Profile["protocol"];

/** The grammar of each protocol's profiles. */
export const PROFILE_SCHEMAS = {
  "puritan-bennett-sndf": SndfProfile,
  "puritan-bennett-snda": SndaProfile,
  "alaris-asena": AsenaProfile,
  "fresenius-orchestra": OrchestraProfile,
  "draeger-medibus": MedibusProfile,
  "defib-ready-serial": DefibReadyProfile,
  modbus: ModbusProfile,
  "opc-ua": OpcUaProfile,
} as const satisfies Record<ProtocolName, unknown>;
// The keys of a record of exactly these names.
export const PROTOCOL_NAMES = Object.keys(PROFILE_SCHEMAS) as readonly ProtocolName[];
export const isProtocolName = (name: unknown): name is ProtocolName =>
  typeof name === "string" && Object.hasOwn(PROFILE_SCHEMAS, name);

export type ProfileOf<Name extends ProtocolName> = Extract<Profile, { protocol: Name }>;

/** Declares a profile; a metric that names a poll which does not exist fails to compile. */
export const defineProfile = <const Poll extends string, const Name extends ProtocolName>(
  profile: ProfileOf<Name> & Polled<Poll> & { protocol: Name },
): ProfileOf<Name> => profile;
