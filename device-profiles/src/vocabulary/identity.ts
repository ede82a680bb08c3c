/**
 * How strongly a device names itself on its wire: `self` the frame carries its serial number; `type` make and model only;
 * `none` nothing, so that a person binds it to a line and a unit.
 */
export const IDENTITY_STRENGTHS = ["self", "type", "none"] as const;
export type IdentityStrength = (typeof IDENTITY_STRENGTHS)[number];

/** What a device says of itself. A field is absent when the wire does not carry it; never a guess. */
export interface DeviceIdentity {
  manufacturer?: string;
  model?: string;
  serial?: string;
  firmware?: string;
}

/** The key under which a serial number is compared: upper case, letters and digits only. The original is kept beside it. */
export const normalisedSerial = (serial: string): string => serial.toUpperCase().replace(/[^A-Z0-9]/g, "");
