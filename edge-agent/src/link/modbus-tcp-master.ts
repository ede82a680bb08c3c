import modbusSerial from "modbus-serial";
import { LinkError } from "./link-error.ts";
import { ModbusException, type ModbusMaster, type ModbusRequest, type OpenMaster } from "./modbus-master.ts";
import { openSocket } from "./open-stream.ts";

/** The library's one class, which its types and its code export in different ways. */
const ModbusClient = modbusSerial.default;
type ModbusClient = InstanceType<typeof ModbusClient>;

/** Modbus TCP: frames with a header that numbers them. */
export const modbusTcp =
  (host: string, port: number): OpenMaster =>
  async (timeoutMs) => {
    // The socket is opened here, because the library's own connect has no time-out.
    const socket = await openSocket(host, port, timeoutMs);
    const client = new ModbusClient();
    const master = new ModbusTcpMaster(client);
    // The library repeats a socket's error as an event of its own; the request at hand learns of it by its time-out.
    client.on("error", () => master.close());
    await client.linkTCP(socket, { port });
    return master;
  };

/**
 * The library's client with the function codes 01 to 04 and no others: what it could write is kept in here and has no name
 * outside.
 */
class ModbusTcpMaster implements ModbusMaster {
  readonly #client: ModbusClient;

  constructor(client: ModbusClient) {
    this.#client = client;
  }

  get isOpen(): boolean {
    return this.#client.isOpen;
  }

  async read({ unitId, timeoutMs, table, address, count }: ModbusRequest): Promise<readonly number[]> {
    const client = this.#client;
    client.setID(unitId);
    client.setTimeout(timeoutMs);
    try {
      switch (table) {
        case "coil":
          return bits(await client.readCoils(address, count), count);
        case "discrete-input":
          return bits(await client.readDiscreteInputs(address, count), count);
        case "holding-register":
          return (await client.readHoldingRegisters(address, count)).data;
        case "input-register":
          return (await client.readInputRegisters(address, count)).data;
      }
    } catch (error) {
      const fault = faultOf(error);
      // Where a frame ends is no longer known after one that could not be read.
      if (fault.code === "link.protocol") this.close();
      throw fault;
    }
  }

  close(): void {
    this.#client.destroy(() => {});
  }
}

/** The library hands out whole bytes of bits; those beyond the count are padding. */
const bits = ({ data }: { data: readonly boolean[] }, count: number): number[] => data.slice(0, count).map(Number);

/** The library throws objects with the names of errors; an exception of the device carries its code. */
function faultOf(error: unknown): LinkError {
  const told = typeof error === "object" && error !== null ? error : {};
  const text = "message" in told ? String(told.message) : String(error);
  const name = "name" in told ? String(told.name) : "";
  if ("modbusCode" in told && typeof told.modbusCode === "number") return new ModbusException(told.modbusCode);
  if (name === "TransactionTimedOutError") return new LinkError("link.timeout", text, { cause: error });
  if (name === "PortNotOpenError") return new LinkError("link.closed", text, { cause: error });
  return new LinkError("link.protocol", text, { cause: error });
}
