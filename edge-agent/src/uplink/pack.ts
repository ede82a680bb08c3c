import { zstdCompressSync } from "node:zlib";
import { BATCH_LIMITS, type TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { HEADER_BYTES } from "@wardtwin/device-profiles/twin-document/frame";

const PACKED_BYTES_MAX = BATCH_LIMITS.messageBytes - HEADER_BYTES;

/** Bodies ready for their headers, and how many devices' sections were too large for any message. */
export interface Packed {
  bodies: Uint8Array[];
  tooLarge: number;
}

/** Encodes and compresses a batch (zstd). One that is larger than a message may be is halved, device by device. */
export function pack(batch: TelemetryBatch): Packed {
  const body = encodeBody(batch);
  const packed = body.length <= BATCH_LIMITS.bodyBytes ? zstdCompressSync(body) : null;
  if (packed !== null && packed.length <= PACKED_BYTES_MAX) return { bodies: [packed], tooLarge: 0 };
  if (batch.devices.length <= 1) return { bodies: [], tooLarge: batch.devices.length };
  const middle = Math.ceil(batch.devices.length / 2);
  const halves = [batch.devices.slice(0, middle), batch.devices.slice(middle)];
  const [one, other] = halves.map((devices) => pack({ ...batch, devices }));
  return {
    bodies: [...(one?.bodies ?? []), ...(other?.bodies ?? [])],
    tooLarge: (one?.tooLarge ?? 0) + (other?.tooLarge ?? 0),
  };
}
