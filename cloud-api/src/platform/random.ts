import { randomBytes, randomUUID } from "node:crypto";

/** Chance is passed in everywhere else, so that a test can repeat it. */
export interface Random {
  bytes(count: number): Uint8Array;
  uuid(): string;
}

export const systemRandom: Random = { bytes: (count) => randomBytes(count), uuid: () => randomUUID() };
