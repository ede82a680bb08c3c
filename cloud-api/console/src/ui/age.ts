import { strings } from "../strings/strings.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How old something is, in one unit, rounded down: an age is never told younger by more than it is. */
export function ageWords(ageMs: number): string {
  // Clocks of two machines agree to a second or so; a value from the near future is a new one.
  if (ageMs < 2 * SECOND_MS) return strings.age.now;
  if (ageMs < MINUTE_MS) return strings.age.seconds(Math.floor(ageMs / SECOND_MS));
  if (ageMs < HOUR_MS) return strings.age.minutes(Math.floor(ageMs / MINUTE_MS));
  if (ageMs < 2 * DAY_MS) return strings.age.hours(Math.floor(ageMs / HOUR_MS));
  return strings.age.days(Math.floor(ageMs / DAY_MS));
}
