import fc from "fast-check";
import { expect, test } from "vitest";
import { ALARM_CODES } from "../../devices/syringe-pump-alarm.ts";
import { encodeFrame, FrameReader } from "./frame.ts";
import { isReadCommand, type PumpState, READ_COMMANDS, type ReadCommand, replyMessage } from "./replies.ts";

/** The pump of the sheet's worked examples. */
const PUMP: PumpState = {
  serial: "8002-51740",
  firmware: "2.1.5",
  alarm: "AL_NOALM",
  rateMlPerH: 5,
  infusedMl: 12.345,
  pressureMmHg: 17.91,
  toInfuseMl: null,
  remainingH: Number.POSITIVE_INFINITY,
  eventId: 127904,
};
const frameOf = (command: ReadCommand, change: Partial<PumpState> = {}): string =>
  encodeFrame(replyMessage(command, { ...PUMP, ...change })).toString("latin1");

test("every reply of the sheet's worked examples comes out byte for byte", () => {
  expect(frameOf("INST_SERIALNO")).toBe("!INST_SERIALNO^8002-51740|050B\r");
  expect(frameOf("COMMS_PROTOCOL")).toBe("!COMMS_PROTOCOL^Asena Rev 2.1.5|661A\r");
  expect(frameOf("COMMS_RESPONSE_MAX")).toBe("!COMMS_RESPONSE_MAX^4000^ms|DFDF\r");
  expect(frameOf("INF")).toBe("!INF^8002-51740^-^SET^5.00^ml/h^^12.345^ml^17.91^mmHg^24+^EVENT^127904|A13E\r");
  expect(frameOf("ALARM")).toBe("!ALARM^AL_NOALM^ ^ |C73B\r");
  expect(frameOf("ALARM", { alarm: "AL_OCCLU" })).toBe("!ALARM^AL_OCCLU^OCCLUSION^|664D\r");
  expect(frameOf("SYRINGE_STATUS")).toBe("!SYRINGE_STATUS^BD PLASTIPAK^ 50^CONF|1CF8\r");
});

test("the replies that the sheet describes without an example have its fields", () => {
  expect(replyMessage("INF_RATE", PUMP)).toBe("INF_RATE^5.00^ml/h");
  expect(replyMessage("INF_VI", PUMP)).toBe("INF_VI^12.345^ml");
  expect(replyMessage("INF_VTBI", { ...PUMP, toInfuseMl: 11 })).toBe("INF_VTBI^ACTIV^11.000^ml^STOP");
  expect(replyMessage("INF_VTBI", PUMP)).toBe("INF_VTBI^DEACT^0.000^ml^STOP");
  expect(replyMessage("INF_RATE_MAX_SYRINGE", PUMP)).toBe("INF_RATE_MAX_SYRINGE^1200.00^ml/h");
});

test("an alarm and the time remaining stand in their fields of INF", () => {
  const field = (index: number, change: Partial<PumpState>) =>
    replyMessage("INF", { ...PUMP, ...change }).split("^")[index];
  expect(field(2, { alarm: "AL_LWBAT" })).toBe("AL_LWBAT");
  const remaining = [0, 1.5, 2.0003, 23.9999, 24].map((remainingH) => field(11, { remainingH }));
  expect(remaining).toEqual(["00:00:00", "01:30:00", "02:00:01", "23:59:59", "24+"]);
});

test("a reading with an argument is no reading, nor is anything that the sheet calls control", () => {
  expect(READ_COMMANDS).toHaveLength(10);
  const control = ["INF_START", "INF_STOP", "INF_VI_CLEAR", "REMOTE_CTRL", "REMOTE_CFG", "REMQUERY", "INF_BOLUS", ""];
  for (const text of control) expect(isReadCommand(text)).toBe(false);
  for (const text of READ_COMMANDS)
    expect([isReadCommand(text), isReadCommand(`${text}^1.00^ml/h`)]).toEqual([true, false]);
  expect(isReadCommand("toString")).toBe(false);
});

test("whatever the pump's state, every reply is a whole frame that names its command, with the fields of the sheet", () => {
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const state = fc.record<PumpState>({
    serial: fc.constantFrom("8002-51740", "8002-00001"),
    firmware: fc.constantFrom("2.1.5", "3.0"),
    alarm: fc.constantFrom(...ALARM_CODES),
    rateMlPerH: number(0, 1200),
    infusedMl: number(0, 1_000_000),
    pressureMmHg: number(-50, 1200),
    toInfuseMl: fc.option(number(0, 45)),
    remainingH: fc.oneof(number(0, 100), fc.constant(Number.POSITIVE_INFINITY)),
    eventId: fc.nat(),
  });
  const fieldCounts: Partial<Record<ReadCommand, number>> = { INF: 14, ALARM: 4, SYRINGE_STATUS: 4, INF_VTBI: 5 };
  fc.assert(
    fc.property(state, fc.constantFrom(...READ_COMMANDS), (pump, command) => {
      const [heard] = new FrameReader().read(encodeFrame(replyMessage(command, pump)));
      const [name, ...fields] = heard?.text.split("^") ?? [];
      expect([heard?.kind, name]).toEqual(["message", command]);
      if (fieldCounts[command] !== undefined) expect(fields.length + 1).toBe(fieldCounts[command]);
    }),
  );
});
