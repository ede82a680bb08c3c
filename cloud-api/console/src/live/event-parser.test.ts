import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventParser } from "./event-parser.ts";

function parsed(chunks: readonly string[]): [string, string][] {
  const events: [string, string][] = [];
  const parse = createEventParser((name, data) => events.push([name, data]));
  for (const chunk of chunks) parse(chunk);
  return events;
}

const TEXT = 'event: hello\ndata: {"at":1}\n\n: beat\n\nevent: twin\r\ndata: a\r\ndata: b\r\n\r\ndata:bare\n\n';
const EVENTS = [
  ["hello", '{"at":1}'],
  ["twin", "a\nb"],
  ["message", "bare"],
];

test("events are read as the standard says, and comments are none", () => {
  expect(parsed([TEXT])).toEqual(EVENTS);
});

test("a stream means the same wherever it is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length), { maxLength: 8 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), TEXT.length];
      const chunks = at.slice(1).map((end, i) => TEXT.slice(at[i], end));
      expect(parsed(chunks)).toEqual(EVENTS);
    }),
  );
});

test("an event that is cut off is not told", () => {
  expect(parsed(["event: twin\ndata: {"])).toEqual([]);
});
