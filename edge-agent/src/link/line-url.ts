import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";

const PARITIES = ["none", "even", "odd", "mark", "space"] as const;

const BAUD_RATE = 9_600;

/** How a serial line is set; 8 data bits, no parity, 1 stop bit unless the URL says otherwise. */
export interface SerialSettings {
  path: string;
  baudRate: number;
  dataBits: 7 | 8;
  parity: (typeof PARITIES)[number];
  stopBits: 1 | 2;
}

/** Where a line's bytes come from. */
export type LineAddress =
  | { kind: "tcp"; host: string; port: number }
  | { kind: "modbus-tcp"; host: string; port: number }
  | { kind: "serial"; settings: SerialSettings }
  | { kind: "opc-ua"; endpointUrl: string };

const MODBUS_PORT = 502;

/**
 * Reads a line's URL: `tcp://host:port` (a serial device server), `serial:/dev/ttyUSB0?baud=19200&parity=even`,
 * `modbus+tcp://host[:port]`, `opc.tcp://host:port/path`.
 *
 * @param baudRate of a serial line whose URL names none
 * @returns the address, or one sentence that says what is wrong with it
 */
export function parseLineUrl(text: string, baudRate = BAUD_RATE): Result<LineAddress, string> {
  if (!URL.canParse(text)) return fail(`"${text}" is not a URL`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return fail("a line's URL holds no password: use credentialsFile");
  switch (url.protocol) {
    case "tcp:":
      return hostAndPort(url, null, (host, port) => ({ kind: "tcp", host, port }));
    case "modbus+tcp:":
      return hostAndPort(url, MODBUS_PORT, (host, port) => ({ kind: "modbus-tcp", host, port }));
    case "opc.tcp:":
      return url.hostname === "" ? fail(`"${text}" names no host`) : ok({ kind: "opc-ua", endpointUrl: text });
    case "serial:":
      return serial(url, baudRate);
    default:
      return fail(`"${url.protocol}" is none of tcp:, serial:, modbus+tcp:, opc.tcp:`);
  }
}

function hostAndPort(
  url: URL,
  fallback: number | null,
  make: (host: string, port: number) => LineAddress,
): Result<LineAddress, string> {
  if (url.hostname === "") return fail(`"${url.href}" names no host`);
  if (url.port === "" && fallback === null) return fail(`"${url.href}" names no port`);
  // An IPv6 address stands in brackets in a URL and without them everywhere else.
  return ok(make(url.hostname.replace(/^\[|\]$/g, ""), url.port === "" ? (fallback ?? 0) : Number(url.port)));
}

function serial(url: URL, baudRateUnsaid: number): Result<LineAddress, string> {
  const path = decodeURIComponent(url.pathname);
  if (!path.startsWith("/")) return fail(`"${url.href}" names no device path`);
  const known = ["baud", "parity", "dataBits", "stopBits"];
  const unknown = [...url.searchParams.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) return fail(`"${unknown}" is none of ${known.join(", ")}`);
  const baudRate = Number(url.searchParams.get("baud") ?? baudRateUnsaid);
  if (!Number.isInteger(baudRate) || baudRate < 300 || baudRate > 921_600) return fail("baud is not 300 to 921600");
  const parity = PARITIES.find((name) => name === (url.searchParams.get("parity") ?? "none"));
  if (parity === undefined) return fail(`parity is none of ${PARITIES.join(", ")}`);
  const dataBits = Number(url.searchParams.get("dataBits") ?? 8);
  if (dataBits !== 7 && dataBits !== 8) return fail("dataBits is not 7 or 8");
  const stopBits = Number(url.searchParams.get("stopBits") ?? 1);
  if (stopBits !== 1 && stopBits !== 2) return fail("stopBits is not 1 or 2");
  return ok({ kind: "serial", settings: { path, baudRate, dataBits, parity, stopBits } });
}
