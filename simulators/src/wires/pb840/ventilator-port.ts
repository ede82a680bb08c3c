import type { Clock, WallTime } from "../../clock.ts";
import type { Ventilator } from "../../devices/ventilator.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import { SerialPort } from "../serial-port.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { encodeMiscf } from "./frame.ts";
import { ventilatorReport } from "./report.ts";

export interface VentilatorPortOptions {
  device: SimulatedDevice<Ventilator>;
  clock: Clock;
  random: Random;
  /** The clock on the hospital's wall, to which the ventilator was set. */
  wallTime: (atMs: number) => WallTime;
  baudRate: number;
}

/** The parameter port of one ventilator: SNDF alone earns a reply. */
export function ventilatorPort(options: VentilatorPortOptions): SerialPort {
  const { device, clock, random, wallTime, baudRate } = options;
  const report = (): Buffer => {
    const wall = wallTime(clock.nowMs() + device.faults.state.clockOffsetMin * 60_000);
    return encodeMiscf(ventilatorReport(device.body, device.entry.serial, wall));
  };
  const answer = () => {
    const faults = device.faults.state;
    const whole = !(faults.truncatedReply || faults.garbageReply || faults.wrongCount);
    return { bytes: spoil(report(), faults, random), whole };
  };
  return new SerialPort({
    device,
    clock,
    baudRate,
    buffer: new CommandBuffer(),
    answer: (command) => (command === "SNDF" ? answer : null),
  });
}

/** A reply as a fault leaves it: broken off, noise, or with a count that is not its own. */
function spoil(reply: Buffer, faults: FaultState, random: Random): Buffer {
  if (faults.garbageReply) return Buffer.from(reply.map(() => random.integer(0, 255)));
  if (faults.wrongCount) return Buffer.from(reply.toString("latin1").replace("MISCF,1225,", "MISCF,1219,"), "latin1");
  if (faults.truncatedReply) return reply.subarray(0, random.integer(1, reply.length - 1));
  return reply;
}
