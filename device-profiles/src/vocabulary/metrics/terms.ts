/**
 * What is said of every metric. `ucum` is the UCUM form of the unit that stands last in its name, and `refId` and `code` its
 * IEEE 11073-10101 term (32-bit: partition * 65536 + term), null where none is confirmed.
 *
 * A coded metric travels as the index of its word in `codes`; index 0 is always the calm or the unknown word.
 */
export interface MetricTerm {
  readonly refId: string | null;
  readonly code: number | null;
  /** UCUM unit of a quantity; "1" where it is a bare count or a code. */
  readonly ucum: string;
  /** Whose property it is: a `patient-derived` value is never shown in lists, ward views or shadows. */
  readonly origin: "device" | "patient-derived";
  readonly category: "measurement" | "setting" | "status" | "counter";
  readonly codes?: readonly string[];
}

const none = { refId: null, code: null } as const;
const status = { ...none, ucum: "1", origin: "device", category: "status" } as const;

/** An alarm of the device about itself. No clinical alarm is in this vocabulary: those leave a gateway as counts per hour. */
export const alarm = { ...status, codes: ["clear", "active"] } as const;
export const check = { ...status, codes: ["pass", "fail"] } as const;
export const flag = { ...status, codes: ["no", "yes"] } as const;
export const word = <const Words extends readonly [string, ...string[]]>(...codes: Words) =>
  ({ ...status, codes }) as const;

export const ofDevice = { origin: "device", category: "measurement" } as const;
export const ofPatient = { origin: "patient-derived", category: "measurement" } as const;
export const measured = <const Ucum extends string>(ucum: Ucum) => ({ ...none, ucum, ...ofDevice }) as const;
export const measuredOnPatient = <const Ucum extends string>(ucum: Ucum) => ({ ...none, ucum, ...ofPatient }) as const;
export const setting = <const Ucum extends string>(ucum: Ucum) =>
  ({ ...none, ucum, origin: "device", category: "setting" }) as const;
/** A setting that is one of a list of words; the first is the word for "not told". */
export const choice = <const Words extends readonly [string, ...string[]]>(...codes: Words) =>
  ({ ...none, ucum: "1", origin: "device", category: "setting", codes }) as const;
export const counter = <const Ucum extends string>(ucum: Ucum) =>
  ({ ...none, ucum, origin: "device", category: "counter" }) as const;
