import type { PbAlarm } from "../../devices/pb-alarms.ts";
import type { VentilatorAlarm } from "../../devices/ventilator.ts";
import {
  both,
  clinicalStatus,
  date,
  is,
  limit,
  monitored,
  not,
  number,
  onOff,
  type Render,
  technicalStatus,
  time,
  ventilatorId,
  when,
  word,
} from "./render.ts";

/** Source of everything here: fact sheet puritan-bennett-snda-sndf.md, section 8. */
const inVolumeControl = is("mandatoryType", "volume-control");
const isAlone = is("ventilationMode", "spontaneous");
const inBilevel = is("ventilationMode", "bilevel");
const byPressure = is("triggerType", "pressure");
const inPressureControl = is("mandatoryType", "pressure-control");
const isTimed = both(not(isAlone), inPressureControl);
const apneaByPressure = is("apneaMandatoryTypeSet", "pressure-control");
const apneaByVolume = is("apneaMandatoryTypeSet", "volume-control");

const either =
  (condition: (shown: Parameters<Render>[0]) => boolean, one: Render, other: Render): Render =>
  (shown) =>
    condition(shown) ? one(shown) : other(shown);

const STATUS_WORDS = { normal: "NORMAL", active: "ALARM", reset: "RESET" } as const;
const clinical =
  (alarm: PbAlarm): Render =>
  (shown) =>
    STATUS_WORDS[clinicalStatus(shown, alarm)];
const technical =
  (alarm: VentilatorAlarm): Render =>
  (shown) =>
    STATUS_WORDS[technicalStatus(shown, alarm)];
/** Fields 94 and 95 know no RESET. */
const present =
  (...alarms: PbAlarm[]): Render =>
  (shown) =>
    alarms.some((alarm) => clinicalStatus(shown, alarm) === "active") ? "ALARM" : "NORMAL";

const ratio: Render = ({ body: { gauges }, isMonitored }) => {
  const expiratory = gauges.get("ieExpiratoryRatio");
  return expiratory === undefined || !isMonitored ? "" : `1:${expiratory.toFixed(1)}`.slice(0, 6);
};

/** What fills the fields of MISCA; one that is not named is blank. */
export const MISCA_FIELDS: ReadonlyMap<number, Render> = new Map<number, Render>([
  [5, time],
  [6, ventilatorId],
  [8, date],
  [9, word("ventilationMode", { "assist-control": "CMV", simv: "SIMV", spontaneous: "CPAP", bilevel: "BILEVL" })],
  [10, when(not(isAlone), number("respiratoryRateSetPerMin", 1))],
  [11, when(is("mandatoryType", "volume-control", "volume-control-plus"), number("tidalVolumeSetMl", 3, 1000))],
  [12, when(inVolumeControl, number("peakFlowSetLPerMin", 1))],
  [13, number("oxygenConcentrationSetPct", 0)],
  [14, when(byPressure, number("pressureTriggerSetCmH2O", 1))],
  [15, either(inBilevel, number("peepLowSetCmH2O", 1), number("peepSetCmH2O", 1))],
  [16, when(inVolumeControl, number("plateauTimeSetS", 1))],
  [21, number("apneaIntervalSetS", 0)],
  [22, when(apneaByVolume, number("apneaTidalVolumeSetMl", 3, 1000))],
  [23, number("apneaRespiratoryRateSetPerMin", 1)],
  [24, when(apneaByVolume, number("apneaPeakFlowSetLPerMin", 1))],
  [25, number("apneaOxygenConcentrationSetPct", 0)],
  [26, when(is("spontaneousType", "pressure-support"), number("supportPressureSetCmH2O", 0))],
  [27, when(inVolumeControl, word("flowPatternSet", { square: "SQUARE", ramp: "RAMP" }))],
  [30, onOff("oxygenSuction")],
  [34, monitored("respiratoryRatePerMin", 1)],
  [35, monitored("tidalVolumeExpiredMl", 3, 1000)],
  [36, monitored("minuteVolumeExpiredLPerMin", 3)],
  [37, monitored("minuteVolumeSpontaneousLPerMin", 2)],
  [38, monitored("airwayPressurePeakCmH2O", 1)],
  [39, monitored("airwayPressureMeanCmH2O", 1)],
  [40, monitored("endInspiratoryPressureCmH2O", 1)],
  [41, monitored("ieExpiratoryRatio", 2)],
  [42, limit("airwayPressureHighLimitCmH2O", 0)],
  [45, limit("tidalVolumeMandatoryLowLimitMl", 3, 1000)],
  [46, limit("minuteVolumeLowLimitLPerMin", 3)],
  [47, limit("respiratoryRateHighLimitPerMin", 0)],
  [48, clinical("pressureHigh")],
  [51, clinical("tidalVolumeMandatoryLow")],
  [52, clinical("minuteVolumeLow")],
  [53, clinical("rateHigh")],
  [54, technical("oxygenSupplyLowAlarm")],
  [55, technical("airSupplyLowAlarm")],
  [57, clinical("apnea")],
  [60, time],
  [62, date],
  [63, monitored("complianceStaticMlPerCmH2O", 1)],
  [64, monitored("resistanceStaticCmH2OSPerL", 1)],
  [65, monitored("complianceDynamicMlPerCmH2O", 1)],
  [66, monitored("resistanceDynamicCmH2OSPerL", 1)],
  [67, monitored("negativeInspiratoryForceCmH2O", 1)],
  [68, monitored("vitalCapacityMl", 3, 1000)],
  [69, monitored("peakFlowSpontaneousLPerMin", 1)],
  [70, when(not(byPressure), number("baseFlowSetLPerMin", 1))],
  [71, when(not(byPressure), number("flowTriggerSetLPerMin", 1))],
  [84, monitored("endInspiratoryPressureCmH2O", 1)],
  [
    85,
    either(inBilevel, number("peepHighSetCmH2O", 1), when(inPressureControl, number("inspiratoryPressureSetCmH2O", 1))),
  ],
  [86, either(inBilevel, number("peepHighTimeSetS", 2), when(isTimed, number("inspiratoryTimeSetS", 2)))],
  [87, number("apneaIntervalSetS", 0)],
  [88, when(apneaByPressure, number("apneaInspiratoryPressureSetCmH2O", 1))],
  [89, number("apneaRespiratoryRateSetPerMin", 1)],
  [90, when(apneaByPressure, number("apneaInspiratoryTimeSetS", 2))],
  [91, number("apneaOxygenConcentrationSetPct", 0)],
  [92, number("apneaAirwayPressureHighLimitCmH2O", 0)],
  [93, onOff("alarmAudioPaused")],
  [94, present("apnea")],
  [95, present("occlusion", "disconnect")],
  [96, when(isTimed, number("ieInspiratorySetRatio", 2))],
  [97, when(isTimed, number("ieExpiratorySetRatio", 2))],
  [98, when(apneaByPressure, number("apneaIeInspiratorySetRatio", 2))],
  [99, when(apneaByPressure, number("apneaIeExpiratorySetRatio", 2))],
  [100, when(isTimed, word("rateChangeConstantSet", { "inspiratory-time": "I-TIME", "ie-ratio": "I/E" }))],
  [101, ratio],
]);
