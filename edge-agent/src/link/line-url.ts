import type { SerialLine } from "@wardtwin/device-profiles/profile/profile";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";

const PARITIES = ["none", "even", "odd", "mark", "space"] as const;

/** How a serial line is set, and what its modem lines are put to; null leaves them as the system does. */
export interface SerialSettings {
  path: string;
  baudRate: number;
  dataBits: 7 | 8;
  parity: (typeof PARITIES)[number];
  stopBits: 1 | 2;
  dtr: boolean | null;
  rts: boolean | null;
  hangUpOnClose: boolean;
}

/** For a line whose profile says nothing of it. */
const UNSAID: SerialLine = {
  baudRate: 9_600,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  dtr: null,
  rts: null,
  hangUpOnClose: false,
};

/** Where a line's bytes come from. */
export type LineAddress =
  | { kind: "tcp"; host: string; port: number; listenOnly: boolean }
  | { kind: "modbus-tcp"; host: string; port: number }
  | { kind: "serial"; settings: SerialSettings; listenOnly: boolean }
  | { kind: "opc-ua"; endpointUrl: string };

const MODBUS_PORT = 502;

/**
 * Reads a line's URL: `tcp://host:port` (a serial device server),
 * `serial:/dev/serial/by-path/…?baud=19200&parity=even`, `modbus+tcp://host[:port]`, `opc.tcp://host:port/path`.
 * With `listen=1` a serial line is only listened to, while another master polls.
 *
 * @param unsaid how a serial line is set where its URL does not say
 * @returns the address, or one sentence that says what is wrong with it
 */
export function parseLineUrl(text: string, unsaid: SerialLine = UNSAID): Result<LineAddress, string> {
  if (!URL.canParse(text)) return fail(`"${text}" is not a URL`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return fail("a line's URL holds no password: use credentialsFile");
  switch (url.protocol) {
    case "tcp:":
      return serialServer(url);
    case "modbus+tcp:":
      return hostAndPort(url, MODBUS_PORT, (host, port) => ({ kind: "modbus-tcp", host, port }));
    case "opc.tcp:":
      return url.hostname === "" ? fail(`"${text}" names no host`) : ok({ kind: "opc-ua", endpointUrl: text });
    case "serial:":
      return serial(url, unsaid);
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

function serialServer(url: URL): Result<LineAddress, string> {
  const unknown = unknownKey(url, ["listen"]);
  if (unknown !== null) return fail(unknown);
  const listen = listenOnly(url);
  return listen.ok
    ? hostAndPort(url, null, (host, port) => ({ kind: "tcp", host, port, listenOnly: listen.value }))
    : listen;
}

const unknownKey = (url: URL, known: readonly string[]): string | null => {
  const unknown = [...url.searchParams.keys()].find((key) => !known.includes(key));
  return unknown === undefined ? null : `"${unknown}" is none of ${known.join(", ")}`;
};

function listenOnly(url: URL): Result<boolean, string> {
  const listen = url.searchParams.get("listen") ?? "0";
  return listen === "0" || listen === "1" ? ok(listen === "1") : fail("listen is not 0 or 1");
}

/** The kernel gives these names in the order of plugging in: after a restart the same name may be another device. */
const BY_ORDER = /^\/dev\/tty(USB|ACM)\d+$/;

function serial(url: URL, unsaid: SerialLine): Result<LineAddress, string> {
  const path = decodeURIComponent(url.pathname);
  if (!path.startsWith("/")) return fail(`"${url.href}" names no device path`);
  if (BY_ORDER.test(path)) {
    return fail(
      `"${path}" is whoever was plugged in first: name the port below /dev/serial/by-path or /dev/serial/by-id`,
    );
  }
  const unknown = unknownKey(url, ["baud", "parity", "dataBits", "stopBits", "listen"]);
  if (unknown !== null) return fail(unknown);
  const listen = listenOnly(url);
  if (!listen.ok) return listen;
  const baudRate = Number(url.searchParams.get("baud") ?? unsaid.baudRate);
  if (!Number.isInteger(baudRate) || baudRate < 300 || baudRate > 921_600) return fail("baud is not 300 to 921600");
  const parity = PARITIES.find((name) => name === (url.searchParams.get("parity") ?? unsaid.parity));
  if (parity === undefined) return fail(`parity is none of ${PARITIES.join(", ")}`);
  const dataBits = Number(url.searchParams.get("dataBits") ?? unsaid.dataBits);
  if (dataBits !== 7 && dataBits !== 8) return fail("dataBits is not 7 or 8");
  const stopBits = Number(url.searchParams.get("stopBits") ?? unsaid.stopBits);
  if (stopBits !== 1 && stopBits !== 2) return fail("stopBits is not 1 or 2");
  const { dtr, rts, hangUpOnClose } = unsaid;
  const settings = { path, baudRate, dataBits, parity, stopBits, dtr, rts, hangUpOnClose } as const;
  return ok({ kind: "serial", settings, listenOnly: listen.value });
}
