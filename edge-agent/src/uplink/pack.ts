import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { BATCH_LIMITS, type TelemetryBatch } from "@wardtwin/device-profiles/twin-document/batch";
import { decodeBody, encodeBody } from "@wardtwin/device-profiles/twin-document/body";
import { HEADER_BYTES } from "@wardtwin/device-profiles/twin-document/frame";
import { thin } from "./thin.ts";

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

/**
 * Thins a run of packed bodies, in the order of their sequences. All of it or none: the first look of a batch refers to the
 * last of the one before.
 *
 * @returns for each the thinner body, or null where it stays: it gives nothing up, cannot be read, holds a metric that this
 * version would leave out, or is of another boot than the first, whose times are others.
 */
export function thinPacked(bodies: readonly Uint8Array[]): (Uint8Array | null)[] {
  const whole = bodies.map(opened);
  const boot = whole.find((batch) => batch !== null)?.bootId;
  const places = whole.flatMap((batch, index) => (batch !== null && batch.bootId === boot ? [{ batch, index }] : []));
  const thinner: (Uint8Array | null)[] = bodies.map(() => null);
  thin(places.map(({ batch }) => batch)).forEach((batch, at) => {
    const place = places[at];
    const [before, after] = [place === undefined ? null : encodeBody(place.batch), encodeBody(batch)];
    if (place !== undefined && !sameBytes(before, after)) thinner[place.index] = zstdCompressSync(after);
  });
  const saved = thinner.reduce(
    (sum, body, index) => sum + (body === null ? 0 : (bodies[index]?.length ?? 0) - body.length),
    0,
  );
  return saved > 0 ? thinner : bodies.map(() => null);
}

const sameBytes = (one: Uint8Array | null, other: Uint8Array) => one !== null && Buffer.compare(one, other) === 0;

function opened(body: Uint8Array): TelemetryBatch | null {
  try {
    const read = decodeBody(zstdDecompressSync(body, { maxOutputLength: BATCH_LIMITS.bodyBytes }));
    return read.ok && read.value.unknown.length === 0 ? read.value.batch : null;
  } catch {
    return null;
  }
}
