import { HOST, type PortPool } from "../ports.ts";
import { TcpListener } from "../tcp-listener.ts";
import type { LineAddress, Wire } from "../wire.ts";
import type { VentilatorPortOptions } from "./ventilator-port.ts";
import { VentilatorPort } from "./ventilator-port.ts";

/** Clients at one time; serial device servers of the NPort kind allow four to eight. */
const CLIENTS_MAX = 4;

/** One port of a serial device server: raw TCP on the one side, a ventilator on the other. */
export function serialWire(ports: PortPool, options: VentilatorPortOptions): Wire {
  const port = new VentilatorPort(options);
  let listener: TcpListener | null = null;
  const wire: Wire = {
    plugged: true,
    async open(): Promise<LineAddress> {
      listener = new TcpListener(await ports.take(), CLIENTS_MAX, (socket) => port.attach(socket));
      await wire.refresh();
      return { url: `tcp://${HOST}:${listener.port}` };
    },
    async refresh() {
      await listener?.setOpen(wire.plugged && options.device.faults.state.plugged);
    },
    publish: () => undefined,
    async close() {
      port.close();
      await listener?.setOpen(false);
    },
  };
  return wire;
}
