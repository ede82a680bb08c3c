import type { DpsModule } from "../../devices/dps-module.ts";

/**
 * Variables by their letters, as base and modules tell them. Source: fact sheet fresenius-orchestra-dps.md, section 3. It
 * gives the width of a, d and r (four digits) and of b (two); ours are: e and i of two digits, k as d, s as r, m as the
 * one digit by which MO names a mode; a volume that outgrows its four digits takes more.
 */
const hex = (value: number, digits: number): string =>
  Math.max(0, Math.round(value)).toString(16).toUpperCase().padStart(digits, "0");

/** What a module shows at one moment. */
export interface ModuleState {
  alarmBits: number;
  errorCode: number;
  /** 1 by hand, 2 by a computer. */
  mode: number;
  rateMlPerH: number;
  infusedMl: number;
  bolusRateMlPerH: number;
  bolusMl: number;
}

const MODULE_VARIABLES: Readonly<Record<string, (module: ModuleState) => string>> = {
  a: ({ alarmBits }) => hex(alarmBits, 4),
  e: ({ errorCode }) => hex(errorCode, 2),
  m: ({ mode }) => String(mode),
  d: ({ rateMlPerH }) => hex(rateMlPerH * 10, 4),
  r: ({ infusedMl }) => hex(infusedMl * 1000, 4),
  k: ({ bolusRateMlPerH }) => hex(bolusRateMlPerH * 10, 4),
  s: ({ bolusMl }) => hex(bolusMl * 1000, 4),
};

/** Slots that hold a module. */
type Occupied = readonly number[];
const BASE_VARIABLES: Readonly<Record<string, (occupied: Occupied) => string>> = {
  i: (occupied) => hex(occupied.length, 2),
  b: (occupied) =>
    hex(
      occupied.reduce((bits, slot) => bits | (1 << (slot - 1)), 0),
      2,
    ),
};

export type Variables = ReadonlyMap<string, string>;

const tell = <State>(variables: Readonly<Record<string, (state: State) => string>>, state: State): Variables =>
  new Map(Object.entries(variables).map(([id, render]) => [id, id + render(state)]));

/** Each variable of a module with its letter before it, by its letter. */
export const moduleVariables = (state: ModuleState): Variables => tell(MODULE_VARIABLES, state);
export const baseVariables = (occupied: Occupied): Variables => tell(BASE_VARIABLES, occupied);

const LETTERS = new Set([...Object.keys(MODULE_VARIABLES), ...Object.keys(BASE_VARIABLES)]);
export const isVariable = (letter: string): boolean => LETTERS.has(letter);

/** Every module here is at rest or worked by hand; what it shows comes from its body alone. */
export function stateOfModule(body: DpsModule): ModuleState {
  const { gauges, duty } = body;
  const inUse = duty.state === "in-use";
  return {
    alarmBits: gauges.read("unclassifiedAlarm") >= 0.5 ? 1 : 0,
    errorCode: gauges.read("pumpErrorCode"),
    mode: Math.round(gauges.read("pumpControl")),
    rateMlPerH: inUse ? gauges.read("infusionRateMlPerH") : 0,
    infusedMl: gauges.read("volumeInfusedMl"),
    bolusRateMlPerH: inUse ? gauges.read("bolusRateMlPerH") : 0,
    bolusMl: gauges.read("bolusVolumeMl"),
  };
}
