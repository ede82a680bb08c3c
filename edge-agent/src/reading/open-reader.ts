import type { ModbusProfile } from "@wardtwin/device-profiles/profile/modbus";
import type { Clock } from "../clock.ts";
import type { LineSettings } from "../config.ts";
import { ByteLink, type OpenStream } from "../link/byte-link.ts";
import type { LineAddress } from "../link/line-url.ts";
import { ModbusLink } from "../link/modbus-link.ts";
import type { OpenMaster } from "../link/modbus-master.ts";
import { modbusRtu } from "../link/modbus-rtu-master.ts";
import { modbusTcp } from "../link/modbus-tcp-master.ts";
import { OpcUaLink } from "../link/opc-ua-link.ts";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import type { DeviceReader } from "./device.ts";
import { asenaReader } from "./read-asena.ts";
import { modbusReader } from "./read-modbus.ts";
import { opcUaReader } from "./read-opc-ua.ts";
import { sndfReader } from "./read-sndf.ts";

/** Puts a line's protocol on its link. Nothing is opened before the first poll. */
export function openReader(line: LineSettings, { clock, pkiDir }: { clock: Clock; pkiDir: string }): DeviceReader {
  const { address, profile } = line;
  const monoMs = () => clock.monoMs();
  const stream = byteStream(address);
  if (profile.protocol === "puritan-bennett-sndf" && stream !== null) {
    return sndfReader(new ByteLink(stream, monoMs), profile, clock);
  }
  if (profile.protocol === "alaris-asena" && stream !== null) {
    return asenaReader(new ByteLink(stream, monoMs), profile, monoMs);
  }
  if (profile.protocol === "modbus") {
    const open = modbusMaster(address, profile, monoMs);
    if (open !== null) return modbusReader(new ModbusLink(open, monoMs), profile);
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

/** Modbus TCP, or RTU frames on a serial line; null for every other kind of line. */
function modbusMaster(address: LineAddress, { wire }: ModbusProfile, monoMs: () => number): OpenMaster | null {
  if (address.kind === "modbus-tcp") return modbusTcp(address.host, address.port);
  const stream = byteStream(address);
  if (stream === null) return null;
  // A serial device server does not say how fast its port is; the device's own speed is the best guess.
  const { baudRate } = address.kind === "serial" ? address.settings : wire.serial;
  return modbusRtu(stream, { baudRate, monoMs });
}
