/**
 * The classes of equipment that Wardtwin looks after, with the IEEE 11073-10101 device code where the standard has one.
 * No public 11073 code for the others was found; it stays null until one is.
 */
export const DEVICE_KINDS = {
  ventilator: { refId: "MDC_DEV_SYS_PT_VENT_MDS", code: 70001 },
  "infusion-pump": { refId: "MDC_DEV_PUMP_INFUS_MDS", code: 69985 },
  defibrillator: { refId: null, code: null },
  imaging: { refId: null, code: null },
  /** A medical gas supply: panel, pipeline and plant. */
  "medical-gas": { refId: null, code: null },
} as const;

export type DeviceKind = keyof typeof DEVICE_KINDS;
export const DEVICE_KIND_NAMES = Object.keys(DEVICE_KINDS) as readonly DeviceKind[];
