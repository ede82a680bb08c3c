import type { Clock, WallTime } from "../../clock.ts";
import type { PbVentilator } from "../../devices/pb-ventilator.ts";
import type { FaultState } from "../../faults/fault-board.ts";
import type { SimulatedDevice } from "../../hospital/simulated-device.ts";
import type { Random } from "../../random.ts";
import { type Reply, SerialPort } from "../serial-port.ts";
import { CommandBuffer } from "./command-buffer.ts";
import { encodeReport, MISCA, MISCF, type ReportLayout } from "./frame.ts";
import { MISCA_FIELDS } from "./misca-fields.ts";
import { MISCF_FIELDS } from "./miscf-fields.ts";
import { renderReport, type Shown } from "./render.ts";

export interface VentilatorPortOptions {
  device: SimulatedDevice<PbVentilator>;
  clock: Clock;
  random: Random;
  /** The clock on the hospital's wall, to which the ventilator was set. */
  wallTime: (atMs: number) => WallTime;
  baudRate: number;
}

/** The parameter port of one ventilator: SNDF and SNDA earn a report each, RSET nothing. */
export function ventilatorPort(options: VentilatorPortOptions): SerialPort {
  const { device, clock, baudRate } = options;
  const answer = (command: string): (() => Reply) | null => {
    if (command === "SNDF") return () => report(options, MISCF);
    if (command === "SNDA") return () => report(options, MISCA);
    const isTold = device.faults.state.errorMessage && command !== "";
    return isTold ? () => ({ bytes: Buffer.from(`INVALID COMMAND: ${command}\r`, "latin1"), whole: false }) : null;
  };
  return new SerialPort({ device, clock, baudRate, buffer: new CommandBuffer(), answer });
}

function report({ device, clock, wallTime, random }: VentilatorPortOptions, layout: ReportLayout): Reply {
  const faults = device.faults.state;
  const { blankMonitored, limitsOff, clinicalAlarm, compatible840 } = faults;
  const { body } = device;
  const shown: Shown = {
    body,
    model: compatible840 ? "840" : body.model,
    serial: device.entry.serial,
    wall: wallTime(clock.nowMs() + faults.clockOffsetMin * 60_000),
    isMonitored: body.duty.state === "in-use" && !blankMonitored,
    limitsOff,
    clinicalAlarm,
  };
  const bytes = encodeReport(layout, renderReport(layout === MISCF ? MISCF_FIELDS : MISCA_FIELDS, shown));
  const isSpoilt = faults.truncatedReply || faults.garbageReply || faults.wrongCount;
  const isOtherwise = blankMonitored || limitsOff || clinicalAlarm !== null;
  return { bytes: spoil(bytes, faults, random), whole: !isSpoilt && !isOtherwise };
}

/** A reply as a fault leaves it: broken off, noise, or with a count that is not its own. */
function spoil(reply: Buffer, faults: FaultState, random: Random): Buffer {
  if (faults.garbageReply) return Buffer.from(reply.map(() => random.integer(0, 255)));
  if (faults.wrongCount) {
    const [name, count, ...rest] = reply.toString("latin1").split(",");
    return Buffer.from([name, Number(count) - USUAL_FIELD_CHARACTERS, ...rest].join(","), "latin1");
  }
  if (faults.truncatedReply) return reply.subarray(0, random.integer(1, reply.length - 1));
  return reply;
}

const USUAL_FIELD_CHARACTERS = 6;
