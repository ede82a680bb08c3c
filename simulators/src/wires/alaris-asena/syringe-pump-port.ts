import type { Clock } from "../../clock.ts";
import type { SyringePump } from "../../devices/syringe-pump.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import type { RefusalLog } from "../refusal-log.ts";
import { type Reply, type RequestBuffer, SerialPort } from "../serial-port.ts";
import { checksum, encodeFrame, FrameReader } from "./frame.ts";
import { isOpening, isReadCommand, type PumpState, READ_COMMANDS, type ReadCommand, replyMessage } from "./replies.ts";

export interface SyringePumpPortOptions {
  device: SimulatedDevice<SyringePump>;
  clock: Clock;
  random: Random;
  baudRate: number;
  refused: RefusalLog;
}

const WAITING_MAX = 16;

/**
 * The communications port of one Asena GH. Readings are answered without remote control, which was never proven of a
 * real pump and can be taken back by the fault `strict`. Whatever else is said to it changes nothing, earns no reply and
 * is put on record, even while the pump is silent or off.
 */
export function syringePumpPort(options: SyringePumpPortOptions): SerialPort {
  const { device, clock, random, baudRate, refused } = options;
  const answer = (request: string): (() => Reply) | null => {
    if (!isReadCommand(request)) return null;
    if (device.faults.state.strict && !isOpening(request)) return null;
    return () => spoil(request, stateOf(device), device.faults.state, random);
  };
  return new SerialPort({ device, clock, baudRate, buffer: listenFor(clock, refused), answer });
}

/** Keeps the readings asked for until their turn, and records the rest. */
function listenFor(clock: Clock, refused: RefusalLog): RequestBuffer {
  const reader = new FrameReader();
  const waiting: ReadCommand[] = [];
  return {
    receive(bytes) {
      for (const { kind, text } of reader.read(bytes)) {
        if (kind === "broken") refused.record(clock.nowMs(), kind, text);
        else if (!isReadCommand(text)) refused.record(clock.nowMs(), "control", text);
        else if (waiting.length < WAITING_MAX) waiting.push(text);
      }
    },
    next: () => waiting.shift(),
  };
}

/** What the pump shows; a stopped pump shows the rate at which it runs, which is none. */
function stateOf({ entry, body, faults }: SimulatedDevice<SyringePump>): PumpState {
  const { gauges } = body;
  return {
    serial: faults.state.otherSerial ?? entry.serial,
    firmware: entry.firmware,
    alarm: faults.state.alarmCode ?? body.alarm,
    rateMlPerH: body.duty.state === "in-use" ? gauges.read("infusionRateMlPerH") : 0,
    infusedMl: gauges.read("volumeInfusedMl"),
    pressureMmHg: gauges.read("linePressureMmHg"),
    toInfuseMl: body.toInfuseMl,
    remainingH: body.remainingH,
    eventId: body.eventId,
  };
}

/** The reply as the pump's faults leave it: noise, to another command, miscounted, given up, or broken off. */
function spoil(command: ReadCommand, pump: PumpState, faults: FaultState, random: Random): Reply {
  const { garbageReply, otherReply, wrongChecksum, escapedReply, truncatedReply } = faults;
  const message = replyMessage(otherReply ? commandAfter(command) : command, pump);
  let bytes = encodeFrame(message);
  if (garbageReply) bytes = Buffer.from(bytes.map(() => random.integer(0, 255)));
  else if (wrongChecksum) bytes = Buffer.from(`!${message}|${wrong(checksum(message))}\r`, "latin1");
  const cut = random.integer(1, bytes.length - 1);
  if (escapedReply) bytes = Buffer.concat([bytes.subarray(0, cut), Buffer.from([0x1b])]);
  else if (truncatedReply) bytes = bytes.subarray(0, cut);
  return { bytes, whole: !(garbageReply || otherReply || wrongChecksum || escapedReply || truncatedReply) };
}

const wrong = (digits: string): string =>
  (Number.parseInt(digits, 16) ^ 0xffff).toString(16).toUpperCase().padStart(4, "0");

function commandAfter(command: ReadCommand): ReadCommand {
  return READ_COMMANDS[(READ_COMMANDS.indexOf(command) + 1) % READ_COMMANDS.length] ?? command;
}
