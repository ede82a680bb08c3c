/** English months, and the German ones that differ from them. */
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const GERMAN: Readonly<Record<string, string>> = { MAI: "MAY", OKT: "OCT", DEZ: "DEC" };

/** The year is told by two digits. */
const CENTURY = 2_000;
/** Where no seconds are told, the middle of the minute is the best guess. */
const HALF_MINUTE_S = 30;

/**
 * A date and time as MEDIBUS writes it, `16:01:30 4-APR-26`; seconds and space may be missing, the month may be German.
 *
 * @returns ms as if the device's zone were UTC; null for what is no date
 */
export function medibusTimeMs(text: string): number | null {
  const told = /^ *(\d{1,2}):(\d\d)(?::(\d\d))? *(\d{1,2})-([A-Z]{3})-(\d\d) *$/.exec(text.toUpperCase());
  const [, hour, minute, second, day, name = "", year] = told ?? [];
  const month = MONTHS.indexOf(GERMAN[name] ?? name);
  if (told === null || month < 0) return null;
  const date = [CENTURY + Number(year), month, Number(day)] as const;
  const ms = Date.UTC(...date, Number(hour), Number(minute), Number(second ?? HALF_MINUTE_S));
  // The 31st of a month that has none would become the next one's first; 25 o'clock the next day's.
  const read = new Date(ms);
  const isThatDate = read.getUTCDate() === Number(day) && read.getUTCHours() === Number(hour);
  return isThatDate && read.getUTCMinutes() === Number(minute) ? ms : null;
}
