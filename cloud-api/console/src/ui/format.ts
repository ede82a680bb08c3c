import { strings } from "../strings/strings.ts";
import type { CodeWord, Ucum } from "../strings/words.ts";

const LOCALE = "en-GB";

export interface SiteTime {
  /** "14:32:05" */
  clock(at: Date | string | number): string;
  /** "14:32" today, "12 Nov, 14:32" on other days */
  moment(at: string, nowMs: number): string;
  /** "12 November 2026 at 14:32:05 GMT" */
  full(at: string): string;
  /** "12 Nov" */
  day(at: number): string;
  /** "14:32" */
  minute(at: number): string;
}

/** Times as the hospital's own clocks show them, wherever the browser is. */
export function siteTime(timeZone: string | undefined): SiteTime {
  const format = (options: Intl.DateTimeFormatOptions) => formatter(options, timeZone);
  const clock = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const minute = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = format({ day: "numeric", month: "short" });
  const full = format({ dateStyle: "long", timeStyle: "long", hourCycle: "h23" });
  return {
    clock: (at) => clock.format(new Date(at)),
    moment: (at, nowMs) => {
      const date = new Date(at);
      const time = minute.format(date);
      return day.format(date) === day.format(nowMs) ? time : `${day.format(date)}, ${time}`;
    },
    full: (at) => full.format(new Date(at)),
    day: (at) => day.format(at),
    minute: (at) => minute.format(at),
  };
}

/** An unknown zone in the registry must not take the page down: the browser's own stands in. */
function formatter(options: Intl.DateTimeFormatOptions, timeZone: string | undefined): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(LOCALE, timeZone === undefined ? options : { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(LOCALE, options);
  }
}

const numbers = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const hours = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const numberWords = (value: number): string => numbers.format(value);

/** Low and high of a value, in no more room than a column has: the larger they are, the fewer digits behind the point. */
export function rangeWords(low: number, high: number): string {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const maximumFractionDigits = size >= 1_000 ? 0 : size >= 100 ? 1 : 2;
  const { format } = new Intl.NumberFormat(LOCALE, { maximumFractionDigits });
  return low === high ? format(low) : `${format(low)}–${format(high)}`;
}

/** What a conversion adds to the digits that a device tells is no measurement; fewer than these look coarser than they are. */
const DIGITS_MIN = 3;

/** A value with as many digits as the device tells of it in its own unit, and three at least. */
export function measuredWords(value: number, asTold: { value: number } | null): string {
  if (asTold === null) return numberWords(value);
  const told = String(asTold.value).replaceAll(/\D/g, "").replace(/^0+/, "").length;
  return new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: Math.max(DIGITS_MIN, told) }).format(value);
}
export const hoursWords = (value: number): string => hours.format(value);

/** "48 min", "3.2 h" */
export const durationWords = (h: number): string =>
  h < 1 ? `${Math.round(h * 60)}\u202fmin` : `${hoursWords(h)}\u202fh`;

/** The unit as people of the trade write it; one that this console does not know stands as it came, its products dotted. */
export const unitWords = (ucum: string): string =>
  isKnownUnit(ucum) ? strings.words.unit[ucum] : ucum.replaceAll(".", "·");
const isKnownUnit = (ucum: string): ucum is Ucum => Object.hasOwn(strings.words.unit, ucum);

/** The label of a code word; one that this console does not know yet stands as it came. */
export const codeWords = (word: string): string => (isCodeWord(word) ? strings.words.codeWord[word] : word);
export const isCodeWord = (word: string): word is CodeWord => Object.hasOwn(strings.words.codeWord, word);

/** A value or word with its unit, or null where there is neither. */
export function readingWords(value: number | null, word: string | null, ucum: string): string | null {
  if (word !== null) return codeWords(word);
  if (value === null) return null;
  const unit = unitWords(ucum);
  return unit === "" ? numberWords(value) : `${numberWords(value)}${unit.startsWith("/") ? "" : "\u202f"}${unit}`;
}
