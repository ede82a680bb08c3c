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
import { OpcUaThreads } from "../link/opc-ua-threads.ts";
import { serialStream, tcpStream } from "../link/open-stream.ts";
import type { Log } from "../log.ts";
import type { LineReader } from "./device.ts";
import { listeningReader } from "./listen.ts";
import { openDecoder } from "./open-decoder.ts";
import { asenaReader } from "./read-asena.ts";
import { defibReadyReader } from "./read-defib-ready.ts";
import { medibusReader } from "./read-medibus.ts";
import { modbusReader } from "./read-modbus.ts";
import { opcUaReader } from "./read-opc-ua.ts";
import { orchestraReader } from "./read-orchestra.ts";
import { reportReader } from "./read-report.ts";

interface Deps {
  clock: Clock;
  log: Log;
  /** A folder of the line's own for keys and certificates. */
  pkiDir: string;
  /** What carries the OPC UA lines of a gateway; a line that is alone needs none. */
  opcUaThreads?: OpcUaThreads;
}

/** Puts a line's protocol on its link. Nothing is opened before the first poll. */
export function openReader(line: LineSettings, { clock, log, pkiDir, opcUaThreads }: Deps): LineReader {
  const { address, profile } = line;
  const monoMs = () => clock.monoMs();
  const stream = byteStream(address);
  if (isListenedTo(address) && stream !== null) return listenTo(line, stream, { clock, log });
  const isReport = profile.protocol === "puritan-bennett-sndf" || profile.protocol === "puritan-bennett-snda";
  if (isReport && stream !== null) {
    return reportReader(new ByteLink(stream, monoMs), profile, clock);
  }
  if (profile.protocol === "alaris-asena" && stream !== null) {
    return asenaReader(new ByteLink(stream, monoMs), profile, monoMs);
  }
  if (profile.protocol === "draeger-medibus" && stream !== null) {
    return medibusReader((conversation) => new ByteLink(stream, monoMs, conversation), profile, clock);
  }
  if (profile.protocol === "fresenius-orchestra" && stream !== null) return orchestraReader(stream, profile, monoMs);
  if (profile.protocol === "defib-ready-serial" && stream !== null) return defibReadyReader(stream, profile, clock);
  if (profile.protocol === "modbus") {
    const open = modbusMaster(address, profile, monoMs);
    if (open !== null) {
      const reader = modbusReader(new ModbusLink(open, monoMs), profile, monoMs);
      // Modbus TCP numbers its frames, and no two devices share a wire on the way.
      return address.kind === "modbus-tcp" ? { ...reader, gapMs: 0 } : reader;
    }
  }
  if (profile.protocol === "opc-ua" && address.kind === "opc-ua" && line.credentials !== null) {
    const { endpointUrl } = address;
    const { namespaceUri, nodes, samplingMs, publishingMs } = profile.wire;
    const { credentials: user, serverCertificate } = line;
    const server = { endpointUrl, user, serverCertificate, pkiDir };
    const settings = { ...server, namespaceUri, nodes, samplingMs, publishingMs };
    const link = new OpcUaLink(settings, opcUaThreads ?? new OpcUaThreads(), monoMs);
    return opcUaReader(link, profile, () => clock.wallMs());
  }
  // config.ts lets no other pair through.
  throw new Error(`${profile.protocol} over ${address.kind}`);
}

/** Whether another master asks on a line, so that this gateway only listens. */
export const isListenedTo = (address: LineAddress): boolean => "listenOnly" in address && address.listenOnly;

function listenTo(line: LineSettings, open: OpenStream, { clock, log }: Pick<Deps, "clock" | "log">): LineReader {
  const { id, profile, units } = line;
  const decoder = () => {
    const opened = openDecoder(profile, { clock });
    // config.ts lets no protocol without a decoder through.
    if (opened === null) throw new Error(`${profile.protocol} cannot be listened to`);
    return opened;
  };
  return listeningReader({ open, openDecoder: decoder, units, profile, monoMs: () => clock.monoMs(), log, line: id });
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
