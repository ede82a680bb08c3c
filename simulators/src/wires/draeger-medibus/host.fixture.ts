import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, systemClock, wallClock } from "../../clock.ts";
import { DraegerVentilator } from "../../devices/draeger-ventilator.ts";
import { FaultBoard } from "../../faults/fault-board.ts";
import type { Said, SimulatedDevice } from "../../hospital/simulated-device.ts";
import { createRandom } from "../../random.ts";
import { createRing } from "../../ring.ts";
import { PortPool } from "../ports.ts";
import { RefusalLog } from "../refusal-log.ts";
import { serialWire } from "../serial-wire.ts";
import { COMMAND } from "./command.ts";
import { encodeFrame, FrameReader, type Heard } from "./frame.ts";
import { MedibusPort } from "./medibus-port.ts";
import type { ModelName } from "./model.ts";

/** How long a line says nothing until a test takes it to be quiet. */
export const QUIET_MS = 80;
const HOST_ID = "0161'Wardtwin'01.00:06.00";

/** A ventilator in use, on a line fast enough that no test waits for it. Its clock may be wound on. */
export function optionsOf(model: ModelName = "evita-v500") {
  const body = new DraegerVentilator({ inUseShare: 1, inUseMeanH: 1e6 }, createRandom(1));
  const device: SimulatedDevice<DraegerVentilator> = {
    entry: {
      id: "medibus-01",
      kind: "ventilator",
      manufacturer: "Dräger",
      model: "Evita V500",
      serial: "ASDR-0417",
      firmware: "02.51:06.00",
      assetNumber: "SGH-M0001",
      ward: "icu-a",
      profile: "draeger/evita-v500",
    },
    body,
    faults: new FaultBoard("draeger-medibus"),
    said: createRing<Said>(16),
  };
  device.faults.merge({ baudRate: 1_000_000 });
  const wound = { aheadMs: 0 };
  const clock: Clock = {
    nowMs: () => Date.UTC(2026, 4, 4, 14, 1, 9),
    monotonicMs: () => systemClock.monotonicMs() + wound.aheadMs,
  };
  const random = createRandom(2);
  return { device, clock, wound, random, wallTime: wallClock("UTC"), model, refused: new RefusalLog() };
}

/** The host's end of a line: what it hears, one after the other, and as it came. */
export class Host {
  readonly raw: Buffer[] = [];
  readonly fast: number[] = [];
  answers = true;
  readonly #stream: Duplex;
  readonly #reader = new FrameReader();
  readonly #heard: Heard[] = [];

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("error", () => undefined);
    stream.on("data", (bytes: Buffer) => {
      this.raw.push(bytes);
      for (const heard of this.#reader.read(bytes)) this.#take(heard);
    });
  }

  #take(heard: Heard): void {
    if (heard.kind === "fast") this.fast.push(heard.byte);
    else this.#heard.push(heard);
    if (heard.kind !== "command" || !this.answers) return;
    const data = heard.code === COMMAND.identify ? HOST_ID : "";
    this.send(encodeFrame("response", heard.code, data));
  }

  send(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  /** The next that is heard of a kind, and of a code; what comes before it is passed over. */
  async next(kind: Heard["kind"], code?: number): Promise<Heard & { data?: string }> {
    for (;;) {
      for (let heard = this.#heard.shift(); heard !== undefined; heard = this.#heard.shift()) {
        if (heard.kind === kind && (code === undefined || ("code" in heard && heard.code === code))) return heard;
      }
      await once(this.#stream, "data");
    }
  }

  async ask(code: number, argument = ""): Promise<string> {
    this.send(encodeFrame("command", code, argument));
    return (await this.next("response", code)).data ?? "";
  }

  async initialise(): Promise<void> {
    await this.ask(COMMAND.initialise);
    await this.next("command", COMMAND.identify);
  }

  /** All that comes until the line has been quiet for a while, and was not heard before. */
  async untilQuiet(): Promise<Heard[]> {
    let count = -1;
    while (count !== this.raw.length) {
      count = this.raw.length;
      await delay(QUIET_MS);
    }
    return this.#heard.splice(0);
  }
}

/** A ventilator on a TCP line with a host on it; the test closes both. */
export async function overTcp(closers: (() => unknown)[], model: ModelName = "evita-v500") {
  const options = optionsOf(model);
  const wire = serialWire(new PortPool(process.pid * 13 + 2500), new MedibusPort(options), options.refused);
  const port = Number(new URL((await wire.open()).url).port);
  closers.push(() => wire.close());
  const dial = async (): Promise<Host> => {
    const socket: Socket = connect(port, "127.0.0.1");
    closers.push(() => socket.destroy());
    const host = new Host(socket);
    await once(socket, "connect");
    return host;
  };
  return { ...options, wire, dial, host: await dial() };
}
