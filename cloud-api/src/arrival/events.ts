import type { DeviceSection, Lane } from "@wardtwin/device-profiles/twin-document/batch";
import type { Compression } from "@wardtwin/device-profiles/twin-document/frame";
import type { Tx } from "../platform/database.ts";

/** A device's part of a batch, with the device found. */
export interface ArrivedSection {
  deviceId: string;
  /** The short key of the device in the telemetry tables. */
  deviceNum: number;
  section: DeviceSection;
}

/** A part of a batch that nobody knows the device of: it stays with its place, under the place's own key. */
export interface HeldSection {
  placeNum: number;
  section: DeviceSection;
}

/** A batch that has been checked, placed and is about to be committed. */
export interface ArrivedBatch {
  gatewayId: string;
  epoch: number;
  sequence: number;
  lane: Lane;
  receivedAtMs: number;
  /** What the gateway reads is simulated, as its certificate and its registration say. */
  simulated: boolean;
  bootId: string;
  /** Cloud time less the gateway's monotonic time: add it to a reading's time to get when it was, in epoch ms. */
  offsetMs: number;
  sections: ArrivedSection[];
  /** What no fold of a device may see. */
  held: HeldSection[];
  /** The body as it came, and every section of it in its order, those that are not kept among them. */
  body: { bytes: Uint8Array; compression: Compression; sections: readonly DeviceSection[] };
}

/**
 * What a stage does with a group of batches, inside the transaction that commits them. Folds run in flow order; each has to
 * give the same result whatever the order and grouping of batches. A repeated batch never reaches a fold.
 */
export type Fold = (tx: Tx, batches: readonly ArrivedBatch[]) => Promise<void>;
