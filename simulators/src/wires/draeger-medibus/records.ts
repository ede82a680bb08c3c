/**
 * How records stand in the data of a response. Source: fact sheet draeger-medibus.md, section 3, "Response payloads".
 */
import type { WallTime } from "../../clock.ts";
import { hex } from "./frame.ts";

const ETX = "\x03";
/** 30H and the length must be a byte of the slow stream. */
const TEXT_MAX = 0x4f;
const PHRASE_CHARACTERS = 12;

/** A value under its code; a value that the device does not have, or that its field cannot hold, is blank. */
export interface ValueRecord {
  code: number;
  value: number | undefined;
  decimals: number;
  /** Written as `40.` where there are no decimals. */
  pointed?: boolean;
}

/** Characters of a measured value or limit, and of a setting. */
export const VALUE_CHARACTERS = 4;
export const SETTING_CHARACTERS = 5;

/** A number in a field of so many characters, giving up decimals before digits. */
function numberText({ value, decimals, pointed = false }: ValueRecord, width: number): string {
  if (value === undefined) return "";
  for (let places = decimals; places >= 0; places -= 1) {
    const text = value.toFixed(places);
    if (text.length < width && places === 0 && pointed) return `${text}.`;
    if (text.length <= width) return text;
  }
  return "";
}

export function valueRecords(records: readonly ValueRecord[], width: number, aligned: "left" | "right"): string {
  const field = (record: ValueRecord): string => {
    const text = numberText(record, width);
    return aligned === "left" ? text.padEnd(width) : text.padStart(width);
  };
  return records.map((record) => hex(record.code) + field(record)).join("");
}

export interface AlarmRecord {
  code: number;
  /** 1 to 31; the sheet tells what the ranges mean. */
  priority: number;
  phrase: string;
}

export function alarmRecords(records: readonly AlarmRecord[]): string {
  return records
    .map(({ code, priority, phrase }) => {
      if (priority < 1 || priority > 31 || phrase.length > PHRASE_CHARACTERS) throw new Error(`no alarm ${phrase}`);
      return String.fromCharCode(0x30 + priority) + hex(code) + phrase.padEnd(PHRASE_CHARACTERS);
    })
    .join("");
}

export interface TextRecord {
  code: number;
  text: string;
}

export function textRecords(records: readonly TextRecord[]): string {
  return records
    .map(({ code, text }) => {
      const cut = text.slice(0, TEXT_MAX);
      return hex(code) + String.fromCharCode(0x30 + cut.length) + cut + ETX;
    })
    .join("");
}

export interface RealtimeStream {
  code: number;
  intervalUs: number;
  min: number;
  max: number;
}
/** The greatest raw value of a sample: twelve bits. */
export const MAX_BIN = 0xfff;

export function realtimeRecords(streams: readonly RealtimeStream[]): string {
  return streams
    .map(
      ({ code, intervalUs, min, max }) =>
        hex(code) +
        String(intervalUs).padStart(8) +
        String(min).padStart(5) +
        String(max).padStart(5) +
        MAX_BIN.toString(16).toUpperCase(),
    )
    .join("");
}

/** How a model writes a date. */
export interface DateStyle {
  seconds: boolean;
  space: boolean;
  month: "english" | "german";
}

const ENGLISH = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/** Three German months are known to differ; how March is written is not known. */
const GERMAN = new Map([
  ["MAY", "MAI"],
  ["OCT", "OKT"],
  ["DEC", "DEZ"],
]);
const two = (value: number): string => String(value).padStart(2, "0");

/** `HH:MM[:SS][ ]D-MON-YY`. */
export function dateText(wall: WallTime, second: number, style: DateStyle): string {
  const english = ENGLISH[wall.month - 1] ?? "";
  const month = style.month === "german" ? (GERMAN.get(english) ?? english) : english;
  const time = [wall.hour, wall.minute, ...(style.seconds ? [second] : [])].map(two).join(":");
  return `${time}${style.space ? " " : ""}${wall.day}-${month}-${two(wall.year % 100)}`;
}
