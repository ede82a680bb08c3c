import type { ModbusRead } from "@wardtwin/device-profiles/codec/modbus-reads";
import modbusSerial from "modbus-serial";
import { asLinkError, LinkError } from "./link-error.ts";
import { openSocket } from "./open-stream.ts";
import { ReconnectGate } from "./reconnect-gate.ts";

/** The library's one class, which its types and its code export in different ways. */
const ModbusClient = modbusSerial.default;
type ModbusClient = InstanceType<typeof ModbusClient>;

const OPEN_TIMEOUT_MS = 1_000;
const SILENCES_MAX = 2;

export interface ModbusRequest extends ModbusRead {
  /** 0 to 255. */
  unitId: number;
  timeoutMs: number;
}

/**
 * A Modbus TCP line. It knows the function codes 01 to 04 and no others: what the library could write is kept behind this
 * class and has no name here.
 */
export class ModbusLink {
  readonly #address: { host: string; port: number };
  readonly #monoMs: () => number;
  readonly #gate: ReconnectGate<LinkError>;
  #client: ModbusClient | null = null;
  #silences = 0;

  constructor(address: { host: string; port: number }, monoMs: () => number) {
    this.#address = address;
    this.#monoMs = monoMs;
    this.#gate = new ReconnectGate(monoMs);
  }

  /**
   * Words as 0 to 65535, bits as 0 and 1; exactly as many as asked for.
   * @throws LinkError; one request at a time is the caller's duty
   */
  async read(request: ModbusRequest): Promise<readonly number[]> {
    const { table, address, count } = request;
    switch (table) {
      case "coil":
        return bits(await this.#read(request, (client) => client.readCoils(address, count)), count);
      case "discrete-input":
        return bits(await this.#read(request, (client) => client.readDiscreteInputs(address, count)), count);
      case "holding-register":
        return this.#read(request, (client) => client.readHoldingRegisters(address, count));
      case "input-register":
        return this.#read(request, (client) => client.readInputRegisters(address, count));
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = null;
    this.#silences = 0;
    client?.destroy(() => {});
  }

  async #read<Word>(
    { unitId, timeoutMs }: ModbusRequest,
    ask: (client: ModbusClient) => Promise<{ data: Word[] }>,
  ): Promise<Word[]> {
    const client = await this.#ready();
    client.setID(unitId);
    client.setTimeout(timeoutMs);
    try {
      const { data } = await ask(client);
      this.#silences = 0;
      return data;
    } catch (error) {
      const fault = modbusFault(error);
      const silent = fault.code === "link.timeout";
      if (silent ? ++this.#silences >= SILENCES_MAX : fault.code !== "link.exception") this.close();
      throw fault;
    }
  }

  async #ready(): Promise<ModbusClient> {
    if (this.#client?.isOpen) return this.#client;
    this.close();
    const reason = this.#gate.blockedBy();
    if (reason !== null) throw reason;
    const sinceMs = this.#monoMs();
    try {
      // The socket is opened here, because the library's own connect has no time-out.
      const socket = await openSocket(this.#address.host, this.#address.port, OPEN_TIMEOUT_MS);
      const client = new ModbusClient();
      // The library repeats a socket's error as an event of its own; the request at hand learns of it by its time-out.
      client.on("error", () => this.close());
      await client.linkTCP(socket, { port: this.#address.port });
      this.#client = client;
      this.#gate.opened();
      return client;
    } catch (error) {
      const fault = asLinkError(error);
      this.#gate.failed(fault, sinceMs);
      throw fault;
    }
  }
}

/** The library hands out whole bytes of bits; those beyond the count are padding. */
const bits = (data: readonly boolean[], count: number): number[] => data.slice(0, count).map(Number);

/** The library throws objects with the names of errors; an exception of the device carries its code. */
function modbusFault(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  const told = typeof error === "object" && error !== null ? error : {};
  const text = "message" in told ? String(told.message) : String(error);
  const name = "name" in told ? String(told.name) : "";
  if ("modbusCode" in told && told.modbusCode !== undefined) {
    return new LinkError("link.exception", `exception ${String(told.modbusCode)}`, { cause: error });
  }
  if (name === "TransactionTimedOutError") return new LinkError("link.timeout", text, { cause: error });
  if (name === "PortNotOpenError") return new LinkError("link.closed", text, { cause: error });
  return new LinkError("link.protocol", text, { cause: error });
}
