import fc from "fast-check";
import { expect, test } from "vitest";
import { checksum, encodeFrame, FrameReader } from "./frame.ts";

/** Every worked example of the sheet that is not made of a pump's state, and the codes of its section 2. */
const REQUESTS = [
  "!INST_SERIALNO|457D\r",
  "!COMMS_PROTOCOL|E8DA\r",
  "!COMMS_RESPONSE_MAX|7E29\r",
  "!INF|4961\r",
  "!ALARM|50B2\r",
  "!SYRINGE_STATUS|4102\r",
];
const message = fc
  .string({ minLength: 1, maxLength: 120, unit: "grapheme-ascii" })
  .map((text) => text.replaceAll(/[!|]/g, "^"));

const hear = (...chunks: (string | Uint8Array)[]) => {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) => reader.read(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk));
};

test("the requests of the sheet are made and understood byte for byte", () => {
  for (const frame of REQUESTS) {
    const text = frame.slice(1, -6);
    expect(encodeFrame(text).toString("latin1")).toBe(frame);
    expect(hear(frame)).toEqual([{ kind: "message", text }]);
  }
  expect(encodeFrame("INF").toString("hex")).toBe("21494e467c343936310d");
  // CRC-16/CCITT-FALSE of its usual check string, and of the two serial numbers of the sheet.
  expect(["123456789", "8002-51740", "8002-51733"].map(checksum)).toEqual(["29B1", "3CC1", "9535"]);
});

test("whatever the message, its frame is understood however its bytes are cut, between any noise", () => {
  const cuts = fc.array(fc.nat(130), { maxLength: 6 });
  const noise = fc.string({ maxLength: 20, unit: "binary-ascii" }).map((text) => text.replaceAll("!", "?"));
  fc.assert(
    fc.property(message, cuts, noise, (text, at, before) => {
      const bytes = Buffer.concat([Buffer.from(before, "latin1"), encodeFrame(text)]);
      const edges = [0, ...[...at].sort((a, b) => a - b), bytes.length];
      expect(hear(...edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge)))).toEqual([
        { kind: "message", text },
      ]);
    }),
  );
});

test("one byte changed anywhere in a frame, it is no message", () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (text, at, change) => {
      const bytes = Buffer.from(encodeFrame(text));
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ change;
      expect(hear(bytes).filter(({ kind }) => kind === "message")).toEqual([]);
    }),
  );
});

test("ESC takes back the frame begun and nothing after it; a frame begun anew breaks the one before", () => {
  expect(hear("!INF\x1b|4961\r!ALARM|50B2\r")).toEqual([{ kind: "message", text: "ALARM" }]);
  expect(hear("!IN!INF|4961\r")).toEqual([
    { kind: "broken", text: "IN" },
    { kind: "message", text: "INF" },
  ]);
  expect(hear("!INF|4962\r", "!INF|\r", "!|FFFF\r", "!\r").map(({ kind }) => kind)).toEqual(Array(4).fill("broken"));
});

test("a frame without end is held within limits, and the next is heard", () => {
  const heard = hear(`!${"Z".repeat(100_000)}`, "!INF|4961\r");
  expect(heard.map(({ kind }) => kind)).toEqual(["broken", "message"]);
  expect(heard[0]?.text.length).toBeLessThan(200);
});

test("a message that no frame can carry is a mistake of the program", () => {
  for (const text of ["", "A|B", "A!B", "A\rB", "Ä"]) expect(() => encodeFrame(text)).toThrow("no frame can carry");
});
