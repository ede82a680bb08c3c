/** The parameters of a scanner by browse name, in the order of MRI-LAYOUT.md. */
export const PARAMETER_NAMES = [
  "ScannerState",
  "ColdHeadTemperature",
  "ColdHeadRunTime",
  "HeliumLevel",
  "HeliumPressure",
  "CompressorRunTime",
  "ChillerSupplyTemperature",
  "ChillerFlow",
  "ExaminationCount",
  "MagnetAtField",
  "MainsPresent",
  "TechnicalAlarm",
  "ChillerAlarm",
  "ServerTime",
] as const;
export type ParameterName = (typeof PARAMETER_NAMES)[number];
