import type { Clock } from "../clock.ts";
import type { LineSettings } from "../config.ts";
import { ByteLink } from "../link/byte-link.ts";
import { ModbusLink } from "../link/modbus-link.ts";
import { OpcUaLink } from "../link/opc-ua-link.ts";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import type { DeviceReader } from "./device.ts";
import { modbusReader } from "./read-modbus.ts";
import { opcUaReader } from "./read-opc-ua.ts";
import { sndfReader } from "./read-sndf.ts";

/** Puts a line's protocol on its link. Nothing is opened before the first poll. */
export function openReader(line: LineSettings, { clock, pkiDir }: { clock: Clock; pkiDir: string }): DeviceReader {
  const { address, profile } = line;
  const monoMs = () => clock.monoMs();
  if (profile.protocol === "puritan-bennett-sndf" && address.kind === "tcp") {
    return sndfReader(new ByteLink(tcpStream(address.host, address.port), monoMs), profile, clock);
  }
  if (profile.protocol === "puritan-bennett-sndf" && address.kind === "serial") {
    return sndfReader(new ByteLink(serialStream(address.settings), monoMs), profile, clock);
  }
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
