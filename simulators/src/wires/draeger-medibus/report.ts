import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import { breathAt } from "../../devices/breath.ts";
import { DRAEGER_MEASUREMENTS, type DraegerVentilator } from "../../devices/draeger-ventilator.ts";
import { CLINICAL, TECHNICAL_1, TECHNICAL_2, type TechnicalRow } from "./alarms.ts";
import { COMMAND } from "./command.ts";
import type { MedibusModel } from "./model.ts";
import type { Moment } from "./realtime.ts";
import {
  type AlarmRecord,
  alarmRecords,
  type RealtimeStream,
  realtimeRecords,
  SETTING_CHARACTERS,
  textRecords,
  VALUE_CHARACTERS,
  type ValueRecord,
  valueRecords,
} from "./records.ts";
import { texts } from "./texts.ts";
import type { ValueRow } from "./values.ts";
import { HIGH_LIMITS_1, HIGH_LIMITS_2, LOW_LIMITS_1, MEASURED_1, MEASURED_2, mbarOf, SETTINGS } from "./values.ts";
import { clockText, type MedibusView } from "./view.ts";

/** The curves on offer, in mbar, L/min and mL. Ranges of the first two: the sheet's example H. */
export const STREAMS: readonly RealtimeStream[] = [
  { code: 0x00, intervalUs: 20_000, min: -20, max: 100 },
  { code: 0x01, intervalUs: 20_000, min: -200, max: 200 },
  { code: 0x03, intervalUs: 20_000, min: 0, max: 3000 },
];
const CURVES: ReadonlyMap<number, (body: ReturnType<typeof breathAt>) => number> = new Map([
  [0x00, ({ pressureCmH2O }) => mbarOf(pressureCmH2O)],
  [0x01, ({ flowLPerMin }) => flowLPerMin],
  [0x03, ({ volumeMl }) => volumeMl],
]);

/** The curves of a body at a moment. */
export function momentOf(body: DraegerVentilator, atMs: number): Moment {
  const breath = breathAt(body.gauges, atMs);
  return { inspiring: breath.inspiring, valueOf: (code) => CURVES.get(code)?.(breath) ?? 0 };
}

const isOn = (body: DraegerVentilator, metric: MetricName): boolean => body.gauges.read(metric) >= 0.5;

/** A gauge that is not there is blank, as is what is measured of a breath while it says that there is none. */
function numbers(view: MedibusView, rows: readonly ValueRow[], width: number, without: readonly number[] = []): string {
  const { body, blank, standby, model } = view;
  const told = rows.filter(({ code }) => !without.includes(code));
  const records = told.map(({ code, metric, factor = 1, decimals, pointed = false }): ValueRecord => {
    const gauge = body.gauges.get(metric);
    const hidden = blank || (standby && DRAEGER_MEASUREMENTS.includes(metric));
    return { code, value: gauge === undefined || hidden ? undefined : gauge * factor, decimals, pointed };
  });
  return valueRecords(records, width, model.aligned);
}

/** Age and weight stand among the settings of a device that has been told them. */
function patientSettings({ patient, model }: MedibusView): string {
  if (patient === null) return "";
  const records = [
    { code: 0x4a, value: patient.ageY, decimals: 0 },
    { code: 0x4b, value: patient.weightKg, decimals: 1 },
  ];
  return valueRecords(records, SETTING_CHARACTERS, model.aligned);
}

const phraseOf = (row: { phrase: string; older?: string }, model: MedibusModel): string =>
  model.olderLabels ? (row.older ?? row.phrase) : row.phrase;

/** The gravest alarm first; a model's clinical alarms stand among those about itself. */
function alarms({ body, model, standby }: MedibusView, technical: readonly TechnicalRow[], clinical: boolean): string {
  const about = technical.filter(({ alarm }) => isOn(body, alarm));
  const person = clinical && !standby ? body.clinicalAlarms.map((alarm) => CLINICAL[alarm]) : [];
  const records = [...about, ...person].map(
    (row): AlarmRecord => ({ code: row.code, priority: row.priority, phrase: phraseOf(row, model) }),
  );
  return alarmRecords(records.sort((a, b) => b.priority - a.priority));
}

/** The alarms of codepage 2 that a model knows. */
const alarms2Of = ({ model }: MedibusView): readonly TechnicalRow[] =>
  TECHNICAL_2.filter(({ code }) => !(model.without.alarms2 ?? []).includes(code));

const DATA = new Map<number, (view: MedibusView) => string>([
  [COMMAND.alarms3, () => ""],
  [COMMAND.measured1, (view) => numbers(view, MEASURED_1, VALUE_CHARACTERS, view.model.without.measured)],
  [COMMAND.lowLimits1, (view) => numbers(view, LOW_LIMITS_1, VALUE_CHARACTERS)],
  [COMMAND.highLimits1, (view) => numbers(view, HIGH_LIMITS_1, VALUE_CHARACTERS)],
  [COMMAND.alarms1, (view) => alarms(view, TECHNICAL_1, true)],
  [COMMAND.clock, (view) => clockText(view, view.nowMs)],
  [
    COMMAND.settings,
    (view) => numbers(view, SETTINGS, SETTING_CHARACTERS, view.model.without.settings) + patientSettings(view),
  ],
  [COMMAND.texts, (view) => textRecords(texts(view))],
  [COMMAND.measured2, (view) => numbers(view, MEASURED_2, VALUE_CHARACTERS)],
  [COMMAND.lowLimits2, () => ""],
  [COMMAND.highLimits2, (view) => numbers(view, HIGH_LIMITS_2, VALUE_CHARACTERS)],
  [COMMAND.alarms2, (view) => alarms(view, alarms2Of(view), false)],
  [COMMAND.identify, ({ model: { id, name, revision } }) => `${id}'${name}'${revision}`],
  [COMMAND.realtimeConfiguration, () => realtimeRecords(STREAMS)],
]);

/** The data of the response to a command without arguments; words of the session, and what it does not know, have none. */
export const dataOf = (code: number, view: MedibusView): string => DATA.get(code)?.(view) ?? "";
