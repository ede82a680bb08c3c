/**
 * The MISCF report of the Puritan Bennett 840 and 980 (reply to SNDF), as captured on real ventilators.
 *
 *     MISCF,1225,169 ,<STX>field5,field6,...,field173,<ETX><CR>
 *
 * The second field counts the characters strictly between STX and ETX, the third the data fields. The first data field is
 * number 5, every field ends with a comma, is left-justified and padded with spaces to its width.
 */
export const SNDF_FIELD_FIRST = 5;
export const SNDF_FIELD_LAST = 173;
export const SNDF_FIELD_COUNT = SNDF_FIELD_LAST - SNDF_FIELD_FIRST + 1;

const WIDTH = 6;
/** Identity 6, date 7, vent type 8, constant during rate change 50, humidification 53, O2 sensor 55, circuit 66. */
const WIDER: Readonly<Record<number, number>> = { 6: 18, 7: 12, 8: 9, 50: 9, 53: 18, 55: 9, 66: 9 };

/** Characters of a field, without its comma. */
export const sndfWidth = (field: number): number => WIDER[field] ?? WIDTH;

/** Characters strictly between STX and ETX, commas included: 1225. */
export const SNDF_BODY_CHARS = Array.from(
  { length: SNDF_FIELD_COUNT },
  (_, index) => sndfWidth(SNDF_FIELD_FIRST + index) + 1,
).reduce((sum, width) => sum + width, 0);

/** Fields about a person's body: 60 is the ideal body weight. They are blanked as soon as a report is taken apart. */
export const PATIENT_FIELDS: readonly number[] = [60];
