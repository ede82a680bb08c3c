import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import { HOST, type PortPool } from "../ports.ts";
import type { LineAddress, Wire } from "../wire.ts";
import type { ServerCertificate } from "./certificates.ts";
import { serverCertificate } from "./certificates.ts";
import type { NodeValue, Pump } from "./nodes.ts";
import { rackValues, slotValues } from "./nodes.ts";
import type { RackServer } from "./rack-server.ts";
import { startRackServer } from "./rack-server.ts";

export interface RackWireOptions {
  clock: Clock;
  rackId: string;
  serial: string;
  slotCount: number;
  /** Pumps by slot, counted from 1; a slot that is not named is empty. */
  pumps: ReadonlyMap<number, Pump>;
  credentials: { username: string; password: string };
  /** Where keys and certificates are kept between runs. */
  folder: string;
}

const REOPEN_EVERY_MS = 250;
const REOPEN_TRIES_MAX = 40;

/** A rack of pumps behind its OPC UA server. */
export class RackWire implements Wire {
  plugged = true;
  readonly #ports: PortPool;
  readonly #options: RackWireOptions;
  #port = 0;
  #certificate: ServerCertificate | null = null;
  #server: RackServer | null = null;
  #change: Promise<void> = Promise.resolve();

  constructor(ports: PortPool, options: RackWireOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async open(): Promise<LineAddress> {
    const { folder, rackId, credentials, clock } = this.#options;
    this.#certificate = await serverCertificate(folder, rackId, clock.nowMs());
    this.#port = await this.#ports.take();
    await this.refresh();
    return {
      url: `opc.tcp://${HOST}:${this.#port}`,
      credentials,
      serverCertificateFile: this.#certificate.certificateFile,
    };
  }

  refresh(): Promise<void> {
    const change = this.#change.then(() => this.#setOpen(this.plugged));
    this.#change = change.catch(() => undefined);
    return change;
  }

  publish(nowMs: number): void {
    const server = this.#server;
    if (server === null) return;
    for (const slot of this.#slots()) {
      const pump = this.#options.pumps.get(slot);
      let changed = false;
      for (const [name, value] of slotValues(pump)) changed = server.show(`Slot${slot}`, name, value) || changed;
      if (changed && pump?.faults.state.plugged) recordSaid(pump, nowMs, `Slot${slot}`, !pump.faults.state.silent);
    }
  }

  close(): Promise<void> {
    this.plugged = false;
    return this.refresh();
  }

  #slots(): number[] {
    return Array.from({ length: this.#options.slotCount }, (_, index) => index + 1);
  }

  async #setOpen(open: boolean): Promise<void> {
    if (!open) {
      const server = this.#server;
      this.#server = null;
      await server?.stop();
      return;
    }
    for (let tries = 1; this.#server === null; tries += 1) {
      try {
        this.#server = await this.#start();
      } catch (error) {
        if (tries >= REOPEN_TRIES_MAX) throw error;
        await delay(REOPEN_EVERY_MS);
      }
    }
  }

  #start(): Promise<RackServer> {
    if (this.#certificate === null) throw new Error("a rack is opened before it is refreshed");
    const { pumps, serial, slotCount, credentials } = this.#options;
    const objects = new Map<string, ReadonlyMap<string, NodeValue>>([["Rack", rackValues(serial, slotCount)]]);
    for (const slot of this.#slots()) objects.set(`Slot${slot}`, slotValues(pumps.get(slot)));
    return startRackServer({ port: this.#port, certificate: this.#certificate, credentials, objects });
  }
}
