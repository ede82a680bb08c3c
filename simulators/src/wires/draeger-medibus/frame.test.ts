import fc from "fast-check";
import { expect, test } from "vitest";
import { EXCHANGES } from "./exchanges.fixture.ts";
import { checksum, encodeFrame, type FrameKind, FrameReader, type Heard } from "./frame.ts";

const hear = (...chunks: (string | Uint8Array)[]): Heard[] => {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) => reader.read(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk));
};
const isFast = (bytes: Buffer): boolean => bytes.every((byte) => byte >= 0x80);

const frame = fc.record<{ kind: FrameKind; code: number; data: string }>({
  kind: fc.constantFrom("command", "response"),
  code: fc.integer({ min: 0x20, max: 0x7e }),
  data: fc.string({ maxLength: 251, unit: "grapheme-ascii" }),
});

test("every slow frame of the sheet is one frame, and is made byte for byte", () => {
  const slow = [...EXCHANGES].filter(([, bytes]) => !isFast(bytes));
  expect(slow).toHaveLength(21);
  for (const [name, bytes] of slow) {
    const [heard, ...more] = hear(bytes);
    expect([name, more]).toEqual([name, []]);
    if (heard?.kind !== "command" && heard?.kind !== "response") throw new Error(`${name} is not whole`);
    expect(heard.kind).toBe(name.endsWith("host") ? "command" : "response");
    expect(encodeFrame(heard.kind, heard.code, heard.data)).toEqual(bytes);
  }
});

test("whatever the frame, it is understood however it is cut, with realtime bytes between any two of its own", () => {
  const fast = fc.array(fc.tuple(fc.nat(260), fc.integer({ min: 0x80, max: 0xff })), { maxLength: 12 });
  fc.assert(
    fc.property(frame, fast, fc.array(fc.nat(260), { maxLength: 6 }), ({ kind, code, data }, strewn, cuts) => {
      const bytes = [...encodeFrame(kind, code, data)];
      for (const [at, byte] of strewn) bytes.splice(at % bytes.length, 0, byte);
      const edges = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((edge, index) => Buffer.from(bytes.slice(edges[index], edge)));
      const heard = hear(...chunks);
      expect(heard.filter((one) => one.kind !== "fast")).toEqual([{ kind, code, data }]);
      expect(heard).toHaveLength(1 + strewn.length);
    }),
  );
});

test("one byte changed anywhere, it is not the same frame any more", () => {
  fc.assert(
    fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ kind, code, data }, at, change) => {
      const bytes = encodeFrame(kind, code, data);
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ change;
      expect(hear(bytes)).not.toContainEqual({ kind, code, data });
    }),
  );
});

test("whatever bytes stand in a frame, what is heard as a command can be echoed", () => {
  const inside = fc.array(fc.integer({ min: 0, max: 0x7f }), { maxLength: 6 });
  const heardWhole = { count: 0 };
  fc.assert(
    fc.property(fc.constantFrom(0x1b, 0x01), inside, (start, content) => {
      const covered = Buffer.from([start, ...content]);
      for (const heard of hear(covered, `${checksum(covered)}\r`)) {
        if (heard.kind !== "command" && heard.kind !== "response") continue;
        heardWhole.count += 1;
        expect(() => encodeFrame("response", heard.code)).not.toThrow();
      }
    }),
    { numRuns: 3000 },
  );
  expect(heardWhole.count).toBeGreaterThan(100);
});

test("a command begun inside a response is heard, and the response with it", () => {
  const response = encodeFrame("response", 0x24, "7D24.0");
  const command = encodeFrame("command", 0x30);
  for (let at = 1; at < response.length; at += 1) {
    expect(hear(response.subarray(0, at), command, response.subarray(at))).toEqual([
      { kind: "command", code: 0x30, data: "" },
      { kind: "response", code: 0x24, data: "7D24.0" },
    ]);
  }
});

test("frames given up before their end, and one without end, are held within limits and told as broken", () => {
  const heard = hear(...Array.from({ length: 50 }, () => "\x1b$3"), `\x1b${"Z".repeat(10_000)}`, "\x1b$3F\r");
  expect(heard.at(-1)).toEqual({ kind: "command", code: 0x24, data: "" });
  const broken = heard.flatMap((one) => (one.kind === "broken" ? [one.text] : []));
  expect(broken.length).toBeGreaterThan(45);
  expect(Math.max(...broken.map(({ length }) => length))).toBeLessThan(300);
});

test("noise between frames is told once for each run, the handshake by its words", () => {
  expect(hear("xyz\r\n", "\x1b$3F\r", "\x13", "\x11", "q")).toEqual([
    { kind: "broken", text: "noise 78" },
    { kind: "command", code: 0x24, data: "" },
    { kind: "suspend" },
    { kind: "resume" },
    { kind: "broken", text: "noise 71" },
  ]);
  expect(hear("\x1b$3G\r", "\x1b$\r", "\x1b\r").map(({ kind }) => kind)).toEqual(Array(3).fill("broken"));
});

test("what no frame can carry is a mistake of the program", () => {
  for (const data of ["\r", "\x1b", "\x11", "Ä", "\x80"]) {
    expect(() => encodeFrame("response", 0x24, data)).toThrow("no frame can carry");
  }
  for (const code of [0x01, 0x0d, 0x1b, 0x80]) expect(() => encodeFrame("command", code)).toThrow("no frame can carry");
  expect(() => encodeFrame("command", 0x24, "x".repeat(252))).toThrow("no frame can carry");
  expect(checksum(Buffer.from([0xff, 0x02]))).toBe("01");
});
