import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import { recordSaid } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import { HOST, type PortPool } from "../ports.ts";
import { RefusalLog } from "../refusal-log.ts";
import { TcpListener } from "../tcp-listener.ts";
import type { LineAddress, Wire } from "../wire.ts";
import type { Adu, ModbusFraming } from "./framing.ts";
import type { ModbusTables } from "./tables.ts";
import { answerPdu, exceptionPdu, isRead } from "./tables.ts";

const CLIENTS_MAX = 8;
/** Requests that one connection may have waiting; a client that asks faster is cut off. */
const WAITING_MAX = 256;
const UNREAD_BYTES_MAX = 65_536;
/** What is kept of bytes that are no frame. */
const BROKEN_BYTES_MAX = 64;

/** A device on a Modbus line, with its map. */
export interface ModbusUnit {
  device: SimulatedDevice;
  /** What it holds at this moment, or null while it says nothing at all. */
  tables(): ModbusTables | null;
}

export interface ModbusWireOptions {
  clock: Clock;
  random: Random;
  framing: ModbusFraming;
  /** Devices by Modbus unit id. */
  units: ReadonlyMap<number, ModbusUnit>;
}

interface Line extends ModbusWireOptions {
  refused: RefusalLog;
}

/** A Modbus line with several units, as behind a Modbus gateway or a serial device server. A unit that is not there is silent. */
export function modbusWire(ports: PortPool, options: ModbusWireOptions): Wire {
  let listener: TcpListener | null = null;
  const line: Line = { ...options, refused: new RefusalLog() };
  const wire: Wire = {
    plugged: true,
    async open(): Promise<LineAddress> {
      listener = new TcpListener(await ports.take(), CLIENTS_MAX, (socket) => serveConnection(socket, line));
      await wire.refresh();
      return { url: `${line.framing.scheme}://${HOST}:${listener.port}` };
    },
    async refresh() {
      const anyPlugged = [...line.units.values()].some(({ device }) => device.faults.state.plugged);
      await listener?.setOpen(wire.plugged && anyPlugged);
    },
    publish: () => undefined,
    refused: () => line.refused.read(),
    async close() {
      await listener?.setOpen(false);
    },
  };
  return wire;
}

/** Answers the requests of one connection in order. */
function serveConnection(socket: Socket, line: Line): void {
  const { clock, framing } = line;
  let rest: Buffer = Buffer.alloc(0);
  let heardMs = 0;
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();
  socket.on("data", (bytes: Buffer) => {
    const isLate = framing.silenceMs !== null && clock.monotonicMs() - heardMs > framing.silenceMs;
    if (isLate && rest.length > 0) {
      recordBroken(line, rest);
      rest = Buffer.alloc(0);
    }
    heardMs = clock.monotonicMs();
    const taken = framing.take(Buffer.concat([rest, bytes]));
    rest = taken.rest;
    waiting += taken.adus.length;
    if (taken.broken !== null) recordBroken(line, taken.broken);
    const isLost = taken.broken !== null && framing.silenceMs === null;
    if (isLost || waiting > WAITING_MAX || socket.writableLength > UNREAD_BYTES_MAX) {
      socket.destroy();
      return;
    }
    for (const adu of taken.adus) {
      turn = turn.then(async () => {
        const reply = await answerAdu(adu, line);
        waiting -= 1;
        if (reply !== null && socket.writable) socket.write(reply);
      });
    }
  });
}

function recordBroken({ clock, refused }: Line, bytes: Buffer): void {
  refused.record(clock.nowMs(), "broken", bytes.subarray(0, BROKEN_BYTES_MAX).toString("hex"));
}

async function answerAdu(adu: Adu, line: Line): Promise<Buffer | null> {
  const { clock, framing, refused } = line;
  const functionCode = adu.pdu[0] ?? 0;
  // On account before anything else, so that whom it was meant for, and whether that answers, does not matter.
  if (!isRead(functionCode)) refused.record(clock.nowMs(), "control", `unit ${adu.unit} ${adu.pdu.toString("hex")}`);
  const unit = line.units.get(adu.unit);
  if (unit === undefined) return null;
  const { device } = unit;
  const { replyDelayMs } = device.faults.state;
  if (replyDelayMs > 0) await delay(replyDelayMs, undefined, { ref: false });
  const faults = device.faults.state;
  const tables = !faults.plugged || faults.silent ? null : unit.tables();
  if (tables === null) return null;
  const pdu = answerPdu(adu.pdu, tables);
  const reply = spoil({ ...adu, pdu }, line, faults);
  recordSaid(device, clock.nowMs(), adu.pdu.toString("hex"), reply.equals(framing.encode({ ...adu, pdu })));
  return reply;
}

/** The reply as the unit's faults leave it. */
function spoil(reply: Adu, { framing, random }: Line, faults: FaultState): Buffer {
  let { pdu } = reply;
  if (faults.exceptionCode !== null) pdu = exceptionPdu(pdu[0] ?? 0, faults.exceptionCode);
  if (faults.wrongCount && pdu.length > 2) {
    pdu = Buffer.from(pdu);
    pdu[1] = ((pdu[1] ?? 0) + 2) & 0xff;
  }
  if (faults.garbageReply) pdu = Buffer.from(pdu.map(() => random.integer(0, 255)));
  const transaction = faults.wrongTransaction ? reply.transaction ^ 0x5555 : reply.transaction;
  const whole = framing.encode({ ...reply, transaction, pdu });
  if (faults.wrongChecksum) whole[whole.length - 1] = (whole[whole.length - 1] ?? 0) ^ 0xff;
  return faults.truncatedReply ? whole.subarray(0, random.integer(1, whole.length - 1)) : whole;
}
