import { expect, test } from "vitest";
import { createRing } from "./ring.ts";

test("a ring keeps the last items in the order in which they came, and no more than its capacity", () => {
  const ring = createRing<number>(3);
  expect(ring.items()).toEqual([]);
  for (const item of [1, 2, 3, 4, 5]) ring.push(item);
  expect(ring.items()).toEqual([3, 4, 5]);
});
