import type { FaultState } from "../../faults/fault-board.ts";
import type { Random } from "../../random.ts";
import { checksum, encodeFrame, SLOT_MAX } from "./frame.ts";

/**
 * The frame of a message as the faults of the line and of its module leave it: under another slot's digit, noise,
 * miscounted, or broken off.
 */
export function spoilFrame(
  slot: number,
  message: string,
  line: FaultState,
  module: FaultState | null,
  random: Random,
): Buffer {
  const has = (fault: "garbageReply" | "wrongChecksum" | "truncatedReply"): boolean =>
    line[fault] || module?.[fault] === true;
  const toldSlot = module?.otherUnit === true ? (slot % SLOT_MAX) + 1 : slot;
  let bytes = encodeFrame(toldSlot, message);
  if (has("wrongChecksum")) {
    const wrong = Number.parseInt(checksum(`${toldSlot}${message}`), 16) ^ 0xff;
    bytes.write(wrong.toString(16).toUpperCase().padStart(2, "0"), bytes.length - 3, "latin1");
  }
  if (has("garbageReply")) bytes = Buffer.from(bytes.map(() => random.integer(0, 127)));
  return has("truncatedReply") ? bytes.subarray(0, random.integer(1, bytes.length - 1)) : bytes;
}
