import { expect, test } from "vitest";
import { crcCcittFalse } from "./crc-ccitt-false.ts";
import { asenaCommand, REQUESTS, requestBytes } from "./request.ts";
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
