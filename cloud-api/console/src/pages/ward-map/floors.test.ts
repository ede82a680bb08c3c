import { expect, test } from "vitest";
import type { WardTile } from "../../api/types.ts";
import { floorsOf } from "./floors.ts";

const ward = (id: string, floor: number, order: number, kind: WardTile["kind"] = "ward"): WardTile => ({
  id,
  name: id,
  kind,
  floor,
  order,
  classes: [],
  asOf: null,
});

test("floors stand from the top down, wards by their order, stores and workshops apart", () => {
  const wards = [
    ward("b", 1, 2),
    ward("store", 0, 1, "store"),
    ward("a", 1, 1),
    ward("c", 3, 9),
    ward("shop", 2, 1, "workshop"),
  ];
  const { floors, apart } = floorsOf({ wards });
  expect(floors.map(({ floor, wards: on }) => [floor, on.map(({ id }) => id)])).toEqual([
    [3, ["c"]],
    [1, ["a", "b"]],
  ]);
  expect(apart.map(({ id }) => id)).toEqual(["shop", "store"]);
});

test("the order in which wards arrive moves no tile", () => {
  const wards = [ward("b", 1, 1), ward("a", 1, 1), ward("c", 1, 0)];
  expect(floorsOf({ wards })).toEqual(floorsOf({ wards: wards.toReversed() }));
});
