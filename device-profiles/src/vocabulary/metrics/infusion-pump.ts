import { alarm, counter, type MetricTerm, measured, measuredOnPatient, ofPatient, word } from "./terms.ts";

export const INFUSION_PUMP_METRICS = {
  infusionRateMlPerH: measuredOnPatient("mL/h"),
  volumeInfusedMl: { refId: "MDC_VOL_INFUS_ACTUAL_TOTAL", code: 157948, ucum: "mL", ...ofPatient },
  linePressureMmHg: measuredOnPatient("mm[Hg]"),
  bolusRateMlPerH: measuredOnPatient("mL/h"),
  bolusVolumeMl: measuredOnPatient("mL"),
  occlusionCount: counter("1"),
  motorRunTimeH: counter("h"),
  pumpControl: word("unknown", "manual", "remote"),
  /** A number of the maker's whose meaning no document at hand tells; 0 is none. */
  pumpErrorCode: measured("1"),
  driveDisengagedAlarm: alarm,
  pressureTransducerAlarm: alarm,
} as const satisfies Record<string, MetricTerm>;
