import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { codeWord, metricTerm } from "@wardtwin/device-profiles/vocabulary/metrics";
import type { Reading } from "@wardtwin/device-profiles/vocabulary/reading";

/** A reading as a person checks it: with the word behind a code, and what the device itself called it. */
export interface ToldReading extends Reading {
  ucum: string;
  word?: string;
  /** The device's own number or word, where it is another than ours. */
  told?: string;
  deviceUcum?: string;
}

/** Twelve significant digits undo a scale: 24.47328 cm[H2O] are 24 mbar again. */
const DIGITS = 12;

/** Sets beside a reading what its profile says of the device's own words and units. */
export function toldReading({ metrics }: Profile, reading: Reading): ToldReading {
  const { metric, value, quality } = reading;
  const mapping = metrics[metric];
  const word = value === null ? null : codeWord(metric, value);
  const base = { metric, value, ucum: metricTerm(metric).ucum, quality, ...(word === null ? {} : { word }) };
  if (mapping === undefined || value === null) return base;
  const [own, another] = "words" in mapping && word !== null ? ownWords(mapping.words, word) : [];
  // Where two of the device's words mean the same to us, what it said can no longer be told.
  const isCertain = another === undefined && !("otherwise" in mapping && mapping.otherwise === word);
  if (own !== undefined && isCertain) return { ...base, told: own };
  const { deviceUcum, scale = 1 } = mapping;
  if (deviceUcum === undefined) return base;
  return { ...base, told: String(Number((value / scale).toPrecision(DIGITS))), deviceUcum };
}

/** The device's words for one of ours; a profile lists either ours by the device's, or the device's codes by ours. */
function ownWords(words: Readonly<Record<string, string | readonly string[]>>, word: string): readonly string[] {
  return Object.entries(words).flatMap(([key, value]) => {
    if (typeof value === "string") return value === word ? [key] : [];
    return key === word ? value : [];
  });
}
