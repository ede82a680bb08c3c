import fc from "fast-check";
import { expect, test } from "vitest";
import { CommandBuffer } from "./command-buffer.ts";

const commandsOf = (...chunks: string[]): string[] => {
  const buffer = new CommandBuffer();
  for (const chunk of chunks) buffer.receive(Buffer.from(chunk, "latin1"));
  const commands: string[] = [];
  for (let next = buffer.next(); next !== undefined; next = buffer.next()) commands.push(next);
  return commands;
};

test("a request is collected until CR, however its bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 10 }), (cuts) => {
      const text = "SNDF\rSNDA\r";
      const edges = [0, ...[...cuts].sort((a, b) => a - b), text.length];
      const chunks = edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
      expect(commandsOf(...chunks)).toEqual(["SNDF", "SNDA"]);
    }),
  );
  expect(commandsOf("SNDF")).toEqual([]);
});

test("RSET clears what came before it and nothing after it", () => {
  expect(commandsOf("SNDF\rSNDF\rRSET\rSNDF\r")).toEqual(["SNDF"]);
  expect(commandsOf("XXRSET\rSNDF\r")).toEqual(["XXRSET", "SNDF"]);
});

test("noise without end is held within limits and the next request still heard", () => {
  expect(commandsOf("Z".repeat(100_000), "SNDF\rSNDF\r")).toEqual(["", "SNDF"]);
  expect(commandsOf("SNDF\r".repeat(1000)).length).toBe(16);
});
