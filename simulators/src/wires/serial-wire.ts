import type { Duplex } from "node:stream";
import type { FaultBoard } from "../faults/fault-board.ts";
import { HOST, type PortPool } from "./ports.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { TcpListener } from "./tcp-listener.ts";
import type { LineAddress, Wire } from "./wire.ts";

/** Clients at one time; serial device servers of the NPort kind allow four to eight. */
const CLIENTS_MAX = 4;

/** What hangs on a serial line, of one device or several. */
export interface DevicePort {
  /** Whether anything is connected to the line. */
  readonly plugged: boolean;
  /** The faults of the line itself, where it knows any beside those of its devices. */
  readonly faults?: FaultBoard;
  attach(stream: Duplex): void;
  /** Brings the port to what the switches of its devices say. */
  refresh?(): void;
  /** Lets it notice what time has done to its devices. */
  publish?(nowMs: number): void;
  close(): void;
}

/**
 * One port of a serial device server: raw TCP on the one side, a serial line on the other.
 * @param scheme of the address that it is known by; what travels is the bytes of the line in any case.
 */
export function serialWire(ports: PortPool, port: DevicePort, refused?: RefusalLog, scheme = "tcp"): Wire {
  let listener: TcpListener | null = null;
  const wire: Wire = {
    plugged: true,
    async open(): Promise<LineAddress> {
      listener = new TcpListener(await ports.take(), CLIENTS_MAX, (socket) => port.attach(socket));
      await wire.refresh();
      return { url: `${scheme}://${HOST}:${listener.port}` };
    },
    ...(port.faults !== undefined && { faults: port.faults }),
    async refresh() {
      port.refresh?.();
      await listener?.setOpen(wire.plugged && port.plugged);
    },
    publish: (nowMs) => port.publish?.(nowMs),
    ...(refused !== undefined && { refused: () => refused.read() }),
    async close() {
      port.close();
      await listener?.setOpen(false);
    },
  };
  return wire;
}
