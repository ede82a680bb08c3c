import { expect, test } from "vitest";
import { crcCcittFalse } from "./crc-ccitt-false.ts";
import { asenaCommand, medibusAnswer, REQUESTS, requestBytes } from "./request.ts";
import { FRESENIUS_ORCHESTRA } from "./template/fresenius-orchestra.ts";

test("the list of what may leave a serial line is closed, and holds requests for data alone", () => {
  expect(REQUESTS).toEqual({
    "puritan-bennett.report": "SNDF\r",
    "puritan-bennett.settings-and-data": "SNDA\r",
    "alaris-asena.serial-number": "!INST_SERIALNO|457D\r",
    "alaris-asena.protocol": "!COMMS_PROTOCOL|E8DA\r",
    "alaris-asena.response-max": "!COMMS_RESPONSE_MAX|7E29\r",
    "alaris-asena.infusion": "!INF|4961\r",
    "alaris-asena.alarm": "!ALARM|50B2\r",
    "alaris-asena.syringe": "!SYRINGE_STATUS|4102\r",
    ...FRESENIUS_ORCHESTRA,
    "draeger-medibus.command-51": "\x1bQ6C\r",
    "draeger-medibus.command-52": "\x1bR6D\r",
    "draeger-medibus.command-24": "\x1b$3F\r",
    "draeger-medibus.command-25": "\x1b%40\r",
    "draeger-medibus.command-26": "\x1b&41\r",
    "draeger-medibus.command-27": "\x1b'42\r",
    "draeger-medibus.command-28": "\x1b(43\r",
    "draeger-medibus.command-29": "\x1b)44\r",
    "draeger-medibus.command-2A": "\x1b*45\r",
    "draeger-medibus.command-2B": "\x1b+46\r",
    "draeger-medibus.command-2C": "\x1b,47\r",
    "draeger-medibus.command-2D": "\x1b-48\r",
    "draeger-medibus.command-2E": "\x1b.49\r",
    "draeger-medibus.command-30": "\x1b04B\r",
    "draeger-medibus.command-55": "\x1bU70\r",
    "draeger-medibus.answer-52": "\x01R0161'Wardtwin'01.00:06.00D6\r",
    "draeger-medibus.answer-15": "\x01\x1516\r",
    "draeger-medibus.answer-23": "\x01#24\r",
    "draeger-medibus.answer-24": "\x01$25\r",
    "draeger-medibus.answer-25": "\x01%26\r",
    "draeger-medibus.answer-26": "\x01&27\r",
    "draeger-medibus.answer-27": "\x01'28\r",
    "draeger-medibus.answer-28": "\x01(29\r",
    "draeger-medibus.answer-29": "\x01)2A\r",
    "draeger-medibus.answer-2A": "\x01*2B\r",
    "draeger-medibus.answer-2B": "\x01+2C\r",
    "draeger-medibus.answer-2C": "\x01,2D\r",
    "draeger-medibus.answer-2D": "\x01-2E\r",
    "draeger-medibus.answer-2E": "\x01.2F\r",
    "draeger-medibus.answer-30": "\x01031\r",
    "draeger-medibus.answer-49": "\x01I4A\r",
    "draeger-medibus.answer-4A": "\x01J4B\r",
    "draeger-medibus.answer-51": "\x01Q52\r",
    "draeger-medibus.answer-53": "\x01S54\r",
    "draeger-medibus.answer-54": "\x01T55\r",
    "draeger-medibus.answer-55": "\x01U56\r",
    "draeger-medibus.answer-56": "\x01V57\r",
    "draeger-medibus.answer-6C": "\x01l6D\r",
    "draeger-medibus.answer-6D": "\x01m6E\r",
    "defib-ready.report": "\x02RPT?|479A\x03\r\n",
    "defib-ready.report-taken": "\x06",
    "defib-ready.report-refused": "\x15",
  });
  expect([...requestBytes("puritan-bennett.report")]).toEqual([0x53, 0x4e, 0x44, 0x46, 0x0d]);
  expect([...requestBytes("puritan-bennett.settings-and-data")]).toEqual([0x53, 0x4e, 0x44, 0x41, 0x0d]);
});

/** Commands that control the pump or its therapy, from the protocol's sheet. */
const CONTROL = [
  "REMOTE_CTRL",
  "REMOTE_CFG",
  "INF_START",
  "INF_STOP",
  "INF_RATE",
  "INF_VTBI",
  "INF_BOLUS",
  "INF_VI_CLEAR",
  "REMQUERY",
];

test.each([...CONTROL, "REMOTE_CTRL^ENABLED^3CC1", "INF_RATE^10.00^ml/h", "INF_VTBI^ACTIV^11.000^ml^STOP", "toString"])(
  "no name yields %s",
  (command) => {
    const frame = `!${command}|${crcCcittFalse(command)}\r`;
    for (const name of [command, frame, `alaris-asena.${command}`]) {
      expect(() => Reflect.apply(requestBytes, null, [name])).toThrow(/no request is called/);
    }
    expect(Object.values(REQUESTS)).not.toContain(frame);
  },
);

test("no request clears a ventilator's buffer or asks for more than data", () => {
  const sent: readonly string[] = Object.values(REQUESTS);
  for (const command of ["RSET", "VRPT", "PCVS", "NPVS", "PTDT"]) {
    expect(sent.filter((bytes) => bytes.includes(command))).toEqual([]);
    expect(() => Reflect.apply(requestBytes, null, [`puritan-bennett.${command}`])).toThrow(/no request is called/);
  }
});

test("an Asena request names a command, carries no argument, and its CRC is right", () => {
  for (const name of Object.keys(REQUESTS).filter((key) => key.startsWith("alaris-asena."))) {
    const bytes = Buffer.from(Reflect.apply(requestBytes, null, [name])).toString("latin1");
    const command = Reflect.apply(asenaCommand, null, [name]);
    expect(bytes).toBe(`!${command}|${crcCcittFalse(command)}\r`);
    expect(command).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(CONTROL).not.toContain(command);
  }
});

/** What MEDIBUS could be told to do, and what it could be asked with an argument. */
const MEDIBUS_FORBIDDEN = ["T", "T00010101", "J", "J24272A", "U1", "$7D", "*60", "m00", "l", "S", "I", "V", "0 "];

test.each(MEDIBUS_FORBIDDEN)("no name yields the MEDIBUS command %s", (command) => {
  const frame = medibusFrame("\x1b", command);
  expect(Object.values(REQUESTS)).not.toContain(frame);
  for (const name of [command, frame, `draeger-medibus.${command}`, `draeger-medibus.command-${command}`]) {
    expect(() => Reflect.apply(requestBytes, null, [name])).toThrow(/no request is called/);
  }
});

test("a MEDIBUS command is one of those that read, greet, keep alive or take leave, bears no argument, and its sum is right", () => {
  const names = Object.keys(REQUESTS).filter((name) => name.startsWith("draeger-medibus."));
  const commands = names.map((name) => Buffer.from(Reflect.apply(requestBytes, null, [name])).toString("latin1"));
  const asked = commands.filter((bytes) => bytes.startsWith("\x1b"));
  expect(asked.map((bytes) => bytes.charCodeAt(1).toString(16)).toSorted()).toEqual([
    "24",
    "25",
    "26",
    "27",
    "28",
    "29",
    "2a",
    "2b",
    "2c",
    "2d",
    "2e",
    "30",
    "51",
    "52",
    "55",
  ]);
  expect(new Set(asked.map((bytes) => bytes.length))).toEqual(new Set([5]));
  for (const bytes of commands) expect(bytes).toBe(medibusFrame(bytes.slice(0, 1), bytes.slice(1, -3)));
  // Curves are configured by 54, what is sent unasked by 4A.
  expect(asked.filter((bytes) => bytes[1] === "T" || bytes[1] === "J")).toEqual([]);
});

test("an answer bears nothing but the code that it answers, save who we are", () => {
  for (let code = 0; code < 256; code++) {
    const name = medibusAnswer(code);
    if (name === null) continue;
    const bytes = Buffer.from(requestBytes(name)).toString("latin1");
    const who = code === 0x52 ? "0161'Wardtwin'01.00:06.00" : "";
    expect(bytes).toBe(medibusFrame("\x01", `${String.fromCharCode(code)}${who}`));
  }
  expect([medibusAnswer(0x57), medibusAnswer(0)]).toEqual([null, null]);
});

function medibusFrame(start: string, body: string): string {
  const sum = Buffer.from(start + body, "latin1").reduce((total, byte) => (total + byte) % 256, 0);
  return `${start}${body}${sum.toString(16).toUpperCase().padStart(2, "0")}\r`;
}
