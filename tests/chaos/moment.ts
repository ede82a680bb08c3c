import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "@wardtwin/simulators/random";

/** Lets a time pass that the seed chooses: a fault must not come at the same moment of the polls every time. */
export const moment = (random: Random, leastMs: number, mostMs: number): Promise<void> =>
  sleep(random.integer(leastMs, mostMs));

/** In an order of the seed's choice. */
export const shuffled = <Item>(items: readonly Item[], random: Random): Item[] =>
  items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
