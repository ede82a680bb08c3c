import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { BATCH_LIMITS, type DeviceSection } from "@wardtwin/device-profiles/twin-document/batch";
import type { DecodedBody } from "@wardtwin/device-profiles/twin-document/body";
import { fail, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import type { FleetIndex, KnownDevice } from "../fleet/queries.ts";
import type { ArrivedBatch, ArrivedSection } from "./events.ts";
import { type Arrival, offsetOf, openBody } from "./rules.ts";

const decompress = promisify(zstdDecompress);

export interface Opened {
  arrival: Arrival;
  body: DecodedBody;
}

/** A part of a batch that no device of the registry can be found for, or that this version has no word for. */
export interface Unplaced {
  gatewayId: string;
  line: string;
  unit: string;
  what: string;
}

/** A batch whose devices have been looked up. */
export interface Placed {
  arrival: Arrival;
  batch: ArrivedBatch;
  /** What no device of the registry is known for. */
  strangers: DeviceSection[];
  /** Parts that this version has no word for. */
  unplaced: Unplaced[];
}

export async function openArrival(arrival: Arrival, index: FleetIndex): Promise<Result<DecodedBody, string>> {
  const simulated = index.gateway(arrival.gatewayId)?.simulated ?? false;
  if (arrival.header.compression === "none") return openBody(arrival.body, simulated);
  try {
    return openBody(await decompress(arrival.body, { maxOutputLength: BATCH_LIMITS.bodyBytes }), simulated);
  } catch (error) {
    return fail(`the body does not decompress: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export const bootKey = (gatewayId: string, bootId: string) => `${gatewayId}\u0000${bootId}`;

/** Finds the device of each section by the registry; what it knows none for is listed. */
export function placed({ arrival, body }: Opened, index: FleetIndex, offsets: ReadonlyMap<string, number>): Placed {
  const { gatewayId, siteId, header, receivedAtMs } = arrival;
  const unplaced = body.unknown.map(({ line, unit, metric }) => ({ gatewayId, line, unit, what: `metric ${metric}` }));
  const sections: ArrivedSection[] = [];
  const strangers: DeviceSection[] = [];
  for (const section of body.batch.devices) {
    const { line, unit, profile, identity } = section.subject;
    const device: KnownDevice | null =
      identity.serial === undefined
        ? index.byBinding(gatewayId, line, unit)
        : index.bySerial(siteId, profile, identity.serial);
    if (device === null) strangers.push(section);
    else sections.push({ deviceId: device.id, deviceNum: device.num, section });
  }
  const measured = offsets.get(bootKey(gatewayId, body.batch.bootId)) ?? null;
  const batch: ArrivedBatch = {
    gatewayId,
    epoch: header.epoch,
    sequence: header.sequence,
    lane: header.lane,
    receivedAtMs,
    simulated: body.batch.simulated,
    bootId: body.batch.bootId,
    offsetMs: offsetOf(body.batch, measured, receivedAtMs),
    sections,
    held: [],
    body: { bytes: arrival.body, compression: header.compression, sections: body.batch.devices },
  };
  return { arrival, batch, strangers, unplaced };
}

/** Strangers that are not even held, as parts that nobody could place. */
export const strangersOf = ({ batch: { gatewayId }, strangers }: Placed): Unplaced[] =>
  strangers.map(({ subject: { line, unit, profile, identity } }) => ({
    gatewayId,
    line,
    unit,
    what: `device ${profile} ${identity.serial ?? "without a serial number"}`,
  }));
