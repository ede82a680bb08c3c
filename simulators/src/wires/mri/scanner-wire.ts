import { recordSaid } from "../../hospital/simulated-device.ts";
import { ServerLine, type ServerLineOptions } from "../opc-ua/server-line.ts";
import type { PortPool } from "../ports.ts";
import type { Refusals } from "../refusal-log.ts";
import type { LineAddress, Wire } from "../wire.ts";
import { type ScannerServer, type ServerShape, startScannerServer } from "./scanner-server.ts";
import { type Scanner, scannerValues } from "./variables.ts";

export interface ScannerWireOptions extends ServerLineOptions {
  /** Scanners by the browse name under which they stand in the device set. */
  scanners: ReadonlyMap<string, Scanner>;
}

/** One or more scanners behind an OPC UA server. With none of them plugged in there is no server. */
export class ScannerWire implements Wire {
  plugged = true;
  readonly #options: ScannerWireOptions;
  readonly #line: ServerLine<ScannerServer, ServerShape>;

  constructor(ports: PortPool, options: ScannerWireOptions) {
    this.#options = options;
    this.#line = new ServerLine(ports, options, (secure, shape) => {
      const nowMs = options.clock.nowMs();
      const first = [...options.scanners].map(
        ([unit, scanner]) => [unit, scannerValues(scanner, nowMs, shape.texts[unit] ?? null)] as const,
      );
      return startScannerServer(secure, shape, new Map(first));
    });
  }

  open(): Promise<LineAddress> {
    return this.#line.open(this.#shape());
  }

  async refresh(): Promise<void> {
    await this.#line.setShape(this.#shape());
    this.#line.server?.setPublishing(!this.#faults().some(({ frozen }) => frozen));
  }

  publish(nowMs: number): void {
    const { server } = this.#line;
    if (server === null) return;
    for (const [unit, scanner] of this.#options.scanners) {
      const { plugged, silent, frozen } = scanner.faults.state;
      for (const [name, value] of scannerValues(scanner, nowMs, server.shape.texts[unit] ?? null)) {
        server.show(unit, name, value);
      }
      // Its clock moves with every step, so that there is always something to say.
      if (plugged) recordSaid(scanner, nowMs, unit, !silent && !frozen);
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

  #faults() {
    return [...this.#options.scanners.values()].map(({ faults }) => faults.state);
  }

  /** What the switches ask for; null when nothing is to be there. */
  #shape(): ServerShape | null {
    const faults = this.#faults();
    if (!this.plugged || !faults.some(({ plugged }) => plugged)) return null;
    const texts = [...this.#options.scanners].map(
      ([
        unit,
        {
          faults: { state },
        },
      ]) => [unit, state.wrongTypeOf],
    );
    return { nodeIdSet: Math.max(...faults.map(({ nodeIdSet }) => nodeIdSet)), texts: Object.fromEntries(texts) };
  }
}
