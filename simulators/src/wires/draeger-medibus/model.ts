import type { DateStyle } from "./records.ts";

/**
 * What differs between the ventilators that speak MEDIBUS. Source: fact sheet draeger-medibus.md, sections 1, 3 and 6; it
 * knows of identification codes and revisions only that they are there, so those here are made up, as is the language of
 * a model.
 */
export interface MedibusModel {
  /** Four digits, name and revision, as it answers 52H. */
  id: string;
  name: string;
  revision: string;
  baudRate: number;
  /** 10 without parity, 11 with it. */
  bitsPerByte: 10 | 11;
  date: DateStyle;
  /** On which side of its field a value stands. */
  aligned: "left" | "right";
  /** Phrases and texts of the older protocol. */
  olderLabels: boolean;
  language: string;
  /** Codes that it does not know, by command. */
  without: Readonly<Partial<Record<"measured" | "settings" | "alarms2" | "texts", readonly number[]>>>;
}

const ENGLISH = { month: "english", seconds: true, space: true } as const;

export const MODELS = {
  "evita-xl": {
    id: "8054",
    name: "Evita XL",
    revision: "07.06:05.03",
    baudRate: 19_200,
    bitsPerByte: 10,
    date: { ...ENGLISH, month: "german", seconds: false },
    aligned: "right",
    olderLabels: false,
    language: "DEUTSCH",
    without: { settings: [0x40], alarms2: [0xfe], texts: [0x54] },
  },
  "evita-v500": {
    id: "8055",
    name: "Evita V500",
    revision: "02.51:06.00",
    baudRate: 19_200,
    bitsPerByte: 10,
    date: { ...ENGLISH, space: false },
    aligned: "right",
    olderLabels: false,
    language: "ENGLISH",
    without: { settings: [0x40], alarms2: [0x5a] },
  },
  apollo: {
    id: "8037",
    name: "Apollo",
    revision: "04.53:04.03",
    baudRate: 9600,
    bitsPerByte: 11,
    date: ENGLISH,
    aligned: "left",
    olderLabels: true,
    language: "ENGLISH",
    without: { measured: [0x8b, 0xb5, 0xc7], settings: [0x04, 0x29], alarms2: [0xfe], texts: [0x1e] },
  },
  /** In no hospital here: it only ever hangs on another's line. */
  "evita-4": {
    id: "8050",
    name: "Evita 4",
    revision: "04.10:03.00",
    baudRate: 19_200,
    bitsPerByte: 11,
    date: ENGLISH,
    aligned: "right",
    olderLabels: true,
    language: "ENGLISH",
    without: { settings: [0x40], alarms2: [0xfe], texts: [0x54] },
  },
} as const satisfies Record<string, MedibusModel>;

export type ModelName = keyof typeof MODELS;
const isModelName = (word: string): word is ModelName => Object.hasOwn(MODELS, word);
export const MODEL_NAMES: readonly ModelName[] = Object.keys(MODELS).filter(isModelName);

/** The model that a profile is of. Throws for a profile of no such ventilator: a mistake of the plan. */
export function modelOfProfile(profile: string): ModelName {
  const name = profile.replace(/^draeger\//, "");
  if (!isModelName(name)) throw new Error(`${profile} is no ventilator that speaks MEDIBUS`);
  return name;
}
