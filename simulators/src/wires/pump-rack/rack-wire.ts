import { recordSaid } from "../../hospital/simulated-device.ts";
import type { NodeValue } from "../opc-ua/node-value.ts";
import { ServerLine, type ServerLineOptions } from "../opc-ua/server-line.ts";
import type { PortPool } from "../ports.ts";
import type { Refusals } from "../refusal-log.ts";
import type { LineAddress, Wire } from "../wire.ts";
import type { Pump } from "./nodes.ts";
import { rackValues, slotValues } from "./nodes.ts";
import type { RackServer } from "./rack-server.ts";
import { startRackServer } from "./rack-server.ts";

export interface RackWireOptions extends ServerLineOptions {
  serial: string;
  slotCount: number;
  /** Pumps by slot, counted from 1; a slot that is not named is empty. */
  pumps: ReadonlyMap<number, Pump>;
}

/** A rack's server has one shape: its slots are there whether or not a pump sits in them. */
const SHAPE = "rack";

/** A rack of pumps behind its OPC UA server. */
export class RackWire implements Wire {
  plugged = true;
  readonly #options: RackWireOptions;
  readonly #line: ServerLine<RackServer, typeof SHAPE>;

  constructor(ports: PortPool, options: RackWireOptions) {
    this.#options = options;
    this.#line = new ServerLine(ports, options, (secure) => startRackServer(secure, this.#objects()));
  }

  open(): Promise<LineAddress> {
    return this.#line.open(this.plugged ? SHAPE : null);
  }

  refresh(): Promise<void> {
    return this.#line.setShape(this.plugged ? SHAPE : null);
  }

  publish(nowMs: number): void {
    const { server } = this.#line;
    if (server === null) return;
    for (const slot of this.#slots()) {
      const pump = this.#options.pumps.get(slot);
      let changed = false;
      for (const [name, value] of slotValues(pump)) changed = server.show(`Slot${slot}`, name, value) || changed;
      if (changed && pump?.faults.state.plugged) recordSaid(pump, nowMs, `Slot${slot}`, !pump.faults.state.silent);
    }
  }

  requests(): Record<string, number> {
    return this.#line.services.counts();
  }

  refused(): Refusals {
    return this.#line.services.refused();
  }

  close(): Promise<void> {
    this.plugged = false;
    return this.refresh();
  }

  #slots(): number[] {
    return Array.from({ length: this.#options.slotCount }, (_, index) => index + 1);
  }

  #objects(): Map<string, ReadonlyMap<string, NodeValue>> {
    const { pumps, serial, slotCount } = this.#options;
    const objects = new Map<string, ReadonlyMap<string, NodeValue>>([["Rack", rackValues(serial, slotCount)]]);
    for (const slot of this.#slots()) objects.set(`Slot${slot}`, slotValues(pumps.get(slot)));
    return objects;
  }
}
