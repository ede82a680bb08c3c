import type { Duty } from "../devices/duty-cycle.ts";
import type { Gateway, Ward } from "./manifest.ts";

export const SITE = { id: "simulated-general", name: "Simulated General Hospital", timeZone: "Europe/Berlin" } as const;

export const WARDS: readonly Ward[] = [
  { id: "emergency", name: "Emergency", kind: "ward", floor: 1, order: 1 },
  { id: "recovery", name: "Recovery", kind: "ward", floor: 1, order: 2 },
  { id: "icu-a", name: "Intensive Care A", kind: "ward", floor: 2, order: 1 },
  { id: "icu-b", name: "Intensive Care B", kind: "ward", floor: 2, order: 2 },
  { id: "medical", name: "Medical", kind: "ward", floor: 3, order: 1 },
  { id: "surgical", name: "Surgical", kind: "ward", floor: 3, order: 2 },
  { id: "equipment-store", name: "Equipment Store", kind: "store", floor: 0, order: 1 },
  { id: "imaging", name: "Imaging", kind: "ward", floor: 0, order: 2 },
  { id: "plant-room", name: "Plant Room", kind: "workshop", floor: 0, order: 3 },
];

export const GATEWAYS: readonly Gateway[] = [
  { id: "gw-north", name: "Gateway North (floors 1 and 2)", ward: "icu-a" },
  { id: "gw-south", name: "Gateway South (floor 3 and store)", ward: "surgical" },
];

/** The gateway whose lines run through a floor. */
export const gatewayOfFloor = (floor: number): string => (floor === 1 || floor === 2 ? "gw-north" : "gw-south");

/** Where the devices of a kind stand, in the order in which they are handed out; begins again when there are more. */
export const PLACEMENT = {
  ventilator: [
    "icu-a",
    "icu-b",
    "emergency",
    "recovery",
    "equipment-store",
    "icu-a",
    "icu-b",
    "surgical",
    "icu-a",
    "equipment-store",
  ],
  defibrillator: ["emergency", "icu-a", "icu-b", "medical", "surgical", "recovery", "equipment-store", "emergency"],
  /** One entry for a rack of up to eight pumps. */
  "infusion-pump": ["icu-a", "surgical", "medical", "icu-b", "recovery", "emergency"],
  "syringe-pump": ["recovery"],
  imaging: ["imaging"],
  /** Panels stand where the gas is used; they share the plant's line, which runs through the whole house. */
  "medical-gas": ["plant-room", "icu-a", "surgical", "recovery", "icu-b", "medical", "emergency"],
  "medibus-ventilator": ["icu-a", "icu-b", "icu-a", "surgical"],
  /** One entry for a base of up to five modules. */
  "orchestra-module": ["icu-b"],
  "serial-defibrillator": ["medical", "surgical"],
  /** All on the floor that their bus runs through. */
  "rtu-defibrillator": ["emergency", "recovery", "emergency"],
  "ventilator-980": ["icu-a", "icu-b"],
  "ventilator-snda": ["surgical"],
} as const;
/** What is handed out together: devices of one kind with the same wire. */
export type SimulatedKind = keyof typeof PLACEMENT;

/** How busy a ward keeps its equipment: share of ventilators and pumps in use. What stands in the store is spare. */
const IN_USE_SHARE: Readonly<Record<string, number>> = {
  emergency: 0.65,
  recovery: 0.6,
  "icu-a": 0.8,
  "icu-b": 0.75,
  medical: 0.5,
  surgical: 0.6,
  imaging: 0.55,
  // The plant behind all the others is never without flow for long.
  "plant-room": 0.95,
};
const IN_USE_MEAN_H = {
  ventilator: 20,
  "medibus-ventilator": 20,
  "infusion-pump": 1.5,
  "syringe-pump": 4,
  "orchestra-module": 3,
  defibrillator: 0.4,
  imaging: 0.5,
  "medical-gas": 12,
} as const;

/** A defibrillator is in use for minutes at a time, about once in a dozen hours of a busy ward. */
const DEFIBRILLATOR_SHARE_OF_WARD = 0.05;

export function dutyOf(kind: keyof typeof IN_USE_MEAN_H, ward: string): Duty {
  const share = IN_USE_SHARE[ward] ?? 0;
  const inUseShare = kind === "defibrillator" ? share * DEFIBRILLATOR_SHARE_OF_WARD : share;
  return { inUseShare, inUseMeanH: IN_USE_MEAN_H[kind] };
}
