import { expect, test } from "vitest";
import { parseLineUrl } from "./line-url.ts";

const plain = { dtr: null, rts: null, hangUpOnClose: false } as const;

test.each([
  ["tcp://10.0.0.5:4001", { kind: "tcp", host: "10.0.0.5", port: 4001, listenOnly: false }],
  ["tcp://[::1]:4001", { kind: "tcp", host: "::1", port: 4001, listenOnly: false }],
  ["modbus+tcp://dock", { kind: "modbus-tcp", host: "dock", port: 502 }],
  ["opc.tcp://rack:4840/path", { kind: "opc-ua", endpointUrl: "opc.tcp://rack:4840/path" }],
  [
    "serial:/dev/pts/3",
    {
      kind: "serial",
      settings: { path: "/dev/pts/3", baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, ...plain },
      listenOnly: false,
    },
  ],
  [
    "serial:/dev/serial/by-id/usb-FTDI_A1?baud=19200&parity=even&dataBits=7&stopBits=2",
    {
      kind: "serial",
      settings: {
        path: "/dev/serial/by-id/usb-FTDI_A1",
        baudRate: 19200,
        dataBits: 7,
        parity: "even",
        stopBits: 2,
        ...plain,
      },
      listenOnly: false,
    },
  ],
])("%s is an address", (url, address) => {
  expect(parseLineUrl(url)).toEqual({ ok: true, value: address });
});

test("a protocol's own speed holds unless the URL names one", () => {
  const baudRate = (url: string) =>
    parseLineUrl(url, { ...plain, baudRate: 38_400, dataBits: 8, parity: "none", stopBits: 1 });
  expect(baudRate("serial:/dev/serial/by-id/usb-FTDI_A1")).toMatchObject({ value: { settings: { baudRate: 38_400 } } });
  expect(baudRate("serial:/dev/serial/by-id/usb-FTDI_A1?baud=19200")).toMatchObject({
    value: { settings: { baudRate: 19_200 } },
  });
});

test.each([
  ["ventilator 3", /is not a URL/],
  ["http://dock:80", /is none of/],
  ["tcp://dock", /names no port/],
  ["tcp://user:secret@dock:4001", /credentialsFile/],
  ["serial:/dev/ttyUSB0", /by-path or/],
  ["tcp://dock:4001?listen=yes", /listen is not/],
  ["serial:ttyUSB0", /names no device path/],
  ["serial:/dev/serial/by-id/usb-FTDI_A1?speed=9600", /"speed" is none of/],
  ["serial:/dev/serial/by-id/usb-FTDI_A1?baud=fast", /baud is not/],
  ["serial:/dev/serial/by-id/usb-FTDI_A1?parity=odd%20one", /parity is none of/],
])("%s is refused with its reason, and a password is never repeated", (url, reason) => {
  const parsed = parseLineUrl(url);
  expect(parsed).toMatchObject({ ok: false, fault: expect.stringMatching(reason) });
  expect(JSON.stringify(parsed)).not.toContain("secret");
});
