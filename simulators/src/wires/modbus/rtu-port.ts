import type { Duplex } from "node:stream";
import type { Clock } from "../../clock.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import type { RefusalLog } from "../refusal-log.ts";
import { SerialLine } from "../serial-line.ts";
import type { DevicePort } from "../serial-wire.ts";
import type { Adu } from "./framing.ts";
import type { ModbusUnit } from "./modbus-wire.ts";
import { RTU_FRAMING } from "./rtu-framing.ts";
import { answerPdu, exceptionPdu, isRead } from "./tables.ts";

/** RS-485 as the sheets have it: 19200 bit/s, 8-E-1, which are eleven bits a byte. */
const BAUD_RATE = 19_200;
const BITS_PER_BYTE = 11;
/** What stands between two frames, in characters. Source: MODBUS over Serial Line V1.02, section 2.5.1.1. */
const GAP_CHARACTERS = 3.5;
const WAITING_MAX = 64;
/** What is kept of bytes that are no frame. */
const BROKEN_BYTES_MAX = 64;

export interface RtuPortOptions {
  clock: Clock;
  random: Random;
  /** Devices by Modbus unit id. */
  units: ReadonlyMap<number, ModbusUnit>;
  refused: RefusalLog;
}

/** Several units on one RS-485 line. What would write has no effect and is put on record, to whichever unit it was said. */
export class RtuPort implements DevicePort {
  readonly #options: RtuPortOptions;
  readonly #line: SerialLine;
  #rest: Buffer = Buffer.alloc(0);
  #givingUp: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** Whose reply is leaving. */
  #speaker: ModbusUnit | null = null;

  constructor(options: RtuPortOptions) {
    this.#options = options;
    this.#line = new SerialLine({
      clock: options.clock,
      bitsPerByte: BITS_PER_BYTE,
      baudRate: () => this.#baudRate,
      speaks: () => this.#speaker === null || isUp(this.#speaker),
      hear: (bytes) => this.#hear(bytes),
    });
  }

  get plugged(): boolean {
    return [...this.#options.units.values()].some(({ device }) => device.faults.state.plugged);
  }

  attach(stream: Duplex): void {
    this.#line.attach(stream);
  }

  close(): void {
    clearTimeout(this.#givingUp);
    this.#line.close();
  }

  get #baudRate(): number {
    return this.#speaker?.device.faults.state.baudRate ?? BAUD_RATE;
  }

  #hear(bytes: Uint8Array): void {
    const { adus, rest, broken } = RTU_FRAMING.take(Buffer.concat([this.#rest, bytes]));
    this.#rest = rest;
    if (broken !== null) this.#recordBroken(broken);
    for (const adu of adus) this.#take(adu);
    clearTimeout(this.#givingUp);
    if (rest.length === 0) return;
    this.#givingUp = setTimeout(() => {
      this.#recordBroken(this.#rest);
      this.#rest = Buffer.alloc(0);
    }, RTU_FRAMING.silenceMs ?? 0).unref();
  }

  #recordBroken(bytes: Buffer): void {
    const { clock, refused } = this.#options;
    refused.record(clock.nowMs(), "broken", bytes.subarray(0, BROKEN_BYTES_MAX).toString("hex"));
  }

  #take(adu: Adu): void {
    const { clock, refused, units } = this.#options;
    const text = `unit ${adu.unit} ${adu.pdu.toString("hex")}`;
    if (!isRead(adu.pdu[0] ?? 0)) refused.record(clock.nowMs(), "control", text);
    const unit = units.get(adu.unit);
    if (unit === undefined || this.#waiting >= WAITING_MAX) return;
    this.#waiting += 1;
    this.#turn = this.#turn.then(async () => {
      await this.#answer(unit, adu);
      this.#waiting -= 1;
    });
  }

  async #answer(unit: ModbusUnit, request: Adu): Promise<void> {
    const { clock, random } = this.#options;
    const { device } = unit;
    this.#speaker = unit;
    const gapMs = Math.ceil((GAP_CHARACTERS * BITS_PER_BYTE * 1000) / this.#baudRate);
    await this.#line.pause(gapMs + device.faults.state.replyDelayMs);
    const tables = this.#line.speaks ? unit.tables() : null;
    if (tables === null) return;
    const faults = device.faults.state;
    const reply: Adu = { ...request, pdu: answerPdu(request.pdu, tables) };
    const toldUnit = faults.otherUnit ? this.#neighbourOf(reply.unit) : reply.unit;
    const bytes = spoil({ ...reply, unit: toldUnit }, faults, random);
    recordSaid(device, clock.nowMs(), request.pdu.toString("hex"), bytes.equals(RTU_FRAMING.encode(reply)));
    await this.#line.send(bytes, faults.splitReply);
  }

  #neighbourOf(unit: number): number {
    return [...this.#options.units.keys()].find((each) => each !== unit) ?? unit + 1;
  }
}

/** A unit that is switched off has no tables to tell. */
const isUp = ({ device: { faults }, tables }: ModbusUnit): boolean =>
  faults.state.plugged && !faults.state.silent && tables() !== null;

/** The reply as the unit's faults leave it. */
function spoil(reply: Adu, faults: FaultState, random: Random): Buffer {
  const { exceptionCode, wrongCount, wrongChecksum, garbageReply, truncatedReply } = faults;
  const pdu = Buffer.from(exceptionCode === null ? reply.pdu : exceptionPdu(reply.pdu[0] ?? 0, exceptionCode));
  if (wrongCount && pdu.length > 2) pdu.writeUInt8(((pdu[1] ?? 0) + 2) & 0xff, 1);
  let bytes = RTU_FRAMING.encode({ ...reply, pdu });
  if (wrongChecksum) bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 0xff, bytes.length - 1);
  if (garbageReply) bytes = Buffer.from(bytes.map(() => random.integer(0, 255)));
  return truncatedReply ? bytes.subarray(0, random.integer(1, bytes.length - 1)) : bytes;
}
