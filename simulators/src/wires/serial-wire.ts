import { HOST, type PortPool } from "./ports.ts";
import type { RefusalLog } from "./refusal-log.ts";
import type { SerialPort } from "./serial-port.ts";
import { TcpListener } from "./tcp-listener.ts";
import type { LineAddress, Wire } from "./wire.ts";

/** Clients at one time; serial device servers of the NPort kind allow four to eight. */
const CLIENTS_MAX = 4;

/** What a serial device server needs of the port of a device. */
export type DevicePort = Pick<SerialPort, "plugged" | "attach" | "close">;

/** One port of a serial device server: raw TCP on the one side, a device's serial port on the other. */
export function serialWire(ports: PortPool, port: DevicePort, refused?: RefusalLog): Wire {
  let listener: TcpListener | null = null;
  const wire: Wire = {
    plugged: true,
    async open(): Promise<LineAddress> {
      listener = new TcpListener(await ports.take(), CLIENTS_MAX, (socket) => port.attach(socket));
      await wire.refresh();
      return { url: `tcp://${HOST}:${listener.port}` };
    },
    async refresh() {
      await listener?.setOpen(wire.plugged && port.plugged);
    },
    publish: () => undefined,
    ...(refused !== undefined && { refused: () => refused.read() }),
    async close() {
      port.close();
      await listener?.setOpen(false);
    },
  };
  return wire;
}
