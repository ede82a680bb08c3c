import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { quietMs, type RtuReply, RtuReplyFinder, rtuRequest, valuesIn } from "../protocol/modbus-rtu.ts";
import type { OpenStream } from "./byte-link.ts";
import { asLinkError, LinkError } from "./link-error.ts";
import { ModbusException, type ModbusMaster, type ModbusRequest, type OpenMaster } from "./modbus-master.ts";

/** A line on which somebody babbles without a pause is asked all the same after so long, ms. */
const QUIET_WAIT_MAX_MS = 250;

/** Modbus RTU on a serial line: a port, a pty, or a socket to a serial device server. */
export const modbusRtu =
  (open: OpenStream, { baudRate, monoMs }: { baudRate: number; monoMs: () => number }): OpenMaster =>
  async (timeoutMs) =>
    new ModbusRtuMaster(await open(timeoutMs), quietMs(baudRate), monoMs);

interface Exchange {
  finder: RtuReplyFinder;
  /** Whether anything came at all, be it as broken as it likes. */
  heard: boolean;
  resolve(reply: RtuReply): void;
  reject(fault: LinkError): void;
}

/** Asks the units of one line in turn. Bytes that come while nothing is asked are nobody's reply, and let go. */
class ModbusRtuMaster implements ModbusMaster {
  readonly #stream: Duplex;
  readonly #quietMs: number;
  readonly #monoMs: () => number;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #exchange: Exchange | null = null;

  constructor(stream: Duplex, quietMs: number, monoMs: () => number) {
    this.#stream = stream;
    this.#quietMs = quietMs;
    this.#monoMs = monoMs;
    stream.on("data", (bytes: Uint8Array) => this.#hear(bytes));
    stream.on("end", () => stream.destroy());
    stream.on("error", (error) => {
      this.#exchange?.reject(asLinkError(error));
      stream.destroy();
    });
    stream.on("close", () => this.#exchange?.reject(new LinkError("link.closed", "the line was closed")));
  }

  get isOpen(): boolean {
    return !this.#stream.destroyed;
  }

  async read(request: ModbusRequest): Promise<readonly number[]> {
    const frame = rtuRequest(request);
    await this.#quiet();
    if (!this.isOpen) throw new LinkError("link.closed", "the line was closed");
    const { promise, resolve, reject } = Promise.withResolvers<RtuReply>();
    const exchange: Exchange = { finder: new RtuReplyFinder(request), heard: false, resolve, reject };
    const late = setTimeout(() => reject(silence(exchange)), request.timeoutMs);
    this.#exchange = exchange;
    try {
      this.#stream.write(frame);
      const reply = await promise;
      if (reply.kind === "exception") throw new ModbusException(reply.exceptionCode);
      return valuesIn(reply.data, request);
    } finally {
      clearTimeout(late);
      this.#exchange = null;
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #hear(bytes: Uint8Array): void {
    this.#heardAtMs = this.#monoMs();
    const exchange = this.#exchange;
    if (exchange === null) return;
    exchange.heard = true;
    const reply = exchange.finder.push(bytes);
    if (reply !== null) exchange.resolve(reply);
  }

  /** Waits until the line has been silent for long enough to begin a frame. */
  async #quiet(): Promise<void> {
    const untilMs = this.#monoMs() + QUIET_WAIT_MAX_MS;
    for (;;) {
      const nowMs = this.#monoMs();
      // The clock counts whole ms, so that one more has to pass.
      const restMs = this.#heardAtMs + this.#quietMs + 1 - nowMs;
      if (restMs <= 0 || nowMs >= untilMs) return;
      await sleep(restMs);
    }
  }
}

const silence = ({ heard }: Exchange): LinkError =>
  heard
    ? new LinkError("link.protocol", "what came was no reply to the request")
    : new LinkError("link.timeout", "no reply in time");
