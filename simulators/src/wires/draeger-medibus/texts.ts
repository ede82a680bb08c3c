import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { MS_PER_H } from "../../devices/body.ts";
import type { TextRecord } from "./records.ts";
import { clockText, type MedibusView } from "./view.ts";

interface Label {
  code: number;
  text: string;
  older?: string;
}

/** By the index of the mode in the vocabulary. Source of the codes: fact sheet draeger-medibus.md, section 8. */
const MODES: ReadonlyMap<number, Label> = new Map([
  [2, { code: 0x02, text: "VC-AC", older: "IPPVAssist" }],
  [3, { code: 0x06, text: "VC-SIMV", older: "SIMV" }],
  [4, { code: 0x0a, text: "SPN-CPAP", older: "CPAP" }],
  [5, { code: 0x0e, text: "BIPAP" }],
  [6, { code: 0x1a, text: "PC-APRV", older: "APRV" }],
  [7, { code: 0x0c, text: "VC-MMV", older: "MMV" }],
  [8, { code: 0x6a, text: "PC-CMV" }],
  [9, { code: 0x3e, text: "PC-PSV" }],
  [10, { code: 0x1b, text: "PC-HFO" }],
  [11, { code: 0x2b, text: "MAN/SPONT" }],
  [12, { code: 0x6b, text: "O2 THERAPY" }],
]);
const TYPES: ReadonlyMap<number, Label> = new Map([
  [1, { code: 0x48, text: "IV" }],
  [2, { code: 0x49, text: "NIV" }],
]);
const CATEGORIES: ReadonlyMap<number, Label> = new Map([
  [1, { code: 0x20, text: "ADULTS" }],
  [2, { code: 0x3a, text: "PEDIATRICS" }],
  [3, { code: 0x21, text: "NEONATES" }],
]);
const CHECKS: ReadonlyMap<number, Label> = new Map([
  [1, { code: 0x90, text: "FUNCTIONAL" }],
  [2, { code: 0x91, text: "CONDITIONALLY FUNCTIONAL" }],
  [3, { code: 0x92, text: "NON FUNCTIONAL" }],
]);
const STANDBY: readonly Label[] = [
  { code: 0x1e, text: "STANDBY" },
  { code: 0x54, text: "STANDBY" },
];
const LEAKAGE_TEST: Label = { code: 0x53, text: "LEAKAGE TEST" };
const AUDIO_PAUSED: Label = { code: 0x5d, text: "AUDIO PAUSED" };
const CHECK_CALIBRATION: Label = { code: 0xa9, text: "CHECK CALIBRATION" };
const LANGUAGE = 0x2c;
const SELF_TEST = 0xa0;
const LEAKAGE_TEST_DONE = 0xa1;
const FIRST_NAME = 0x60;
const LAST_NAME = 0x61;
const SEX = { male: 0x42, female: 0x43 } as const;

/** All that the device says in words; which words, beside mode and standby, is settled here. */
export function texts(view: MedibusView): TextRecord[] {
  const { model } = view;
  const told = [...states(view), ...checks(view)].map(({ code, text, older }) => ({
    code,
    text: model.olderLabels ? (older ?? text) : text,
  }));
  const all = [{ code: LANGUAGE, text: model.language }, ...told, ...person(view)];
  return all.filter(({ code }) => !(model.without.texts ?? []).includes(code));
}

function states({ body: { gauges, duty }, standby }: MedibusView): Label[] {
  const of = (labels: ReadonlyMap<number, Label>, metric: MetricName): Label[] => {
    const label = labels.get(Math.round(gauges.read(metric)));
    return label === undefined ? [] : [label];
  };
  return [
    ...of(MODES, "ventilationMode"),
    ...of(TYPES, "ventilationType"),
    ...of(CATEGORIES, "patientCategory"),
    ...(standby || duty.state === "standby" ? STANDBY : []),
    ...(duty.state === "self-test" ? [LEAKAGE_TEST] : []),
    ...(gauges.read("alarmAudioPaused") >= 0.5 ? [AUDIO_PAUSED] : []),
    ...of(CHECKS, "deviceCheck"),
  ];
}

/** When it was last tested, by its own clock, and whether something waits to be calibrated. */
function checks(view: MedibusView): Label[] {
  const { gauges } = view.body;
  const ago = (metric: MetricName): string => clockText(view, view.nowMs - gauges.read(metric) * MS_PER_H);
  const waits = (["oxygenSensorNotCalibratedAlarm", "flowCalibrationAlarm"] as const).some(
    (alarm) => gauges.read(alarm) >= 0.5,
  );
  return [
    { code: SELF_TEST, text: ago("selfTestAgeH") },
    { code: LEAKAGE_TEST_DONE, text: ago("leakTestAgeH") },
    ...(waits ? [CHECK_CALIBRATION] : []),
  ];
}

function person({ patient }: MedibusView): TextRecord[] {
  if (patient === null) return [];
  const { firstName, lastName, sex } = patient;
  return [
    { code: SEX[sex], text: sex.toUpperCase() },
    { code: FIRST_NAME, text: firstName },
    { code: LAST_NAME, text: lastName },
  ];
}
