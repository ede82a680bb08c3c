import type { Random } from "../random.ts";
import type { Device, Line } from "./manifest.ts";
import { WARDS } from "./wards.ts";

/** A line before it is opened: what hangs on it, but not yet on which port it answers. */
export interface PlannedLine extends Pick<Line, "id" | "gateway" | "protocol" | "units"> {
  /** How frames stand on a Modbus line that is no Modbus TCP. */
  framing?: "rtu";
}

/** Modbus unit ids are given out from here on each line, as in the sheet's example. */
export const FIRST_UNIT_ID = 17;

/** The devices of one kind, and the lines that they hang on. */
export interface PlanPart {
  devices: Device[];
  lines: PlannedLine[];
}

export const number2 = (index: number): string => String(index + 1).padStart(2, "0");
export const floorOf = (ward: string): number => WARDS.find((each) => each.id === ward)?.floor ?? 0;
export const at = <Item>(list: readonly [Item, ...Item[]], index: number): Item => list[index % list.length] ?? list[0];

/** Serial numbers of a fixed prefix and width, each once. */
export function serials(random: Random, prefix: string, digits: number): () => string {
  const given = new Set<string>();
  return () => {
    for (;;) {
      const serial = prefix + String(random.integer(1, 10 ** digits - 1)).padStart(digits, "0");
      if (given.has(serial)) continue;
      given.add(serial);
      return serial;
    }
  };
}
