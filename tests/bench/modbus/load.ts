/**
 * What both sides of the bench ask for: so many lines with so many units each, every unit once a second, in one request.
 */
export interface Load {
  lines: number;
  unitsPerLine: number;
  /** Values of one request; each is one input register and one metric. */
  values: number;
}

/** Registers 0 and 1 hold the layout and the state. */
export const VALUE_FIRST = 2;
export const requestOf = ({ values }: Load) => ({ address: 0, count: VALUE_FIRST + values });
export const pollsPerS = ({ lines, unitsPerLine }: Load): number => lines * unitsPerLine;
