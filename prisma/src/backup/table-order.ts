/** Puts every table after those that it refers to, so that rows can be entered in this order. A table may refer to itself. */
export function inOrderOfReference<Table extends { readonly name: string }>(
  tables: readonly Table[],
  references: readonly { readonly from: string; readonly to: string }[],
): Table[] {
  const ordered: Table[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const waits = ({ name }: Table) => references.some(({ from, to }) => from === name && to !== name && names.has(to));
    const next = left.filter((table) => !waits(table));
    if (next.length === 0) throw new Error(`tables refer to each other in a ring: ${[...names].join(", ")}`);
    ordered.push(...next);
    left = left.filter(waits);
  }
  return ordered;
}
