import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";

/** How a gauge stands on the wire: its code, what it is multiplied by for the unit there, and the decimals. */
export interface ValueRow {
  code: number;
  metric: MetricName;
  factor?: number;
  decimals: number;
  pointed?: boolean;
}

/** Conventional centimetre of water in millibar. */
const MBAR = 0.980665;
const PER_MBAR = 1 / MBAR;
const MBAR_OF_KPA = 10;

/** Codepage 1 of measured data. Source of all codes here: fact sheet draeger-medibus.md, section 8. */
export const MEASURED_1: readonly ValueRow[] = [
  { code: 0x7d, metric: "airwayPressurePeakCmH2O", factor: MBAR, decimals: 1 },
  { code: 0x78, metric: "peepCmH2O", factor: MBAR, decimals: 1 },
  { code: 0xd6, metric: "respiratoryRatePerMin", decimals: 1 },
  { code: 0xb9, metric: "minuteVolumeExpiredLPerMin", decimals: 1 },
  { code: 0xf0, metric: "oxygenConcentrationPct", decimals: 0, pointed: true },
  { code: 0x6b, metric: "ambientPressureHPa", decimals: 0 },
  { code: 0x73, metric: "airwayPressureMeanCmH2O", factor: MBAR, decimals: 1 },
  { code: 0x74, metric: "plateauPressureCmH2O", factor: MBAR, decimals: 1 },
  { code: 0x88, metric: "tidalVolumeExpiredMl", decimals: 0 },
  { code: 0x8b, metric: "tidalVolumeInspiredMl", decimals: 0 },
  { code: 0xb5, metric: "respiratoryRateSpontaneousPerMin", decimals: 1 },
  { code: 0x07, metric: "complianceDynamicMlPerCmH2O", factor: PER_MBAR, decimals: 1 },
  { code: 0x08, metric: "resistanceDynamicCmH2OSPerL", factor: MBAR, decimals: 1 },
  { code: 0x0f, metric: "oxygenSupplyPressureKPa", factor: MBAR_OF_KPA, decimals: 0 },
  { code: 0xb2, metric: "circuitLeakMlPerMin", decimals: 0 },
  { code: 0xb3, metric: "leakPct", decimals: 1 },
  { code: 0xc6, metric: "batteryChargePct", decimals: 0 },
  { code: 0xc7, metric: "oxygenSensorBiasPct", decimals: 1 },
];

export const MEASURED_2: readonly ValueRow[] = [
  { code: 0x21, metric: "tidalVolumeExpiredMl", decimals: 0 },
  { code: 0x37, metric: "leakLPerMin", decimals: 1 },
  { code: 0x39, metric: "circuitLeakMlPerMin", decimals: 0 },
  { code: 0x3a, metric: "circuitComplianceMlPerCmH2O", factor: PER_MBAR, decimals: 1 },
  { code: 0x3b, metric: "hoseComplianceMlPerCmH2O", factor: PER_MBAR, decimals: 1 },
  { code: 0x52, metric: "hoseResistanceCmH2OSPerL", factor: MBAR, decimals: 1 },
];

export const SETTINGS: readonly ValueRow[] = [
  { code: 0x01, metric: "oxygenConcentrationSetPct", decimals: 1 },
  { code: 0x0b, metric: "peepSetCmH2O", factor: MBAR, decimals: 1 },
  { code: 0x09, metric: "respiratoryRateSetPerMin", decimals: 1 },
  { code: 0x04, metric: "tidalVolumeSetMl", factor: 0.001, decimals: 3 },
  { code: 0x40, metric: "tidalVolumeSetMl", decimals: 0 },
  { code: 0x02, metric: "peakFlowSetLPerMin", decimals: 1 },
  { code: 0x13, metric: "pressureLimitSetCmH2O", factor: MBAR, decimals: 1 },
  { code: 0x29, metric: "flowTriggerSetLPerMin", decimals: 1 },
];

/** Limits bear the codes of what they limit; that a device tells these and no others is settled here. */
export const LOW_LIMITS_1: readonly ValueRow[] = [
  { code: 0xb9, metric: "minuteVolumeLowLimitLPerMin", decimals: 1 },
  { code: 0xf0, metric: "oxygenConcentrationLowLimitPct", decimals: 0 },
];
export const HIGH_LIMITS_1: readonly ValueRow[] = [
  { code: 0x7d, metric: "airwayPressureHighLimitCmH2O", factor: MBAR, decimals: 1 },
  { code: 0xb9, metric: "minuteVolumeHighLimitLPerMin", decimals: 1 },
  { code: 0xd6, metric: "respiratoryRateHighLimitPerMin", decimals: 0 },
  { code: 0xf0, metric: "oxygenConcentrationHighLimitPct", decimals: 0 },
];
export const HIGH_LIMITS_2: readonly ValueRow[] = [
  { code: 0x22, metric: "tidalVolumeInspiredHighLimitMl", decimals: 0 },
];

/** Millibar of a centimetre of water, for the curves. */
export const mbarOf = (cmH2O: number): number => cmH2O * MBAR;
