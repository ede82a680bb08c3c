import { asLinkError, LinkError } from "./link-error.ts";
import { ModbusException, type ModbusMaster, type ModbusRequest, type OpenMaster } from "./modbus-master.ts";
import { ReconnectGate } from "./reconnect-gate.ts";

const OPEN_TIMEOUT_MS = 1_000;
/** A silent peer may be a dead connection that nobody closed: after so many time-outs in a row it is opened anew. */
const SILENCES_MAX = 2;

/** A Modbus line, on which several units may hang: opened when it is needed, and anew when it seems dead. */
export class ModbusLink {
  readonly #open: OpenMaster;
  readonly #monoMs: () => number;
  readonly #gate: ReconnectGate<LinkError>;
  #master: ModbusMaster | null = null;
  #connections = 0;
  #silences = 0;
  /** Who has answered on this connection. */
  readonly #answered = new Set<number>();

  constructor(open: OpenMaster, monoMs: () => number) {
    this.#open = open;
    this.#monoMs = monoMs;
    this.#gate = new ReconnectGate(monoMs);
  }

  /** Which of the line's connections is open, null where none is: what was learnt on one need not hold on the next. */
  get connection(): number | null {
    return this.#master?.isOpen ? this.#connections : null;
  }

  /**
   * Words as 0 to 65535, bits as 0 and 1; exactly as many as asked for.
   * @throws LinkError; one request at a time is the caller's duty
   */
  async read(request: ModbusRequest): Promise<readonly number[]> {
    const master = await this.#ready();
    try {
      const values = await master.read(request);
      this.#heard(request.unitId);
      return values;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      if (error instanceof ModbusException) this.#heard(request.unitId);
      else if (error.code === "link.timeout") this.#silent(request.unitId);
      throw error;
    }
  }

  close(): void {
    const master = this.#master;
    this.#master = null;
    this.#silences = 0;
    this.#answered.clear();
    master?.close();
  }

  #heard(unitId: number): void {
    this.#silences = 0;
    this.#answered.add(unitId);
  }

  /** A unit that never answered says nothing about a line on which others do. */
  #silent(unitId: number): void {
    if (this.#answered.size > 0 && !this.#answered.has(unitId)) return;
    if (++this.#silences >= SILENCES_MAX) this.close();
  }

  async #ready(): Promise<ModbusMaster> {
    if (this.#master?.isOpen) return this.#master;
    this.close();
    const reason = this.#gate.blockedBy();
    if (reason !== null) throw reason;
    const sinceMs = this.#monoMs();
    try {
      const master = await this.#open(OPEN_TIMEOUT_MS);
      this.#master = master;
      this.#connections++;
      this.#gate.opened();
      return master;
    } catch (error) {
      const fault = asLinkError(error);
      this.#gate.failed(fault, sinceMs);
      throw fault;
    }
  }
}
