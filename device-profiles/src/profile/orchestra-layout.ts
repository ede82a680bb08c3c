/**
 * What the gateway asks of a module in one LE, by the protocol's own letters: flow rate, volume infused, mode, error, alarm
 * bits, bolus rate. The bolus volume (s) tells nothing of the pump and is not asked for.
 */
export const ORCHESTRA_VARIABLES = "drmeak";

/** The digit before a message: 0 is the base itself, every other one a slot of it. */
export const ORCHESTRA_BASE = "0";
export const ORCHESTRA_SLOTS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;
export type OrchestraSlot = (typeof ORCHESTRA_SLOTS)[number];
export type OrchestraPlace = typeof ORCHESTRA_BASE | OrchestraSlot;

export const orchestraSlot = (text: string): OrchestraSlot | undefined => ORCHESTRA_SLOTS.find((slot) => slot === text);
export const orchestraPlace = (text: string): OrchestraPlace | undefined =>
  text === ORCHESTRA_BASE ? ORCHESTRA_BASE : orchestraSlot(text);
