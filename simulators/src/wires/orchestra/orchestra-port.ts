import type { Duplex } from "node:stream";
import type { Clock } from "../../clock.ts";
import { DpsModule } from "../../devices/dps-module.ts";
import { FaultBoard, type FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import type { RefusalLog } from "../refusal-log.ts";
import { SerialLine } from "../serial-line.ts";
import type { DevicePort } from "../serial-wire.ts";
import { isReading, OrchestraBase, type SeatedModule, type Slots } from "./base.ts";
import { ACK, ENQ, encodeFrame, FrameReader, LINK_ERRORS, type LinkError, NAK } from "./frame.ts";
import { KeepAlive } from "./keep-alive.ts";
import { spoilFrame } from "./spoil.ts";
import { baseVariables, moduleVariables, stateOfModule } from "./variables.ts";

/** The line of the sheet: 19200 bit/s, 7-E-1, which are ten bits a byte. */
const BAUD_RATE = 19_200;
const BITS_PER_BYTE = 10;
const TICK_EVERY_MS = 20;
const NOISE_BYTES = 32;

/** How long the base waits for its host. */
export interface OrchestraTiming {
  /** For the ACK of a frame, before it is sent once more. The sheet's time-out. */
  acknowledgedWithinMs: number;
  /** For the acknowledgement of an event, before the event is told again. */
  eventEveryMs: number;
  /** From one keep-alive question to the next, by which the one before must be answered. */
  enqEveryMs: number;
}
const TIMING: OrchestraTiming = { acknowledgedWithinMs: 1000, eventEveryMs: 3000, enqEveryMs: 5000 };

export interface OrchestraPortOptions {
  clock: Clock;
  random: Random;
  /** Devices by slot, 1 to 5. */
  units: ReadonlyMap<number, SimulatedDevice<DpsModule>>;
  refused: RefusalLog;
  timing?: OrchestraTiming;
}

/** A frame on its way to the host, until it is acknowledged or given up. */
interface Exchange {
  bytes: Buffer;
  /** Null while it is being made or is leaving. */
  sentAtMs: number | null;
  isRepeat: boolean;
}

/**
 * The serial port of an Orchestra base, through which its modules speak. What would control a module is refused with an
 * error and put on record, whatever the faults of the line.
 */
export class OrchestraPort implements DevicePort {
  /** An empty base answers for itself. */
  readonly plugged = true;
  readonly faults = new FaultBoard("orchestra-base");
  readonly #options: OrchestraPortOptions;
  readonly #timing: OrchestraTiming;
  readonly #line: SerialLine;
  readonly #reader = new FrameReader();
  readonly #base = new OrchestraBase(() => this.#look());
  readonly #keepAlive: KeepAlive;
  readonly #timer: NodeJS.Timeout;
  /** Modules that stand in another's place, by slot. */
  readonly #others = new Map<number, DpsModule>();
  /** When an event was last told, by slot; forgotten when it is acknowledged. */
  readonly #toldAtMs = new Map<number, number>();
  #exchange: Exchange | null = null;
  #steppedAtMs: number;

  constructor(options: OrchestraPortOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    this.#keepAlive = new KeepAlive(this.#timing.enqEveryMs);
    this.#steppedAtMs = options.clock.nowMs();
    this.#line = new SerialLine({
      clock: options.clock,
      bitsPerByte: BITS_PER_BYTE,
      baudRate: () => this.faults.state.baudRate ?? BAUD_RATE,
      speaks: () => this.faults.state.plugged && !this.faults.state.silent,
      hear: (bytes) => this.#hear(bytes),
    });
    this.#timer = setInterval(() => this.#tick(options.clock.monotonicMs()), TICK_EVERY_MS).unref();
  }

  attach(stream: Duplex): void {
    this.#line.attach(stream);
  }

  refresh(): void {
    for (const [slot, device] of this.#options.units) {
      if (device.faults.state.otherBody && !this.#others.has(slot)) this.#others.set(slot, this.#drawOther(slot));
      if (!device.faults.state.otherBody) this.#others.delete(slot);
    }
    this.#base.settle();
  }

  publish(nowMs: number): void {
    for (const other of this.#others.values()) other.step(nowMs - this.#steppedAtMs);
    this.#steppedAtMs = nowMs;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#line.close();
  }

  #drawOther(slot: number): DpsModule {
    return new DpsModule({ inUseShare: 1, inUseMeanH: 4 }, this.#options.random.fork(`other in slot ${slot}`));
  }

  #look(): Slots {
    const modules = new Map<number, SeatedModule>();
    for (const [slot, { body: own, faults }] of this.#options.units) {
      if (!faults.state.plugged) continue;
      const body = this.#others.get(slot) ?? own;
      const isOn = body.duty.state !== "off";
      const state = stateOfModule(body);
      const variables = moduleVariables({ ...state, alarmBits: faults.state.alarmBits ?? state.alarmBits });
      modules.set(slot, { body, isOn, variables: isOn ? variables : new Map() });
    }
    return { base: baseVariables([...modules.keys()]), modules };
  }

  /** The switches of the module in a slot; none for the base and an empty slot. */
  #faultsIn(slot: number): FaultState | null {
    const state = this.#options.units.get(slot)?.faults.state;
    return state?.plugged === true ? state : null;
  }

  #hear(bytes: Uint8Array): void {
    const { clock, refused } = this.#options;
    for (const heard of this.#reader.read(bytes)) {
      switch (heard.kind) {
        case "ack":
          if (this.#exchange?.sentAtMs != null) this.#exchange = null;
          break;
        case "nak":
          this.#repeat();
          break;
        case "dc4":
          this.#keepAlive.answered();
          break;
        case "broken":
          refused.record(clock.nowMs(), "broken", heard.text);
          this.#refuse(heard.error);
          break;
        case "frame":
          this.#take(heard.slot, heard.message);
      }
    }
  }

  #take(slot: number, message: string): void {
    const { clock, refused } = this.#options;
    const { silent, nakCode } = this.faults.state;
    if (!isReading(message)) refused.record(clock.nowMs(), "control", `${slot}${message}`);
    if (silent) return;
    const refusal = nakCode ?? (this.#exchange === null ? null : LINK_ERRORS.notReady);
    if (refusal === null) this.#accept(slot, message);
    else this.#refuse(refusal);
  }

  #accept(slot: number, message: string): void {
    const { missingAck, bareError } = this.faults.state;
    if (!missingAck) void this.#line.send(Buffer.from([ACK]));
    if (this.#faultsIn(slot)?.silent === true) return;
    const reply = this.#base.answer(slot, message, bareError ? "" : ";");
    if (reply === null) this.#toldAtMs.delete(slot);
    else void this.#say(slot, message, reply);
  }

  #refuse(error: LinkError): void {
    void this.#line.send(Buffer.from([NAK, error.charCodeAt(0)]));
  }

  async #say(slot: number, request: string, message: string): Promise<void> {
    const exchange: Exchange = { bytes: Buffer.alloc(0), sentAtMs: null, isRepeat: false };
    this.#exchange = exchange;
    const delayMs = Math.max(this.faults.state.replyDelayMs, this.#faultsIn(slot)?.replyDelayMs ?? 0);
    if (delayMs > 0) await this.#line.pause(delayMs);
    const { clock, random, units } = this.#options;
    const whole = encodeFrame(slot, message);
    exchange.bytes = spoilFrame(slot, message, this.faults.state, this.#faultsIn(slot), random);
    const device = units.get(slot);
    if (device !== undefined && message.includes(";") && !message.startsWith("I")) {
      recordSaid(device, clock.nowMs(), request, exchange.bytes.equals(whole) && !this.#others.has(slot));
    }
    await this.#transmit(exchange);
  }

  async #transmit(exchange: Exchange): Promise<void> {
    exchange.sentAtMs = null;
    await this.#line.send(exchange.bytes, this.faults.state.splitReply);
    exchange.sentAtMs = this.#options.clock.monotonicMs();
  }

  /** Sends the frame once more, or gives it up when that has been done. */
  #repeat(): void {
    const exchange = this.#exchange;
    if (exchange?.sentAtMs == null) return;
    if (exchange.isRepeat) {
      this.#exchange = null;
    } else {
      exchange.isRepeat = true;
      void this.#transmit(exchange);
    }
  }

  #tick(nowMs: number): void {
    const sentAtMs = this.#exchange?.sentAtMs ?? null;
    if (this.#exchange === null) this.#tellEvent(nowMs);
    else if (sentAtMs !== null && nowMs - sentAtMs >= this.#timing.acknowledgedWithinMs) this.#repeat();
    this.#keepOpen(nowMs);
    this.#flood();
  }

  /** Tells one event that is new, or was told long ago and not acknowledged. */
  #tellEvent(nowMs: number): void {
    for (const [slot, event] of this.#base.events()) {
      const toldAtMs = this.#toldAtMs.get(slot) ?? Number.NEGATIVE_INFINITY;
      if (this.#faultsIn(slot)?.silent === true || nowMs - toldAtMs < this.#timing.eventEveryMs) continue;
      this.#toldAtMs.set(slot, nowMs);
      void this.#say(slot, "E", event);
      return;
    }
  }

  /** A host that does not answer is gone, and its sessions with it. */
  #keepOpen(nowMs: number): void {
    const due = this.#keepAlive.due(nowMs, this.#base.hasSession);
    if (due === "ask") void this.#line.send(Buffer.from([ENQ]));
    if (due !== "close") return;
    this.#base.closeAll();
    this.#toldAtMs.clear();
  }

  #flood(): void {
    const { enqFlood, flood } = this.faults.state;
    if (!this.#line.isIdle) return;
    if (enqFlood) void this.#line.send(Buffer.from([ENQ]));
    // Seven bits a byte, as the line is set.
    const noise = Array.from({ length: NOISE_BYTES }, () => this.#options.random.integer(0, 127));
    if (flood) void this.#line.send(Buffer.from(noise));
  }
}
