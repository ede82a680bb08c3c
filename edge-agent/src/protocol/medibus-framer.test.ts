import { readFileSync } from "node:fs";
import { curveValue, medibusCurves } from "@wardtwin/device-profiles/codec/medibus-realtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type MedibusEvent, type MedibusFrame, MedibusFramer } from "./medibus-framer.ts";

const fixture = (name: string) =>
  readFileSync(new URL(`../../../device-profiles/fixtures/${name}`, import.meta.url), "utf8");
const frames = fixture("evita-v500.exchanges.hex")
  .trim()
  .split("\n")
  .map((line) => Buffer.from(line, "hex"));
const meaning = JSON.parse(fixture("evita-v500.exchanges.json"));
const slow = frames.filter((_, index) => meaning.frames[index].kind !== "realtime");
/** The sheet's reply C, by hand. */
const golden = Buffer.from("\x01$7D24.078 5.0D614.0B9 7.2F0 40.6B10135A\r", "latin1");
const command = Buffer.from("\x1bR6D\r", "latin1");
const record = Buffer.from("D39291999A", "hex");

function eventsOf(...chunks: Uint8Array[]): MedibusEvent[] {
  const framer = new MedibusFramer();
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.finish()];
}
const codes = (...chunks: Uint8Array[]) =>
  eventsOf(...chunks).map((event) => (event.kind === "frame" ? event.frame.kind : event.code));
const text = (words: string) => Buffer.from(words, "latin1");

/** An encoder of the test's own: the sum of all bytes from the first on, as two hexadecimal digits. */
function framed(start: "\x1b" | "\x01", body: string): Buffer {
  const bytes = text(start + body);
  const sum = bytes.reduce((total, byte) => (total + byte) % 256, 0);
  return Buffer.concat([bytes, text(`${sum.toString(16).toUpperCase().padStart(2, "0")}\r`)]);
}

/** A frame of the fixture as its JSON has it. */
function told(frame: MedibusFrame): unknown {
  switch (frame.kind) {
    case "pause":
    case "resume":
      return frame;
    case "realtime": {
      const { samples, commands } = frame.record;
      return {
        kind: "realtime",
        samples: samples.map(({ stream, raw }) => [stream, raw]),
        commands: commands.map(({ command, argument }) => [command.toString(16).toUpperCase(), argument]),
      };
    }
    case "command":
    case "response":
      return { ...frame, code: frame.code.toString(16).toUpperCase().padStart(2, "0") };
  }
}

test("every worked exchange of the sheet is one frame, alone and in a row", () => {
  for (const [index, frame] of frames.entries()) {
    const [event, ...rest] = eventsOf(frame);
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ kind: "frame", at: 0, bytes: frame.length });
    expect(event?.kind === "frame" && told(event.frame)).toEqual(meaning.frames[index]);
  }
  // A record ends where the next one begins, so that in a row it may come after a slow frame that began behind it.
  const inRow = eventsOf(...frames)
    .toSorted((one, other) => one.at - other.at)
    .map((event) => event.kind === "frame" && told(event.frame));
  expect(inRow).toEqual(meaning.frames);
});

test("the sheet's records are a pressure of 12.41 mbar and a flow of -35.0 L/min by the curves that it configures", () => {
  const configured = meaning.frames.find(
    ({ code, data }: { code: string; data: string }) => code === "53" && data !== "",
  );
  const curves = medibusCurves(configured.data);
  const [event] = eventsOf(record);
  if (!curves.ok || event?.kind !== "frame" || event.frame.kind !== "realtime") throw new Error("no record");
  expect(curves.value).toEqual([
    { code: "00", intervalUs: 20_000, min: -20, max: 100, binMax: 4_095 },
    { code: "01", intervalUs: 20_000, min: -200, max: 200, binMax: 4_095 },
  ]);
  const values = event.frame.record.samples.map(({ raw }, index) => {
    const curve = curves.value[index];
    return curve === undefined ? Number.NaN : curveValue(curve, raw);
  });
  expect(values[0]).toBeCloseTo(meaning.curves.pressureMbar, 2);
  expect(values[1]).toBeCloseTo(meaning.curves.flowLPerMin, 1);
});

test("fast bytes between any two slow ones leave the frame as it is, and are records of their own", () => {
  for (let at = 0; at <= golden.length; at++) {
    const events = eventsOf(golden.subarray(0, at), record, golden.subarray(at));
    const begin = at === 0 ? record.length : 0;
    expect(events.find((event) => event.bytes === golden.length)).toMatchObject({
      frame: { kind: "response", code: 0x24 },
      at: begin,
    });
    expect(events.find((event) => event.bytes === record.length)).toMatchObject({
      frame: { kind: "realtime" },
      at,
    });
    expect(events).toHaveLength(2);
  }
});

test("each fast byte may stand apart, too", () => {
  const mixed = [...golden].flatMap((byte, index) => (index < record.length ? [byte, record[index] ?? 0] : [byte]));
  expect(eventsOf(Uint8Array.from(mixed))).toMatchObject([
    { frame: { kind: "response" }, at: 0, bytes: golden.length },
    { frame: { kind: "realtime", record: { samples: [{ raw: 1_106 }, { raw: 1_689 }] } }, at: 1, bytes: record.length },
  ]);
});

test("a command may begin within another frame, which then goes on", () => {
  for (let at = 1; at < golden.length; at++) {
    expect(eventsOf(golden.subarray(0, at), command, golden.subarray(at))).toMatchObject([
      { frame: { kind: "command", code: 0x52 }, at, bytes: command.length },
      { frame: { kind: "response", code: 0x24 }, at: 0, bytes: golden.length },
    ]);
  }
});

test("a request to pause and to go on is heard anywhere and belongs to no frame", () => {
  for (let at = 0; at <= golden.length; at++) {
    const kinds = codes(golden.subarray(0, at), text("\x13\x11"), golden.subarray(at));
    expect(kinds.toSorted()).toEqual(["pause", "response", "resume"]);
  }
});

test("every kind of damage has its own name", () => {
  expect(codes(text("no frame here\r"))).toEqual(["frame.noise"]);
  expect(codes(text("\x01$3G\r"))).toEqual(["frame.checksum"]);
  expect(codes(text("\x01$5a\r"))).toEqual(["frame.checksum"]);
  expect(codes(text("\x01\r"))).toEqual(["frame.checksum"]);
  expect(codes(text("\x1bR6E\r"))).toEqual(["frame.command"]);
  expect(codes(golden.subarray(0, -1))).toEqual(["frame.truncated"]);
  expect(codes(text(`\x1b${"A".repeat(255)}`))).toEqual(["frame.length"]);
  expect(codes(text(`\x01${"A".repeat(4_095)}`))).toEqual(["frame.length"]);
  expect(codes(Buffer.from("92", "hex"))).toEqual(["frame.realtime"]);
  expect(codes(record.subarray(0, 4))).toEqual(["frame.truncated"]);
  expect(codes(record.subarray(0, 4), record)).toEqual(["frame.realtime", "realtime"]);
  expect(codes(record, Buffer.from("92", "hex"))).toEqual(["frame.realtime"]);
  expect(codes(Buffer.from("D1E0", "hex"))).toEqual(["frame.realtime"]);
});

test("any one bit that turns over in a slow frame is a fault or fast data, never another frame", () => {
  for (let bit = 0; bit < golden.length * 8; bit++) {
    const broken = Buffer.from(golden);
    broken[bit >> 3] = (golden[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(codes(broken)).not.toContain("response");
    expect(codes(broken)).not.toContain("command");
  }
});

test("a frame is found after noise and after one that broke off", () => {
  expect(codes(text("~~\r\n"), golden)).toEqual(["frame.noise", "response"]);
  for (let at = 1; at < golden.length; at++) {
    expect(codes(golden.subarray(0, at), golden)).toEqual(["frame.truncated", "response"]);
    expect(codes(golden.subarray(0, at), command)).toEqual(["command", "frame.truncated"]);
  }
});

test("more streams, a breath's phase and a corrupt record are told by the commands between the values", () => {
  const recordOf = (hex: string) => {
    const [event] = eventsOf(Buffer.from(hex, "hex"));
    return event?.kind === "frame" && event.frame.kind === "realtime" ? event.frame.record : event;
  };
  expect(recordOf("D1C4C2C5C18180828083 80".replace(" ", ""))).toMatchObject({
    samples: [
      { stream: 1, raw: 1 },
      { stream: 6, raw: 2 },
      { stream: 9, raw: 3 },
    ],
    breath: null,
  });
  expect(recordOf("D0C6C0")).toMatchObject({ breath: "inspiration", isCorrupt: false });
  expect(recordOf("D0C6C1")).toMatchObject({ breath: "expiration" });
  expect(recordOf("D392CFC0")).toMatchObject({ kind: "fault", code: "frame.realtime" });
  expect(recordOf("D3CFC0")).toMatchObject({ isCorrupt: true });
});

const body = fc.string({ unit: fc.constantFrom(..." 0123456789ABCDEF.'\x03abcXYZ:-"), minLength: 1, maxLength: 60 });

test("what is encoded comes back, whatever it holds", () => {
  fc.assert(
    fc.property(fc.constantFrom("\x1b" as const, "\x01" as const), body, (start, written) => {
      expect(eventsOf(framed(start, written))).toMatchObject([
        {
          frame: {
            kind: start === "\x1b" ? "command" : "response",
            code: written.charCodeAt(0),
            data: written.slice(1),
          },
        },
      ]);
    }),
  );
});

test("any twelve values of twelve streams come back", () => {
  const raws = fc.array(fc.integer({ min: 0, max: 4_095 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(raws, (values) => {
      const halves = values.flatMap((raw) => [0x80 | (raw & 0x3f), 0x80 | (raw >> 6)]);
      const [event] = eventsOf(Uint8Array.of(0xdf, 0xc4, 0xcf, 0xc5, 0xcf, ...halves));
      expect(event).toMatchObject({
        frame: { record: { samples: values.map((raw, index) => ({ stream: index + 1, raw })) } },
      });
    }),
  );
});

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  // Bytes that look like frames are the interesting ones.
  fc.constantFrom(golden, command, record, golden.subarray(0, 9), text("\x1b"), text("\x01"), text("\r"), text("\x13")),
  fc
    .array(fc.constantFrom(0xd3, 0xc4, 0xcf, 0x92, 0x81, 0x1b, 0x01, 0x0d, 0x36), { maxLength: 40 })
    .map((bytes) => Uint8Array.from(bytes)),
);

test("any bytes end in events that account for every byte once, however they are cut", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), (chunks, cut) => {
      const all = Buffer.concat(chunks);
      const events = eventsOf(all);
      const at = all.length === 0 ? 0 : cut % all.length;
      expect(events.reduce((sum, event) => sum + event.bytes, 0)).toBe(all.length);
      expect(events.every((event) => event.bytes > 0 && event.at + event.bytes <= all.length)).toBe(true);
      expect(new Set(events.map((event) => event.at)).size).toBe(events.length);
      expect(eventsOf(all.subarray(0, at), all.subarray(at))).toEqual(events);
      expect(eventsOf(...Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(events);
    }),
    { numRuns: 400 },
  );
});

test("after any bytes a whole frame of either kind is found", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(...slow), (noise, frame) => {
      const before = Buffer.concat(noise).length;
      expect(eventsOf(...noise, frame)).toContainEqual(
        expect.objectContaining({ kind: "frame", at: before, bytes: frame.length }),
      );
    }),
    { numRuns: 400 },
  );
});

test("a flood is told in pieces and never piled up, whatever it is made of", () => {
  for (const byte of [0x41, 0x01, 0x1b, 0x80, 0xc0, 0xd3, 0xff]) {
    const events = eventsOf(new Uint8Array(20_000).fill(byte));
    expect(events.length).toBeGreaterThan(4);
    expect(Math.max(...events.map((event) => event.bytes))).toBeLessThanOrEqual(4_096);
  }
  const begun = Buffer.concat([text("\x01"), Buffer.alloc(20_000, "A"), text("\x1b"), Buffer.alloc(20_000, "B")]);
  expect(Math.max(...eventsOf(begun).map((event) => event.bytes))).toBeLessThanOrEqual(4_096);
});
