import type { FaultState } from "../../faults/fault-board.ts";
import type { Random } from "../../random.ts";
import type { Reply } from "../serial-port.ts";
import { COMMAND } from "./command.ts";
import { encodeFrame } from "./frame.ts";

const CHECKSUM_AND_CR = 3;
const INJECTED_BYTES = 6;
const KEEP_ALIVE = encodeFrame("command", COMMAND.keepAlive);

/** What puts something between two bytes of a frame. */
function insert(frame: Buffer, at: number, bytes: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, at), bytes, frame.subarray(at)]);
}

/**
 * A reply as the device's faults leave it: noise, miscounted, without its end, broken off, or with something of another
 * stream or another frame in its middle. With the last two it is whole: a host that tells them apart reads it.
 */
export function spoil(frame: Buffer, faults: FaultState, random: Random): Reply {
  const { garbageReply, wrongChecksum, missingCr, truncatedReply, injectedRealtime, nestedCommand } = faults;
  const whole = !(garbageReply || wrongChecksum || missingCr || truncatedReply);
  let bytes: Buffer = Buffer.from(frame);
  const somewhere = (): number => random.integer(1, bytes.length - 1);
  if (garbageReply) return { bytes: Buffer.from(bytes.map(() => random.integer(0, 255))), whole };
  if (wrongChecksum) bytes.set(otherDigits(bytes), bytes.length - CHECKSUM_AND_CR);
  if (missingCr) bytes = bytes.subarray(0, -1);
  if (truncatedReply) bytes = bytes.subarray(0, random.integer(1, bytes.length - 2));
  if (nestedCommand) bytes = insert(bytes, somewhere(), KEEP_ALIVE);
  for (let count = 0; injectedRealtime && count < INJECTED_BYTES; count += 1) {
    bytes = insert(bytes, somewhere(), Buffer.from([random.integer(0x80, 0xbf)]));
  }
  return { bytes, whole };
}

function otherDigits(frame: Buffer): Buffer {
  const digits = frame.subarray(-CHECKSUM_AND_CR, -1).toString("latin1");
  const wrong = Number.parseInt(digits, 16) ^ 0xff;
  return Buffer.from(wrong.toString(16).toUpperCase().padStart(2, "0"), "latin1");
}
