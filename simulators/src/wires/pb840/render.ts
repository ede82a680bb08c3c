import type { MetricName } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { WallTime } from "../../clock.ts";
import type { AlarmStatus, PbAlarm } from "../../devices/pb-alarms.ts";
import { type PbModel, wordOf } from "../../devices/pb-settings.ts";
import type { PbVentilator } from "../../devices/pb-ventilator.ts";
import type { VentilatorAlarm } from "../../devices/ventilator.ts";
import type { ReportFields } from "./frame.ts";

/** What a report is made of at one moment. */
export interface Shown {
  body: PbVentilator;
  /** As which model it reports. */
  model: PbModel;
  serial: string;
  /** What the ventilator's own clock shows; a report carries no seconds and no time zone. */
  wall: WallTime;
  /** Whether there is a breath to tell of. */
  isMonitored: boolean;
  /** Every limit that can be off is told as off. */
  limitsOff: boolean;
  /** An alarm that is told as active whatever the body says. */
  clinicalAlarm: PbAlarm | null;
}

/** The text of a field; empty for one that is blank. */
export type Render = (shown: Shown) => string;
type Condition = (shown: Shown) => boolean;

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const two = (value: number): string => String(value).padStart(2, "0");

/** A number in at most six characters, giving up decimals before digits. */
export function numberText(value: number, decimals: number): string {
  for (let places = decimals; places > 0; places -= 1) {
    const text = value.toFixed(places);
    if (text.length <= 6) return text;
  }
  return value.toFixed(0);
}

export const text =
  (value: string): Render =>
  () =>
    value;
export const time: Render = ({ wall }) => `${two(wall.hour)}:${two(wall.minute)}`;
export const date: Render = ({ wall }) => `${MONTHS[wall.month - 1]} ${two(wall.day)} ${wall.year}`;
export const ventilatorId: Render = ({ model, serial }) => `${model} ${serial}`;

/** A gauge with so many decimals, after it is divided; blank where the body has no value. */
export const number =
  (metric: MetricName, decimals: number, divisor = 1): Render =>
  ({ body }) => {
    const value = body.gauges.get(metric);
    return value === undefined ? "" : numberText(value / divisor, decimals);
  };

/** A limit, or OFF. */
export const limit =
  (metric: MetricName, decimals: number, divisor = 1): Render =>
  (shown) =>
    (shown.limitsOff ? "" : number(metric, decimals, divisor)(shown)) || "OFF";

/** A coded gauge in the words of the report, by the words of the vocabulary. */
export const word =
  (metric: MetricName, words: Readonly<Record<string, string>>): Render =>
  ({ body }) =>
    words[wordOf(body.gauges, metric)] ?? "";

export const onOff =
  (metric: MetricName): Render =>
  ({ body }) =>
    body.gauges.read(metric) >= 0.5 ? "ON" : "OFF";

export const when =
  (condition: Condition, render: Render): Render =>
  (shown) =>
    condition(shown) ? render(shown) : "";

/** What is measured of the breath. */
export const monitored = (metric: MetricName, decimals: number, divisor = 1): Render =>
  when(({ isMonitored }) => isMonitored, number(metric, decimals, divisor));

/** Whether a coded gauge stands at one of some words. */
export const is =
  (metric: MetricName, ...words: readonly string[]): Condition =>
  ({ body }) =>
    words.includes(wordOf(body.gauges, metric));
export const not =
  (condition: Condition): Condition =>
  (shown) =>
    !condition(shown);
export const both =
  (one: Condition, other: Condition): Condition =>
  (shown) =>
    one(shown) && other(shown);

export function clinicalStatus({ body, clinicalAlarm }: Shown, alarm: PbAlarm): AlarmStatus {
  return alarm === clinicalAlarm ? "active" : body.alarms.status(alarm);
}

export function technicalStatus({ body }: Shown, alarm: VentilatorAlarm): AlarmStatus {
  if (body.gauges.read(alarm) >= 0.5) return "active";
  return body.reset.has(alarm) ? "reset" : "normal";
}

/** The texts of a report's fields, blank ones left out. */
export function renderReport(fields: ReadonlyMap<number, Render>, shown: Shown): ReportFields {
  const texts = new Map<number, string>();
  for (const [field, render] of fields) {
    const value = render(shown);
    if (value !== "") texts.set(field, value);
  }
  return texts;
}
