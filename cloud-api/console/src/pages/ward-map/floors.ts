import type { DeviceKind, WardMap, WardTile } from "../../api/types.ts";

/** Wards in the places they always have: floors from the top down, within a floor by their order. */
export function floorsOf({ wards }: Pick<WardMap, "wards">): {
  floors: { floor: number; wards: WardTile[] }[];
  apart: WardTile[];
} {
  const placed = wards.toSorted((a, b) => b.floor - a.floor || a.order - b.order || a.id.localeCompare(b.id));
  const byFloor = Map.groupBy(
    placed.filter(({ kind }) => kind === "ward"),
    ({ floor }) => floor,
  );
  return {
    floors: [...byFloor].map(([floor, onFloor]) => ({ floor, wards: onFloor })),
    apart: placed.filter(({ kind }) => kind !== "ward"),
  };
}

/** The classes that the hospital has at all, in the order in which every tile shows them. */
export const kindsOf = ({ totals }: Pick<WardMap, "totals">): DeviceKind[] =>
  totals.filter(({ have }) => have > 0).map(({ kind }) => kind);
