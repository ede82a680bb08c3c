import { codeWord, isMetricName, type MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { GaugeRanges, Gauges } from "./gauges.ts";

/** The models of a Puritan Bennett ventilator that speak here. */
export type PbModel = "840" | "980";

/** The modes of ventilation and the types of breath, by their index among the words of the vocabulary. */
const MODE = { assistControl: 2, simv: 3, spontaneous: 4, bilevel: 5 } as const;
const MANDATORY = { pressure: 1, volume: 2, volumePlus: 3 } as const;
const SPONTANEOUS = { pressure: 2, tube: 3, volume: 4, proportional: 5 } as const;

/** How a ventilator may be set up at the bedside; null where there are no breaths of the person's own. */
export interface Setup {
  ventilationMode: number;
  mandatoryType: number;
  spontaneousType: number | null;
}
export const VOLUME_CONTROL: Setup = {
  ventilationMode: MODE.assistControl,
  mandatoryType: MANDATORY.volume,
  spontaneousType: null,
};
/** What a 980 may be found in; the first is that of the captured report. */
export const SETUPS_980: readonly [Setup, ...Setup[]] = [
  {
    ventilationMode: MODE.simv,
    mandatoryType: MANDATORY.volume,
    spontaneousType: SPONTANEOUS.pressure,
  },
  { ventilationMode: MODE.assistControl, mandatoryType: MANDATORY.pressure, spontaneousType: null },
  { ventilationMode: MODE.assistControl, mandatoryType: MANDATORY.volumePlus, spontaneousType: null },
  { ventilationMode: MODE.bilevel, mandatoryType: MANDATORY.pressure, spontaneousType: SPONTANEOUS.pressure },
  { ventilationMode: MODE.spontaneous, mandatoryType: MANDATORY.volume, spontaneousType: SPONTANEOUS.pressure },
  { ventilationMode: MODE.spontaneous, mandatoryType: MANDATORY.volume, spontaneousType: SPONTANEOUS.tube },
  { ventilationMode: MODE.spontaneous, mandatoryType: MANDATORY.volume, spontaneousType: SPONTANEOUS.volume },
  { ventilationMode: MODE.spontaneous, mandatoryType: MANDATORY.volume, spontaneousType: SPONTANEOUS.proportional },
];

/** The word that a coded setting stands at. */
export const wordOf = (gauges: Gauges, metric: MetricName): string =>
  codeWord(metric, Math.round(gauges.read(metric))) ?? "unknown";

/**
 * What a ventilator is set to beside what every body has: its range, and where it stands at first, as in the captured
 * report of an 840 (fact sheet puritan-bennett-snda-sndf.md, section 7) or, where that is blank, at a usual value. Each
 * upper limit still fits the six characters of its field. A ventilator keeps the settings of all modes, and tells those of
 * the mode that it is in.
 */
const SETTINGS = {
  ventilationType: [0, 2, 1],
  triggerType: [0, 2, 1],
  pressureTriggerSetCmH2O: [0, 20, 2],
  flowTriggerSetLPerMin: [0, 20, 8.8],
  baseFlowSetLPerMin: [0, 30, 10.3],
  plateauTimeSetS: [0, 2, 0],
  inspiratoryPressureSetCmH2O: [0, 90, 15],
  inspiratoryTimeSetS: [0.2, 8, 1],
  expiratoryTimeSetS: [0.2, 60, 3],
  ieInspiratorySetRatio: [0, 300, 1],
  ieExpiratorySetRatio: [0, 300, 3],
  rateChangeConstantSet: [0, 3, 1],
  supportPressureSetCmH2O: [0, 70, 10],
  riseTimeSetPct: [1, 100, 50],
  expiratorySensitivitySetPct: [1, 80, 25],
  proportionalSupportSetPct: [5, 95, 70],
  volumeSupportTargetSetMl: [5, 2500, 420],
  flowPatternSet: [0, 2, 1],
  oxygenSuction: [0, 1, 0],
  tubeInnerDiameterSetMm: [4.5, 10, 7.5],
  tubeTypeSet: [0, 2, 1],
  humidificationTypeSet: [0, 3, 3],
  humidifierVolumeSetMl: [100, 1000, 480],
  oxygenSensorSet: [0, 2, 1],
  disconnectSensitivitySetPct: [1, 95, 20],
  peepHighSetCmH2O: [5, 90, 20],
  peepLowSetCmH2O: [0, 45, 5],
  peepHighTimeSetS: [0.2, 30, 1.5],
  peepLowTimeSetS: [0.2, 30, 3],
  spontaneousInspiratoryTimeLimitSetS: [0.4, 5, 3],
  circuitTypeSet: [0, 3, 1],
  leakCompensation: [0, 2, 1],
  apneaIntervalSetS: [10, 60, 20],
  apneaTidalVolumeSetMl: [5, 2500, 580],
  apneaRespiratoryRateSetPerMin: [2, 40, 10],
  apneaPeakFlowSetLPerMin: [1, 150, 70],
  apneaOxygenConcentrationSetPct: [21, 100, 100],
  apneaInspiratoryPressureSetCmH2O: [5, 90, 15],
  apneaInspiratoryTimeSetS: [0.2, 8, 1],
  apneaFlowPatternSet: [0, 2, 2],
  apneaMandatoryTypeSet: [0, 2, 2],
  apneaIeInspiratorySetRatio: [0, 300, 1],
  apneaIeExpiratorySetRatio: [0, 300, 5],
  apneaAirwayPressureHighLimitCmH2O: [7, 100, 51],
  airwayPressureHighLimitCmH2O: [7, 100, 51],
  minuteVolumeHighLimitLPerMin: [0.1, 99, 24.5],
  minuteVolumeLowLimitLPerMin: [0.01, 60, 0.47],
  tidalVolumeMandatoryHighLimitMl: [5, 6000, 1900],
  tidalVolumeSpontaneousHighLimitMl: [5, 6000, 1900],
  tidalVolumeInspiredHighLimitMl: [6, 6000, 1900],
} as const satisfies { [Name in MetricName]?: readonly [min: number, max: number, first: number] };

/** Where a 980 stands otherwise, as in its captured report. */
const SETTINGS_980 = {
  flowTriggerSetLPerMin: 2,
  baseFlowSetLPerMin: 3.5,
  riseTimeSetPct: 70,
  disconnectSensitivitySetPct: 75,
  apneaTidalVolumeSetMl: 365,
  apneaPeakFlowSetLPerMin: 53,
  airwayPressureHighLimitCmH2O: 47,
  minuteVolumeHighLimitLPerMin: 18.5,
  minuteVolumeLowLimitLPerMin: 2.5,
  tidalVolumeMandatoryHighLimitMl: 880,
  tidalVolumeMandatoryLowLimitMl: 150,
  tidalVolumeSpontaneousHighLimitMl: 880,
  tidalVolumeSpontaneousLowLimitMl: 55,
} as const satisfies { [Name in MetricName]?: number };

/** Limits that may be switched off, which is how some of them stand at first: they have no value then. */
const OPTIONAL_LIMITS = {
  airwayPressureLowLimitCmH2O: [0, 100],
  tidalVolumeMandatoryLowLimitMl: [1, 2500],
  tidalVolumeSpontaneousLowLimitMl: [1, 2500],
  respiratoryRateHighLimitPerMin: [10, 110],
} as const satisfies GaugeRanges;

export const SETTING_RANGES: GaugeRanges = {
  ...Object.fromEntries(Object.entries(SETTINGS).map(([metric, [min, max]]) => [metric, [min, max] as const])),
  ...OPTIONAL_LIMITS,
  ventilationMode: [0, 12],
  mandatoryType: [0, 3],
  spontaneousType: [0, 5],
};

/** Puts the settings of a model where they stand at first. */
export function setAtFirst(gauges: Gauges, model: PbModel): void {
  const firsts: readonly (readonly [string, number])[] = [
    ...Object.entries(SETTINGS).map(([metric, [, , first]]) => [metric, first] as const),
    ...(model === "980" ? Object.entries(SETTINGS_980) : []),
  ];
  for (const [metric, first] of firsts) if (isMetricName(metric)) gauges.set(metric, first);
}
