import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HexText } from "./hex-text.ts";

function read(...pieces: string[]): Buffer | string {
  const hex = new HexText();
  const parts: Uint8Array[] = [];
  for (const bytes of [...pieces.map((piece) => hex.push(piece)), hex.finish()]) {
    if (!bytes.ok) return bytes.fault;
    parts.push(bytes.value);
  }
  return Buffer.concat(parts);
}
const frame = Buffer.from("!INF|4961\r# and more than one line of a dump\n", "latin1");

/** A dump as the tools write it; both come with every Debian, or are left out here by name. */
const xxd = (bytes: Uint8Array) =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const part = Buffer.from(bytes.subarray(16 * row, 16 * row + 16));
    const words = part.toString("hex").match(/.{1,4}/g) ?? [];
    const letters = part.toString("latin1").replace(/[^\x20-\x7e]/g, ".");
    return `${(16 * row).toString(16).padStart(8, "0")}: ${words.join(" ").padEnd(39)}  ${letters}\n`;
  }).join("");
const hexdump = (bytes: Uint8Array) => {
  if (bytes.length === 0) return "";
  const rows = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const part = Buffer.from(bytes.subarray(16 * row, 16 * row + 16));
    const pairs = part.toString("hex").match(/../g) ?? [];
    const words = `${pairs.slice(0, 8).join(" ").padEnd(23)}  ${pairs.slice(8).join(" ").padEnd(23)}`;
    const letters = part.toString("latin1").replace(/[^\x20-\x7e]/g, ".");
    return `${(16 * row).toString(16).padStart(8, "0")}  ${words}  |${letters}|\n`;
  });
  return `${rows.join("")}${bytes.length.toString(16).padStart(8, "0")}\n`;
};

test.each([
  ["pairs", "21 49 4E 46"],
  ["one word", "21494e46"],
  ["commas and 0x", "0x21, 0x49,0x4E,0x46"],
  ["lines and remarks", "# INF\n21 49 # begins\r\n\n4E46"],
])("%s are the bytes that they say", (_, text) => {
  expect(read(text)).toEqual(Buffer.from("!INF"));
});

test("any bytes come back from every way to write them, however the text is cut", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (bytes, cut) => {
      for (const text of [Buffer.from(bytes).toString("hex"), xxd(bytes), hexdump(bytes)]) {
        const at = text.length === 0 ? 0 : cut % text.length;
        expect(read(text.slice(0, at), text.slice(at))).toEqual(Buffer.from(bytes));
      }
    }),
  );
});

test("four bytes alone on a line are bytes, unless they say how many came before", () => {
  expect(read("21494e46\n7c343936")).toEqual(Buffer.from("!INF|496"));
});

test("the tools of this machine write what is read here", () => {
  const tools: [tool: string, args: string[]][] = [
    ["xxd", []],
    ["xxd", ["-p"]],
    ["hexdump", ["-C"]],
    ["od", ["-An", "-v", "-tx1"]],
  ];
  for (const [tool, args] of tools) {
    const { stdout, error } = spawnSync(tool, args, { input: frame, encoding: "latin1" });
    if (error === undefined) expect(read(stdout), tool).toEqual(frame);
  }
});

test.each([
  ["a letter that is no digit", "21 4G", 'line 1: "4G" is not pairs of hexadecimal digits'],
  ["half a byte", "21\n4", 'line 2: "4" is not pairs of hexadecimal digits'],
  [
    "lines that the dump left out",
    "00000000  21 49\n*",
    'line 2: "*" stands for lines that the dump left out; make it with hexdump -v',
  ],
  ["a line without end", "2".repeat(1_000_001), "line 1 is longer than 1000000 characters"],
])("%s is one sentence with its line", (_, text, sentence) => {
  expect(read(text)).toBe(sentence);
});
