import { expect, test } from "vitest";
import {
  asenaFrame,
  CONTROL_COMMANDS,
  CONTROL_FRAMES,
  foreignBytes,
  isReading,
  LANGUAGE_NAMES,
  medibusFrame,
  orchestraFrame,
  SERIAL_LANGUAGES,
} from "./read-only.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

test("frames are those of the sheets, checksum and all", () => {
  expect(asenaFrame("INF")).toBe("!INF|4961\r");
  expect(asenaFrame("SYRINGE_STATUS")).toBe("!SYRINGE_STATUS|4102\r");
  expect(medibusFrame("\x1bQ")).toBe("\x1bQ6C\r");
  expect(medibusFrame("\x1b$")).toBe("\x1b$3F\r");
  expect(medibusFrame("\x01\x15")).toBe("\x01\x1516\r");
  expect(medibusFrame("\x1bT00010101")).toBe("\x1bT00010101F2\r");
  expect(orchestraFrame("0DC")).toBe("\x020DC48\x03");
  expect(orchestraFrame("1LE;dr")).toBe("\x021LE;dr2C\x03");
  expect(orchestraFrame("1E")).toBe("\x021E89\x03");
});

test("reading passes, in every language", () => {
  expect(foreignBytes("puritan-bennett", Buffer.from("SNDF\rSNDA\rSNDF\r"))).toBeNull();
  expect(foreignBytes("alaris-asena", Buffer.from("!INF|4961\r!ALARM|50B2\r"))).toBeNull();
  const who = medibusFrame("\x01R0161'Host'01.00:06.00");
  expect(foreignBytes("draeger-medibus", Buffer.from(`\x1bQ6C\r\x01Q52\r${who}`))).toBeNull();
  expect(foreignBytes("fresenius-orchestra", Buffer.from("\x020DC48\x03\x06\x14\x021LE;dr2C\x03"))).toBeNull();
  expect(foreignBytes("defib-ready", Buffer.from("\x02RPT?|479A\x03\r\n\x06"))).toBeNull();
  expect(foreignBytes("modbus-tcp", bytes("000100000006110400000010 000200000006110200000009"))).toBeNull();
  expect(foreignBytes("modbus-rtu", bytes("110400000010F356 11020000000C7A9F"))).toBeNull();
  expect(foreignBytes("opc-ua", bytes("48454C46 08000000 4F504E46 0A000000 0000"))).toBeNull();
  for (const language of LANGUAGE_NAMES) expect(foreignBytes(language, Buffer.alloc(0))).toBeNull();
});

test("no control frame passes, in any language, alone or behind reading ones", () => {
  for (const frame of CONTROL_FRAMES) {
    for (const language of SERIAL_LANGUAGES) {
      expect(isReading(language, frame), JSON.stringify(frame)).toBe(false);
      expect(foreignBytes(language, Buffer.from(frame, "latin1"))).not.toBeNull();
    }
  }
  expect(CONTROL_COMMANDS.length).toBeGreaterThan(30);
  expect(foreignBytes("alaris-asena", Buffer.from("!INF|4961\r!INF_STOP|0000\r"))).toMatch(
    /^at 10 of alaris-asena: 21/,
  );
  expect(foreignBytes("hl7", Buffer.from("x"))).toMatch(/nobody knows/);
});

test.each([0x05, 0x06, 0x0f, 0x10, 0x16, 0x17, 0x08, 0x2b])("function code %i passes on no Modbus line", (code) => {
  const tcp = bytes("000100000006110400000010");
  tcp[7] = code;
  expect(foreignBytes("modbus-tcp", tcp)).toMatch(/^at 0/);
  for (const end of ["0000", "FFFF"]) {
    expect(foreignBytes("modbus-rtu", Buffer.concat([Buffer.from([0x11, code]), bytes(`00000010${end}`)]))).toMatch(
      /^at 0/,
    );
  }
});

test("a byte that is in no frame is found where it stands", () => {
  expect(foreignBytes("puritan-bennett", Buffer.from("SNDF\r\0"))).toBe("at 5 of puritan-bennett: 00");
  expect(foreignBytes("puritan-bennett", Buffer.from("SNDF"))).toMatch(/^at 0/);
  expect(foreignBytes("modbus-tcp", bytes("0001000000061104000000"))).toMatch(/^at 0/);
  expect(foreignBytes("modbus-rtu", bytes("110400000010F357"))).toMatch(/^at 0/);
});
