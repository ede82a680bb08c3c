import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { Defibrillator } from "../../devices/defibrillator.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import { HOST, type PortPool } from "../ports.ts";
import { TcpListener } from "../tcp-listener.ts";
import type { LineAddress, Wire } from "../wire.ts";
import type { Adu } from "./modbus.ts";
import { answerPdu, encodeAdu, exceptionPdu, takeAdus } from "./modbus.ts";
import { discreteInputs, inputRegisters } from "./registers.ts";

const CLIENTS_MAX = 8;
/** Requests that one connection may have waiting; a client that asks faster is cut off. */
const WAITING_MAX = 256;
const UNREAD_BYTES_MAX = 65_536;

export interface ModbusWireOptions {
  clock: Clock;
  random: Random;
  /** Devices by Modbus unit id. */
  units: ReadonlyMap<number, SimulatedDevice<Defibrillator>>;
}

/** A Modbus TCP line with several units, as behind a Modbus gateway. A unit that is not there is silent. */
export function modbusWire(ports: PortPool, options: ModbusWireOptions): Wire {
  let listener: TcpListener | null = null;
  const wire: Wire = {
    plugged: true,
    async open(): Promise<LineAddress> {
      listener = new TcpListener(await ports.take(), CLIENTS_MAX, (socket) => serveConnection(socket, options));
      await wire.refresh();
      return { url: `modbus+tcp://${HOST}:${listener.port}` };
    },
    async refresh() {
      const anyPlugged = [...options.units.values()].some((device) => device.faults.state.plugged);
      await listener?.setOpen(wire.plugged && anyPlugged);
    },
    publish: () => undefined,
    async close() {
      await listener?.setOpen(false);
    },
  };
  return wire;
}

/** Answers the requests of one connection in order. */
function serveConnection(socket: Socket, options: ModbusWireOptions): void {
  let rest: Buffer = Buffer.alloc(0);
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();
  socket.on("data", (bytes: Buffer) => {
    const taken = takeAdus(Buffer.concat([rest, bytes]));
    rest = taken.rest;
    waiting += taken.adus.length;
    if (taken.broken || waiting > WAITING_MAX || socket.writableLength > UNREAD_BYTES_MAX) {
      socket.destroy();
      return;
    }
    for (const adu of taken.adus) {
      turn = turn.then(async () => {
        const reply = await answerAdu(adu, options);
        waiting -= 1;
        if (reply !== null && socket.writable) socket.write(reply);
      });
    }
  });
}

async function answerAdu(adu: Adu, options: ModbusWireOptions): Promise<Buffer | null> {
  const device = options.units.get(adu.unit);
  if (device === undefined) return null;
  const { replyDelayMs } = device.faults.state;
  if (replyDelayMs > 0) await delay(replyDelayMs, undefined, { ref: false });
  const faults = device.faults.state;
  if (!faults.plugged || faults.silent || device.body.duty.state === "off") return null;
  const build = Number(device.entry.firmware);
  const pdu = answerPdu(adu.pdu, {
    inputRegisters: () => inputRegisters(device.body, build),
    discreteInputs: () => discreteInputs(device.body),
  });
  const reply = spoil(adu, pdu, faults, options.random);
  recordSaid(device, options.clock.nowMs(), adu.pdu.toString("hex"), reply.equals(encodeAdu({ ...adu, pdu })));
  return reply;
}

/** The reply as the unit's faults leave it. */
function spoil(adu: Adu, pdu: Buffer, faults: FaultState, random: Random): Buffer {
  const functionCode = adu.pdu[0] ?? 0;
  const exception = faults.exceptionCode;
  let spoilt: Buffer = exception === null ? pdu : exceptionPdu(functionCode, exception);
  if (faults.wrongCount && spoilt.length > 2) {
    spoilt = Buffer.from(spoilt);
    spoilt[1] = ((spoilt[1] ?? 0) + 2) & 0xff;
  }
  if (faults.garbageReply) spoilt = Buffer.from(spoilt.map(() => random.integer(0, 255)));
  const transaction = faults.wrongTransaction ? adu.transaction ^ 0x5555 : adu.transaction;
  const whole = encodeAdu({ transaction, unit: adu.unit, pdu: spoilt });
  return faults.truncatedReply ? whole.subarray(0, random.integer(1, whole.length - 1)) : whole;
}
