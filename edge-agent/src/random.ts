import { randomUUID } from "node:crypto";

/** Chance, handed in so that a test can replay it. */
export interface Random {
  /** At least 0 and below 1. */
  unit(): number;
  /** A fresh UUID. */
  id(): string;
}

export const systemRandom: Random = { unit: () => Math.random(), id: () => randomUUID() };
