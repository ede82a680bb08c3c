import type { DeviceSection, Lane } from "@wardtwin/device-profiles/twin-document/batch";
import type { Compression } from "@wardtwin/device-profiles/twin-document/frame";
import Type, { type Static } from "typebox";
import type { Tx } from "../platform/database.ts";

/** A device's part of a batch, with the device found. */
export interface ArrivedSection {
  deviceId: string;
  /** The short key of the device in the telemetry tables. */
  deviceNum: number;
  section: DeviceSection;
  /** From a gateway that had the device before another one: its history has it, its present has not. */
  isPast?: true;
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
  body: ArrivedBody | TakenOut;
}

/** The body as it came, and every section of it in its order, those that are not kept among them. */
export interface ArrivedBody {
  bytes: Uint8Array;
  compression: Compression;
  sections: readonly DeviceSection[];
}

/** In place of a body: the one section has been taken out of what was held, and stood at this place of its batch. */
export interface TakenOut {
  part: number;
}

/**
 * What a stage does with a group of batches, inside the transaction that commits them. Folds run in flow order; each has to
 * give the same result whatever the order and grouping of batches. A repeated batch never reaches a fold.
 */
export type Fold = (tx: Tx, batches: readonly ArrivedBatch[]) => Promise<void>;

/** It is known whose the readings under a key are, and not all of them have been given to it yet. */
export const HeldClaimed = Type.Object({
  num: Type.Integer({ minimum: 1 }),
  gatewayId: Type.String({ minLength: 1, maxLength: 64 }),
  sinceMs: Type.Number(),
  attachment: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  deviceId: Type.String({ minLength: 1, maxLength: 64 }),
  deviceNum: Type.Integer({ minimum: 1 }),
});
export type HeldClaimed = Static<typeof HeldClaimed>;
