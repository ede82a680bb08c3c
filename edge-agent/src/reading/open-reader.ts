import type { Clock } from "../clock.ts";
import type { LineSettings } from "../config.ts";
import { ByteLink, type OpenStream } from "../link/byte-link.ts";
import type { LineAddress } from "../link/line-url.ts";
import { ModbusLink } from "../link/modbus-link.ts";
import { OpcUaLink } from "../link/opc-ua-link.ts";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import type { DeviceReader } from "./device.ts";
import { asenaReader } from "./read-asena.ts";
import { modbusReader } from "./read-modbus.ts";
import { opcUaReader } from "./read-opc-ua.ts";
import { orchestraReader } from "./read-orchestra.ts";
import { reportReader } from "./read-report.ts";

/** Puts a line's protocol on its link. Nothing is opened before the first poll. */
export function openReader(line: LineSettings, { clock, pkiDir }: { clock: Clock; pkiDir: string }): DeviceReader {
  const { address, profile } = line;
  const monoMs = () => clock.monoMs();
  const stream = byteStream(address);
  const isReport = profile.protocol === "puritan-bennett-sndf" || profile.protocol === "puritan-bennett-snda";
  if (isReport && stream !== null) {
    return reportReader(new ByteLink(stream, monoMs), profile, clock);
  }
  if (profile.protocol === "alaris-asena" && stream !== null) {
    return asenaReader(new ByteLink(stream, monoMs), profile, monoMs);
  }
  if (profile.protocol === "fresenius-orchestra" && stream !== null) return orchestraReader(stream, profile, monoMs);
  if (profile.protocol === "modbus" && address.kind === "modbus-tcp") {
    return modbusReader(new ModbusLink(address, monoMs), profile);
  }
  if (profile.protocol === "opc-ua" && address.kind === "opc-ua" && line.credentials !== null) {
    const { endpointUrl } = address;
    const { namespaceUri } = profile.wire;
    const { credentials: user, serverCertificate } = line;
    return opcUaReader(new OpcUaLink({ endpointUrl, namespaceUri, user, serverCertificate, pkiDir }, monoMs), profile);
  }
  // config.ts lets no other pair through.
  throw new Error(`${profile.protocol} over ${address.kind}`);
}

/** How to open a serial line, be it a port or a socket to a serial device server; null for every other kind of line. */
function byteStream(address: LineAddress): OpenStream | null {
  if (address.kind === "tcp") return tcpStream(address.host, address.port);
  return address.kind === "serial" ? serialStream(address.settings) : null;
}
