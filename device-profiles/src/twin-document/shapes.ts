import { BATCH_LIMITS } from "./batch.ts";
import { type ByteReader, type ByteWriter, LayoutError } from "./bytes.ts";

/**
 * The shapes of a batch: which metrics stand beside each other in a group. Devices of a kind tell the same metrics poll after
 * poll, so that each shape stands once in a batch and each name once in all shapes:
 *
 *     names: text · shapes: names of each: index
 */
export class Shapes {
  readonly #names = new Map<string, number>();
  readonly #shapes: (readonly { metric: string }[])[] = [];
  /** Of the shapes with so many names, by the last of these. */
  readonly #byLast = new Map<string, number[]>();

  /** The number of a group's shape, which from now on is among the shapes. */
  of(columns: readonly { metric: string }[]): number {
    const key = `${columns.length} ${columns.at(-1)?.metric ?? ""}`;
    const alike = this.#byLast.get(key) ?? [];
    const known = alike.find((number) => isSame(this.#shapes[number] ?? [], columns));
    if (known !== undefined) return known;
    for (const { metric } of columns) if (!this.#names.has(metric)) this.#names.set(metric, this.#names.size);
    const number = this.#shapes.push(columns) - 1;
    this.#byLast.set(key, [...alike, number]);
    return number;
  }

  write(out: ByteWriter): void {
    out.varint(this.#names.size);
    for (const name of this.#names.keys()) out.text(name);
    out.varint(this.#shapes.length);
    for (const shape of this.#shapes) {
      out.varint(shape.length);
      for (const { metric } of shape) out.varint(this.#names.get(metric) ?? 0);
    }
  }
}

function isSame(one: readonly { metric: string }[], other: readonly { metric: string }[]): boolean {
  for (let at = 0; at < other.length; at++) if (one[at]?.metric !== other[at]?.metric) return false;
  return one.length === other.length;
}

/** The names in each shape. @throws LayoutError */
export function readShapes(input: ByteReader): string[][] {
  const names = Array.from({ length: input.count(BATCH_LIMITS.metrics, "metrics") }, () =>
    input.text(BATCH_LIMITS.textBytes),
  );
  return Array.from({ length: input.count(BATCH_LIMITS.shapes, "shapes") }, () =>
    Array.from({ length: input.count(BATCH_LIMITS.columnsPerGroup, "columns") }, () => {
      const name = names[input.varint()];
      if (name === undefined) throw new LayoutError("a metric that is not among the names");
      return name;
    }),
  );
}
