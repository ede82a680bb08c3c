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
  const words = "words" in mapping ? Object.entries(mapping.words).filter(([, ours]) => ours === word) : [];
  // Where two of the device's words mean the same to us, what it said can no longer be told.
  const [own] = words.length === 1 ? words : [];
  const otherwise = "otherwise" in mapping ? mapping.otherwise : undefined;
  if (own !== undefined && otherwise !== word) return { ...base, told: own[0] };
  const { deviceUcum, scale = 1 } = mapping;
  if (deviceUcum === undefined) return base;
  return { ...base, told: String(Number((value / scale).toPrecision(DIGITS))), deviceUcum };
}
