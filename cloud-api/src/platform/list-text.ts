/**
 * Lists as PostgreSQL reads them in a text parameter. The driver would look at every number and quote it; for the hundred
 * thousand numbers of a group of batches that costs more than the insert.
 */
export const numbersText = (numbers: readonly (number | null)[]): string =>
  `{${numbers.map((number) => number ?? "NULL").join(",")}}`;

/** A list of such lists, for a `text[]` whose elements are cast one by one: PostgreSQL's own lists of lists have one length. */
export const listsText = (lists: readonly string[]): string => (lists.length === 0 ? "{}" : `{"${lists.join('","')}"}`);
