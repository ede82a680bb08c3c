import { readFileSync } from "node:fs";

const FILE = new URL("../../../fixtures/draeger-medibus-exchanges.txt", import.meta.url);

/** The worked exchanges of the sheet's section 6, for tests: `A host` is what the host says in exchange A. */
export const EXCHANGES: ReadonlyMap<string, Buffer> = new Map(
  readFileSync(FILE, "utf8")
    .trim()
    .split("\n")
    .map((line): [string, Buffer] => {
      const [exchange = "", speaker = "", hex = ""] = line.split(" ");
      return [`${exchange} ${speaker}`, Buffer.from(hex, "hex")];
    }),
);

/** One side of an exchange. Throws for one that the sheet does not have. */
export function exchange(name: string): Buffer {
  const bytes = EXCHANGES.get(name);
  if (bytes === undefined) throw new Error(`the sheet has no exchange ${name}`);
  return bytes;
}
