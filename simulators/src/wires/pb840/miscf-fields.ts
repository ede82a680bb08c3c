import type { AlarmStatus, PbAlarm } from "../../devices/pb-alarms.ts";
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
  text,
  time,
  ventilatorId,
  when,
  word,
} from "./render.ts";

/** Sources of everything here: fact sheet puritan-bennett-snda-sndf.md, sections 3, 6 and 7. */
const inVolumeControl = is("mandatoryType", "volume-control");
const inVolumePlus = is("mandatoryType", "volume-control-plus");
const isAlone = is("ventilationMode", "spontaneous");
const inBilevel = is("ventilationMode", "bilevel");
const isTimed = both(not(isAlone), is("mandatoryType", "pressure-control", "volume-control-plus"));
const hasOwnBreaths = is(
  "spontaneousType",
  "pressure-support",
  "tube-compensation",
  "volume-support",
  "proportional-assist",
);
const throughTube = is("spontaneousType", "tube-compensation", "proportional-assist");
const byPressure = is("triggerType", "pressure");
const apneaByPressure = is("apneaMandatoryTypeSet", "pressure-control");
const apneaByVolume = is("apneaMandatoryTypeSet", "volume-control");
const isProportional = is("spontaneousType", "proportional-assist");
const isNonInvasive = is("ventilationType", "non-invasive");

const FLOW_PATTERN = { square: "SQUARE", ramp: "RAMP" } as const;
/** The weight that the report carries has no place among the gauges; everybody here weighs the same. */
const IDEAL_BODY_WEIGHT_KG = 70;

const SETTINGS: readonly (readonly [field: number, render: Render])[] = [
  [5, time],
  [6, ventilatorId],
  [7, date],
  [8, word("ventilationType", { invasive: "INVASIVE", "non-invasive": "NIV" })],
  [9, word("ventilationMode", { "assist-control": "A/C", simv: "SIMV", spontaneous: "SPONT", bilevel: "BILEVL" })],
  [10, word("mandatoryType", { "pressure-control": "PC", "volume-control": "VC", "volume-control-plus": "VC+" })],
  [
    11,
    word("spontaneousType", {
      none: "NONE",
      "pressure-support": "PS",
      "tube-compensation": "TC",
      "volume-support": "VS",
      "proportional-assist": "PA",
    }),
  ],
  [12, word("triggerType", { flow: "V-Trig", pressure: "P-Trig" })],
  [13, when(not(isAlone), number("respiratoryRateSetPerMin", 1))],
  [14, when(is("mandatoryType", "volume-control", "volume-control-plus"), number("tidalVolumeSetMl", 3, 1000))],
  [15, when(inVolumeControl, number("peakFlowSetLPerMin", 1))],
  [16, number("oxygenConcentrationSetPct", 0)],
  [17, when(byPressure, number("pressureTriggerSetCmH2O", 1))],
  [18, number("peepSetCmH2O", 1)],
  [19, when(inVolumeControl, number("plateauTimeSetS", 1))],
  [20, number("apneaIntervalSetS", 0)],
  [21, when(apneaByVolume, number("apneaTidalVolumeSetMl", 3, 1000))],
  [22, number("apneaRespiratoryRateSetPerMin", 1)],
  [23, when(apneaByVolume, number("apneaPeakFlowSetLPerMin", 1))],
  [24, number("apneaOxygenConcentrationSetPct", 0)],
  [25, when(apneaByPressure, number("apneaInspiratoryPressureSetCmH2O", 1))],
  [26, when(apneaByPressure, number("apneaInspiratoryTimeSetS", 2))],
  [27, when(apneaByVolume, word("apneaFlowPatternSet", FLOW_PATTERN))],
  [28, word("apneaMandatoryTypeSet", { "pressure-control": "PC", "volume-control": "VC" })],
  [29, when(apneaByPressure, number("apneaIeInspiratorySetRatio", 2))],
  [30, when(apneaByPressure, number("apneaIeExpiratorySetRatio", 2))],
  [31, when(is("spontaneousType", "pressure-support"), number("supportPressureSetCmH2O", 0))],
  [32, when(inVolumeControl, word("flowPatternSet", FLOW_PATTERN))],
  [33, onOff("oxygenSuction")],
  [34, limit("airwayPressureHighLimitCmH2O", 0)],
  [35, when(inVolumePlus, limit("airwayPressureLowLimitCmH2O", 0))],
  [36, limit("minuteVolumeHighLimitLPerMin", 3)],
  [37, limit("minuteVolumeLowLimitLPerMin", 3)],
  [38, limit("tidalVolumeMandatoryHighLimitMl", 0)],
  [39, limit("tidalVolumeMandatoryLowLimitMl", 0)],
  [40, limit("tidalVolumeSpontaneousHighLimitMl", 0)],
  [41, limit("tidalVolumeSpontaneousLowLimitMl", 0)],
  [42, limit("respiratoryRateHighLimitPerMin", 0)],
  [43, when(inVolumePlus, number("tidalVolumeInspiredHighLimitMl", 0))],
  [44, when(not(byPressure), number("baseFlowSetLPerMin", 1))],
  [45, when(not(byPressure), number("flowTriggerSetLPerMin", 1))],
  [46, when(is("mandatoryType", "pressure-control"), number("inspiratoryPressureSetCmH2O", 0))],
  [47, when(isTimed, number("inspiratoryTimeSetS", 2))],
  [48, when(isTimed, number("ieInspiratorySetRatio", 2))],
  [49, when(isTimed, number("ieExpiratorySetRatio", 2))],
  [
    50,
    when(
      isTimed,
      word("rateChangeConstantSet", {
        "inspiratory-time": "I-time",
        "ie-ratio": "I/E",
        "expiratory-time": "E-time",
      }),
    ),
  ],
  [51, when(throughTube, number("tubeInnerDiameterSetMm", 1))],
  [52, when(throughTube, word("tubeTypeSet", { endotracheal: "ET", tracheostomy: "TRACH" }))],
  [
    53,
    word("humidificationTypeSet", {
      "non-heated-expiratory": "Non-Heated Exp",
      "heated-expiratory": "Heated Exp",
      hme: "HME",
    }),
  ],
  [54, when(not(is("humidificationTypeSet", "hme")), number("humidifierVolumeSetMl", 2, 1000))],
  [55, word("oxygenSensorSet", { enabled: "Enabled", disabled: "Disabled" })],
  [56, number("disconnectSensitivitySetPct", 0)],
  [57, when((shown) => isTimed(shown) || hasOwnBreaths(shown), number("riseTimeSetPct", 0))],
  [58, when(isProportional, number("proportionalSupportSetPct", 0))],
  [59, when(hasOwnBreaths, number("expiratorySensitivitySetPct", 1))],
  [60, text(IDEAL_BODY_WEIGHT_KG.toFixed(1))],
  [61, when(is("spontaneousType", "volume-support"), number("volumeSupportTargetSetMl", 3, 1000))],
  [62, when(inBilevel, number("peepHighSetCmH2O", 1))],
  [63, when(inBilevel, number("peepLowSetCmH2O", 1))],
  [64, when(inBilevel, number("peepHighTimeSetS", 2))],
  [65, when(isNonInvasive, number("spontaneousInspiratoryTimeLimitSetS", 1))],
  [66, word("circuitTypeSet", { adult: "ADULT", paediatric: "PEDIATRIC", neonatal: "NEONATAL" })],
  [67, when(inBilevel, number("peepLowTimeSetS", 2))],
  [68, when(isTimed, number("expiratoryTimeSetS", 2))],
];

const isTooLong: Render = ({ body: { gauges }, isMonitored }) => {
  const isLong =
    gauges.read("inspiratoryTimeSpontaneousS") > gauges.read("spontaneousInspiratoryTimeLimitSetS", 99) && isMonitored;
  return isLong ? "ALERT" : "";
};
const normalizedIndex: Render = ({ body: { gauges }, isMonitored }) => {
  const index = gauges.get("rapidShallowBreathingIndexPerMinL");
  return index === undefined || !isMonitored ? "" : (index / IDEAL_BODY_WEIGHT_KG).toFixed(1);
};

/** What is measured, with the decimals of the captured reports. Fields 76 and 101 have no meaning in the sheet. */
const MEASUREMENTS: readonly (readonly [field: number, render: Render])[] = [
  [69, monitored("endInspiratoryPressureCmH2O", 1)],
  [70, monitored("respiratoryRatePerMin", 1)],
  [71, monitored("tidalVolumeExpiredMl", 3, 1000)],
  [72, monitored("minuteVolumeExpiredLPerMin", 3)],
  [73, monitored("airwayPressurePeakCmH2O", 1)],
  [74, monitored("airwayPressureMeanCmH2O", 1)],
  [75, monitored("ieExpiratoryRatio", 2)],
  [77, when(is("oxygenSensorSet", "enabled"), monitored("oxygenConcentrationPct", 0))],
  [78, monitored("tidalVolumeInspiredMl", 3, 1000)],
  [79, monitored("peepIntrinsicCmH2O", 1)],
  [80, monitored("resistanceTotalCmH2OSPerL", 1)],
  [81, monitored("resistancePatientCmH2OSPerL", 1)],
  [82, monitored("elastancePatientCmH2OPerL", 1)],
  [83, monitored("compliancePatientMlPerCmH2O", 1)],
  [84, normalizedIndex],
  [85, monitored("rapidShallowBreathingIndexPerMinL", 1)],
  [86, monitored("inspiratoryTimeSpontaneousPct", 0)],
  [87, monitored("peepCmH2O", 1)],
  [88, monitored("inspiratoryTimeSpontaneousS", 2)],
  [89, monitored("minuteVolumeSpontaneousLPerMin", 2)],
  [90, monitored("peepIntrinsicManeuverCmH2O", 1)],
  [91, monitored("peepTotalManeuverCmH2O", 1)],
  [92, monitored("complianceStaticMlPerCmH2O", 1)],
  [93, monitored("resistanceStaticCmH2OSPerL", 1)],
  [94, monitored("plateauPressureCmH2O", 1)],
  [95, when(isNonInvasive, isTooLong)],
  [96, monitored("complianceDynamicMlPerCmH2O", 1)],
  [97, monitored("resistanceDynamicCmH2OSPerL", 1)],
  [98, monitored("peakFlowSpontaneousLPerMin", 1)],
  [99, monitored("peakFlowExpiratoryLPerMin", 1)],
  [100, monitored("endExpiratoryFlowLPerMin", 1)],
  [102, monitored("negativeInspiratoryForceCmH2O", 1)],
  [103, monitored("occlusionPressureCmH2O", 1)],
  [104, monitored("vitalCapacityMl", 3, 1000)],
  [154, monitored("tidalVolumeSpontaneousMl", 3, 1000)],
  [155, monitored("workOfBreathingJPerL", 2)],
  [156, word("leakCompensation", { off: "OFF", on: "ON" })],
  [157, monitored("leakPct", 0)],
  [158, monitored("leakAtPeepLPerMin", 1)],
  [159, monitored("leakVolumeMl", 0)],
];

type Priority = "LOW" | "MEDIUM" | "HIGH";

const CLINICAL: readonly (readonly [field: number, alarm: PbAlarm, priority: Priority])[] = [
  [106, "apnea", "HIGH"],
  [107, "minuteVolumeHigh", "MEDIUM"],
  [108, "tidalVolumeHigh", "MEDIUM"],
  [109, "oxygenHigh", "MEDIUM"],
  [110, "pressureHigh", "HIGH"],
  [111, "ventilatorPressureHigh", "HIGH"],
  [112, "rateHigh", "MEDIUM"],
  [117, "tidalVolumeMandatoryLow", "MEDIUM"],
  [118, "minuteVolumeLow", "MEDIUM"],
  [119, "tidalVolumeSpontaneousLow", "MEDIUM"],
  [120, "oxygenLow", "HIGH"],
  [124, "disconnect", "HIGH"],
  [125, "occlusion", "HIGH"],
  [126, "inspirationTooLong", "MEDIUM"],
  [128, "volumeLimitedByCompliance", "LOW"],
  [129, "inspiredSpontaneousHigh", "MEDIUM"],
  [130, "inspiredMandatoryHigh", "MEDIUM"],
  [131, "compensationHigh", "LOW"],
  [132, "proportionalStartTooLong", "MEDIUM"],
  [133, "lungNotAssessed", "LOW"],
  [134, "mandatoryVolumeNotDelivered", "MEDIUM"],
  [135, "supportedVolumeNotDelivered", "MEDIUM"],
  [136, "pressureLow", "MEDIUM"],
];

/** A malfunction is reported as A5, the first of 137 to 153. */
const TECHNICAL: readonly (readonly [field: number, alarm: VentilatorAlarm, priority: Priority])[] = [
  [113, "acPowerLossAlarm", "LOW"],
  [114, "batteryInoperativeAlarm", "LOW"],
  [115, "batteryLowAlarm", "MEDIUM"],
  [116, "powerLossAlarm", "HIGH"],
  [121, "airSupplyLowAlarm", "HIGH"],
  [122, "oxygenSupplyLowAlarm", "HIGH"],
  [123, "compressorInoperativeAlarm", "LOW"],
  [127, "procedureErrorAlarm", "HIGH"],
  [137, "technicalMalfunctionAlarm", "HIGH"],
];

/** An 840 says ALARM; its field 122 was captured with a priority in that place, as every active alarm of a 980 has it here. */
function alarmWord(status: AlarmStatus, is980: boolean, field: number, priority: Priority): string {
  if (status !== "active") return status === "reset" ? "RESET" : "NORMAL";
  if (is980) return priority;
  return field === 122 ? "LOW" : "ALARM";
}

/** The malfunctions that no gauge stands for: A10 to A45 of both models, A50 to A85 of the 840, blank in a 980's report. */
const OTHER_MALFUNCTIONS = { first: 138, last840: 153, last980: 145 } as const;
const otherMalfunctions = Array.from(
  { length: OTHER_MALFUNCTIONS.last840 - OTHER_MALFUNCTIONS.first + 1 },
  (_, index) => {
    const field = OTHER_MALFUNCTIONS.first + index;
    const render: Render = ({ model }) => (model === "840" || field <= OTHER_MALFUNCTIONS.last980 ? "NORMAL" : "");
    return [field, render] as const;
  },
);

/** What fills the fields of MISCF; one that is not named is blank. */
export const MISCF_FIELDS: ReadonlyMap<number, Render> = new Map<number, Render>([
  ...SETTINGS,
  ...MEASUREMENTS,
  [105, onOff("alarmAudioPaused")],
  ...CLINICAL.map(([field, alarm, priority]): [number, Render] => [
    field,
    (shown) => alarmWord(clinicalStatus(shown, alarm), shown.model === "980", field, priority),
  ]),
  ...TECHNICAL.map(([field, alarm, priority]): [number, Render] => [
    field,
    (shown) => alarmWord(technicalStatus(shown, alarm), shown.model === "980", field, priority),
  ]),
  ...otherMalfunctions,
  // Of a 980 alone: whether its flow sensor at the person works. Its carbon dioxide is not measured here (153, 161).
  [
    160,
    (shown) =>
      shown.model === "980" ? alarmWord(clinicalStatus(shown, "proximalFlowInoperative"), true, 160, "MEDIUM") : "",
  ],
]);
