import { BATCH_LIMITS } from "./batch.ts";
import { type ByteReader, LayoutError } from "./bytes.ts";
import { BLANKS, FLOATS, readQualitiesOf, readValues } from "./columns.ts";

/** In the place of the decimals: 64-bit floats. */
const FIRST_FLOATS = 255;

/**
 * Columns as the first layout had them: in each its metric's name, its qualities, its decimals, and whether it has blanks.
 * Nothing writes it any more. @throws LayoutError
 */
export function readColumnsOfFirstLayout(input: ByteReader, rows: number) {
  return Array.from({ length: input.count(BATCH_LIMITS.columnsPerGroup, "columns") }, () => {
    const metric = input.text(BATCH_LIMITS.textBytes);
    const qualities = readQualitiesOf(input, rows);
    const values = readValues(input, firstForm(input), rows);
    return { metric, qualities, values };
  });
}

function firstForm(input: ByteReader): number {
  const decimals = input.u8();
  if (decimals === FIRST_FLOATS) return FLOATS;
  if (decimals >= FLOATS) throw new LayoutError(`${decimals} decimals`);
  return decimals + (input.u8() === 0 ? 0 : BLANKS);
}
