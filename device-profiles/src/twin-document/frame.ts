import { fail, ok, type Result } from "../vocabulary/result.ts";
import { BATCH_LIMITS, LANES, type Lane } from "./batch.ts";
import { crc32 } from "./crc32.ts";

/**
 * The fixed, uncompressed header before every batch, 24 bytes, big-endian:
 *
 * | bytes | content                                                      |
 * |-------|--------------------------------------------------------------|
 * | 0–1   | "WT"                                                         |
 * | 2     | version, 1                                                   |
 * | 3     | lane: 0 live, 1 backlog, 2 history                           |
 * | 4     | compression of the body: 0 none, 1 zstd                      |
 * | 5–7   | zero                                                         |
 * | 8–11  | epoch, 1 … 2^32 - 1                                          |
 * | 12–19 | sequence, 1 … 2^53 - 1                                       |
 * | 20–23 | CRC-32 of bytes 0–19 and the body                            |
 *
 * It can be read and checked without touching the body, so that repeats are refused and acknowledged cheaply.
 */
export const HEADER_BYTES = 24;
const VERSION = 1;
export const COMPRESSIONS = ["none", "zstd"] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export interface FrameHeader {
  lane: Lane;
  compression: Compression;
  epoch: number;
  sequence: number;
}

export type FrameFault =
  | "frame.too-short"
  | "frame.too-long"
  | "frame.magic"
  | "frame.version"
  | "frame.field"
  | "frame.checksum";

/** Puts the header before a body. @throws RangeError when a number of the header is outside its range: a bug of the caller. */
export function encodeFrame(header: FrameHeader, body: Uint8Array): Uint8Array {
  const inRange = (value: number, max: number) => Number.isInteger(value) && value >= 1 && value <= max;
  if (!inRange(header.epoch, 0xffff_ffff)) throw new RangeError(`epoch ${header.epoch}`);
  if (!inRange(header.sequence, Number.MAX_SAFE_INTEGER)) throw new RangeError(`sequence ${header.sequence}`);
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  const view = new DataView(frame.buffer);
  frame.set([0x57, 0x54, VERSION, LANES.indexOf(header.lane), COMPRESSIONS.indexOf(header.compression)]);
  view.setUint32(8, header.epoch);
  view.setBigUint64(12, BigInt(header.sequence));
  frame.set(body, HEADER_BYTES);
  view.setUint32(20, checksum(frame));
  return frame;
}

/** Checks and takes off the header. The body is a view into `frame`, still compressed. */
export function decodeFrame(frame: Uint8Array): Result<{ header: FrameHeader; body: Uint8Array }, FrameFault> {
  if (frame.length < HEADER_BYTES) return fail("frame.too-short");
  if (frame.length > BATCH_LIMITS.messageBytes) return fail("frame.too-long");
  if (frame[0] !== 0x57 || frame[1] !== 0x54) return fail("frame.magic");
  if (frame[2] !== VERSION) return fail("frame.version");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(20) !== checksum(frame)) return fail("frame.checksum");
  const lane = LANES[frame[3] as number];
  const compression = COMPRESSIONS[frame[4] as number];
  const epoch = view.getUint32(8);
  const sequence = view.getBigUint64(12);
  if (lane === undefined || compression === undefined || epoch === 0) return fail("frame.field");
  if (sequence < 1n || sequence > BigInt(Number.MAX_SAFE_INTEGER)) return fail("frame.field");
  return ok({ header: { lane, compression, epoch, sequence: Number(sequence) }, body: frame.subarray(HEADER_BYTES) });
}

const checksum = (frame: Uint8Array) => crc32(frame.subarray(HEADER_BYTES), crc32(frame.subarray(0, 20)));
