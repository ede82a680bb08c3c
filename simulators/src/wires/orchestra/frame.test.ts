import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame, FrameReader, SLOT_MAX } from "./frame.ts";

interface Golden {
  name: string;
  slot: number;
  message: string;
  hex: string;
}
/** Every frame of the sheet's worked examples. */
const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../fixtures/fresenius-orchestra-dps.json", import.meta.url), "utf8"),
) as Golden[];

const slots = fc.integer({ min: 0, max: SLOT_MAX });
const messages = fc
  .array(fc.integer({ min: 0x20, max: 0x7d }), { minLength: 1, maxLength: 80 })
  .map((codes) => String.fromCharCode(...codes));

test("every frame of the sheet is made and understood byte for byte", () => {
  expect(GOLDEN).toHaveLength(13);
  for (const { name, slot, message, hex } of GOLDEN) {
    expect([name, encodeFrame(slot, message).toString("hex")]).toEqual([name, hex]);
    expect(new FrameReader().read(Buffer.from(hex, "hex"))).toEqual([{ kind: "frame", slot, message }]);
  }
});

test("whatever the message, its frame is understood however its bytes are cut, between signs and noise", () => {
  const noise = fc.array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 10 });
  fc.assert(
    fc.property(slots, messages, noise, fc.array(fc.nat(90), { maxLength: 6 }), (slot, message, before, at) => {
      const bytes = Buffer.concat([Buffer.from([0x06, ...before, 0x14]), encodeFrame(slot, message)]);
      const edges = [0, ...[...at].sort((a, b) => a - b), bytes.length];
      const reader = new FrameReader();
      expect(edges.slice(1).flatMap((edge, index) => reader.read(bytes.subarray(edges[index], edge)))).toEqual([
        { kind: "ack" },
        { kind: "dc4" },
        { kind: "frame", slot, message },
      ]);
    }),
  );
});

test("one byte changed anywhere in a frame, it is not that frame nor any other", () => {
  fc.assert(
    fc.property(slots, messages, fc.nat(), fc.integer({ min: 1, max: 255 }), (slot, message, at, change) => {
      const bytes = Buffer.from(encodeFrame(slot, message));
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ change;
      expect(new FrameReader().read(bytes).filter(({ kind }) => kind === "frame")).toEqual([]);
    }),
  );
});

test("each way of being broken earns its own character of the sheet", () => {
  const error = (text: string): unknown =>
    new FrameReader()
      .read(Buffer.from(`\x02${text}\x03`, "latin1"))
      .map((heard) => (heard.kind === "broken" ? heard.error : heard.kind))[0];
  const long = "D".repeat(81);
  expect(error("0DC49")).toBe("2");
  expect(error("7DC41")).toBe("4");
  expect(error("DC78")).toBe("4");
  expect(error(`0${long}00`)).toBe("7");
  expect(error("0")).toBe("7");
  expect(error("0D\x06C48")).toBe("8");
  expect(error("0D\xc3C48")).toBe("1");
});

test("after a NAK its error digit is no noise before a frame, and a frame begun anew breaks the one before", () => {
  const heard = new FrameReader().read(Buffer.from("\x152\x0210DC\x020DC48\x03", "latin1"));
  expect(heard).toEqual([
    { kind: "nak" },
    { kind: "broken", error: "8", text: "10DC" },
    { kind: "frame", slot: 0, message: "DC" },
  ]);
});

test("a frame without end is held within limits, and the next is heard", () => {
  const reader = new FrameReader();
  expect(reader.read(Buffer.from(`\x02${"Z".repeat(100_000)}`))).toEqual([]);
  const [broken, frame] = reader.read(encodeFrame(0, "DC"));
  expect(broken).toMatchObject({ kind: "broken" });
  expect(broken?.kind === "broken" && broken.text.length).toBe(83);
  expect(frame).toEqual({ kind: "frame", slot: 0, message: "DC" });
});

test("a message that no frame can carry is a mistake of the program", () => {
  for (const message of ["", "é", "a~", "\r", "x".repeat(81)])
    expect(() => encodeFrame(1, message)).toThrow("no frame");
});
