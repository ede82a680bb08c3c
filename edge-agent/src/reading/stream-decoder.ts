import type { Decoded } from "@wardtwin/device-profiles/codec/decoded";
import type { ReadFault } from "./device.ts";

/**
 * What a stream of bytes says, frame by frame, with the offset of each: `heard` a device told something; `other` a whole
 * frame that holds no reading (an acknowledgement, a keep-alive, what a master said); `fault` bytes that are no frame, or
 * a frame that cannot be.
 */
export type StreamEvent =
  | { kind: "heard"; at: number; bytes: number; unit: string; decoded: Decoded }
  | { kind: "other"; at: number; bytes: number; what: string }
  | { kind: "fault"; at: number; bytes: number; code: ReadFault };

/**
 * Framer and codec of a protocol in one: bytes in, readings out, by a profile. It has no pending request, so that it reads a
 * captured stream, or a line on which another master asks, as well as one of ours. What tells of a person is cut out before
 * anything leaves it.
 */
export interface StreamDecoder {
  push(chunk: Uint8Array): StreamEvent[];
  /** No more will come: what is held is a fault. */
  finish(): StreamEvent[];
}
